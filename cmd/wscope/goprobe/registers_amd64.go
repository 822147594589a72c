package goprobe

// Where struct pt_regs keeps the arguments of (*Config).writeKeyLog(label string, clientRandom,
// secret []byte): Go passes them in AX, BX, CX, DI, SI, R8, R9, R10, R11, the receiver first.
const (
	regLabel     = 40  // BX
	regLabelLen  = 88  // CX
	regRandom    = 112 // DI
	regRandomLen = 104 // SI
	regSecret    = 64  // R9
	regSecretLen = 56  // R10
)
