package wsparse

// Opcode is the 4-bit opcode of a frame, RFC 6455 §5.2.
type Opcode uint8

// The sixteen opcodes, RFC 6455 §11.8.
const (
	Continuation Opcode = iota
	Text
	Binary
	Reserved3
	Reserved4
	Reserved5
	Reserved6
	Reserved7
	Close
	Ping
	Pong
	ReservedControlB
	ReservedControlC
	ReservedControlD
	ReservedControlE
	ReservedControlF
)

// Header is a frame's header, RFC 6455 §5.2. Its names are those of the Kaitai Struct
// WebSocket specification.
type Header struct {
	Finished            bool  // FIN: the last frame of its message
	Reserved            uint8 // RSV1, RSV2, RSV3 as one number of 3 bits; RSV1 is 4
	Opcode              Opcode
	IsMasked            bool
	LenPayloadPrimary   uint8  // the 7-bit length: 0 to 125, or 126 or 127 for an extended one
	LenPayloadExtended1 uint16 // valid when LenPayloadPrimary is 126
	LenPayloadExtended2 uint64 // valid when LenPayloadPrimary is 127; bit 63 is kept as sent
	MaskKey             uint32 // big-endian reading of the four bytes; valid when IsMasked
	LenPayload          uint64 // payload bytes, whichever field said so
}
