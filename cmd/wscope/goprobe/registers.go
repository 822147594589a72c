//go:build linux && (amd64 || arm64)

package goprobe

// A layout is where the registers that a uprobe is given keep the arguments of (*Config).writeKeyLog(label string,
// clientRandom, secret []byte), the receiver first, in bytes.
type layout struct{ label, labelLen, random, randomLen, secret, secretLen int16 }

// layouts are by GOARCH. On amd64 Go passes integers in AX, BX, CX, DI, SI, R8, R9, R10, R11, and struct pt_regs has an
// order of its own; on arm64 in R0 to R15, with which struct user_pt_regs begins.
var layouts = map[string]layout{
	"amd64": {label: 40, labelLen: 88, random: 112, randomLen: 104, secret: 64, secretLen: 56},
	"arm64": {label: 1 * 8, labelLen: 2 * 8, random: 3 * 8, randomLen: 4 * 8, secret: 6 * 8, secretLen: 7 * 8},
}
