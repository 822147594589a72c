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

// String is the opcode's name in the Kaitai Struct WebSocket specification.
func (o Opcode) String() string {
	switch o {
	case Continuation:
		return "continuation"
	case Text:
		return "text"
	case Binary:
		return "binary"
	case Reserved3:
		return "reserved_3"
	case Reserved4:
		return "reserved_4"
	case Reserved5:
		return "reserved_5"
	case Reserved6:
		return "reserved_6"
	case Reserved7:
		return "reserved_7"
	case Close:
		return "close"
	case Ping:
		return "ping"
	case Pong:
		return "pong"
	case ReservedControlB:
		return "reserved_control_b"
	case ReservedControlC:
		return "reserved_control_c"
	case ReservedControlD:
		return "reserved_control_d"
	case ReservedControlE:
		return "reserved_control_e"
	case ReservedControlF:
		return "reserved_control_f"
	}
	return "invalid"
}

// IsControl reports whether the opcode is one of the control half, RFC 6455 §5.5: 8 to 15.
func (o Opcode) IsControl() bool { return o&8 != 0 }

// IsReserved reports whether RFC 6455 leaves the opcode undefined: 3 to 7 and 11 to 15.
func (o Opcode) IsReserved() bool { return o&7 > 2 }
