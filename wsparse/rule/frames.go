package rule

// The rules of frames.
var (
	ClientNotMasked = &Rule{"client-frame-not-masked", Error, "RFC 6455 §5.1",
		"a client MUST mask all frames that it sends to the server"}
	ServerMasked = &Rule{"server-frame-masked", Error, "RFC 6455 §5.1",
		"a server MUST NOT mask any frames that it sends to the client"}
	ReservedBits = &Rule{"reserved-bits", Error, "RFC 6455 §5.2",
		"RSV1, RSV2, RSV3 MUST be 0 unless an extension is negotiated that defines meanings for non-zero values"}
	CompressedControl = &Rule{"compressed-bit-on-control", Error, "RFC 7692 §6.1",
		"an endpoint MUST NOT set the Per-Message Compressed bit of control frames"}
	CompressedContinuation = &Rule{"compressed-bit-on-continuation", Error, "RFC 7692 §6.1",
		"an endpoint MUST NOT set the Per-Message Compressed bit of non-first fragments of a data message"}
	ReservedOpcode = &Rule{"reserved-opcode", Error, "RFC 6455 §5.2",
		"if an unknown opcode is received, the receiving endpoint MUST fail the WebSocket connection"}
	ControlTooLong = &Rule{"control-frame-too-long", Error, "RFC 6455 §5.5",
		"all control frames MUST have a payload length of 125 bytes or less"}
	ControlFragmented = &Rule{"control-frame-fragmented", Error, "RFC 6455 §5.5",
		"all control frames MUST NOT be fragmented"}
	ContinuationAlone = &Rule{"continuation-without-start", Error, "RFC 6455 §5.4",
		"a fragmented message consists of a first frame with an opcode other than 0, followed by frames with the opcode set to 0"}
	Interleaved = &Rule{"data-inside-message", Error, "RFC 6455 §5.4",
		"the fragments of one message MUST NOT be interleaved between the fragments of another message"}
	LengthNotMinimal = &Rule{"length-not-minimal", Error, "RFC 6455 §5.2",
		"the minimal number of bytes MUST be used to encode the length"}
	LengthBit63 = &Rule{"length-bit-63", Error, "RFC 6455 §5.2",
		"the most significant bit of a 64-bit length MUST be 0"}
	DataAfterClose = &Rule{"data-after-close", Error, "RFC 6455 §5.5.1",
		"the application MUST NOT send any more data frames after sending a Close frame"}
	CloseRepeated = &Rule{"close-repeated", Note, "RFC 6455 §1.4",
		"after sending a Close, a peer does not send any further data"}
	FramesRefused = &Rule{"frames-after-failed-handshake", Error, "RFC 6455 §4.1",
		"if the client cannot accept the server's response, it MUST fail the WebSocket connection"}
	KeyZero = &Rule{"mask-key-zero", Note, "RFC 6455 §5.3",
		"the masking key needs to be unpredictable; here it is zero in frame after frame"}
	KeyReused = &Rule{"mask-key-reused", Note, "RFC 6455 §5.3",
		"the client MUST pick a fresh masking key from the set of allowed 32-bit values; here frame after frame has the same"}
	KeyCounting = &Rule{"mask-key-counting", Note, "RFC 6455 §5.3",
		"the masking key for a given frame MUST NOT make it simple to predict that of a subsequent frame; here they are evenly spaced"}
)

// Frames are the rules of frames.
var Frames = []*Rule{
	ClientNotMasked, ServerMasked, ReservedBits, CompressedControl,
	CompressedContinuation, ReservedOpcode, ControlTooLong, ControlFragmented,
	ContinuationAlone, Interleaved, LengthNotMinimal, LengthBit63,
	DataAfterClose, CloseRepeated, FramesRefused, KeyZero, KeyReused,
	KeyCounting,
}
