package goprobe

// Where struct user_pt_regs keeps the arguments of (*Config).writeKeyLog(label string,
// clientRandom, secret []byte): Go passes them in R0 to R8, the receiver first.
const (
	regLabel     = 1 * 8
	regLabelLen  = 2 * 8
	regRandom    = 3 * 8
	regRandomLen = 4 * 8
	regSecret    = 6 * 8
	regSecretLen = 7 * 8
)
