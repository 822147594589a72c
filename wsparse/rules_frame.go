package wsparse

// The rules of frames.
var (
	ruleClientNotMasked = &Rule{"client-frame-not-masked", Error, "RFC 6455 §5.1",
		"a client MUST mask all frames that it sends to the server"}
	ruleServerMasked = &Rule{"server-frame-masked", Error, "RFC 6455 §5.1",
		"a server MUST NOT mask any frames that it sends to the client"}
	ruleReservedBits = &Rule{"reserved-bits", Error, "RFC 6455 §5.2",
		"RSV1, RSV2, RSV3 MUST be 0 unless an extension is negotiated that defines meanings for non-zero values"}
	ruleCompressedControl = &Rule{"compressed-bit-on-control", Error, "RFC 7692 §6.1",
		"an endpoint MUST NOT set the Per-Message Compressed bit of control frames"}
	ruleCompressedContinuation = &Rule{"compressed-bit-on-continuation", Error, "RFC 7692 §6.1",
		"an endpoint MUST NOT set the Per-Message Compressed bit of non-first fragments of a data message"}
	ruleReservedOpcode = &Rule{"reserved-opcode", Error, "RFC 6455 §5.2",
		"if an unknown opcode is received, the receiving endpoint MUST fail the WebSocket connection"}
	ruleControlTooLong = &Rule{"control-frame-too-long", Error, "RFC 6455 §5.5",
		"all control frames MUST have a payload length of 125 bytes or less"}
	ruleControlFragmented = &Rule{"control-frame-fragmented", Error, "RFC 6455 §5.5",
		"all control frames MUST NOT be fragmented"}
	ruleContinuationAlone = &Rule{"continuation-without-start", Error, "RFC 6455 §5.4",
		"a fragmented message consists of a first frame with an opcode other than 0, followed by frames with the opcode set to 0"}
	ruleInterleaved = &Rule{"data-inside-message", Error, "RFC 6455 §5.4",
		"the fragments of one message MUST NOT be interleaved between the fragments of another message"}
	ruleLengthNotMinimal = &Rule{"length-not-minimal", Error, "RFC 6455 §5.2",
		"the minimal number of bytes MUST be used to encode the length"}
	ruleLengthBit63 = &Rule{"length-bit-63", Error, "RFC 6455 §5.2",
		"the most significant bit of a 64-bit length MUST be 0"}
	ruleDataAfterClose = &Rule{"data-after-close", Error, "RFC 6455 §5.5.1",
		"the application MUST NOT send any more data frames after sending a Close frame"}
	ruleCloseRepeated = &Rule{"close-repeated", Note, "RFC 6455 §1.4",
		"after sending a Close, a peer does not send any further data"}
	ruleFramesRefused = &Rule{"frames-after-failed-handshake", Error, "RFC 6455 §4.1",
		"if the client cannot accept the server's response, it MUST fail the WebSocket connection"}
	ruleKeyZero = &Rule{"mask-key-zero", Note, "RFC 6455 §5.3",
		"the masking key needs to be unpredictable; here it is zero in frame after frame"}
	ruleKeyReused = &Rule{"mask-key-reused", Note, "RFC 6455 §5.3",
		"the client MUST pick a fresh masking key from the set of allowed 32-bit values; here frame after frame has the same"}
	ruleKeyCounting = &Rule{"mask-key-counting", Note, "RFC 6455 §5.3",
		"the masking key for a given frame MUST NOT make it simple to predict that of a subsequent frame; here they are evenly spaced"}
)

var frameRules = []*Rule{
	ruleClientNotMasked, ruleServerMasked, ruleReservedBits, ruleCompressedControl,
	ruleCompressedContinuation, ruleReservedOpcode, ruleControlTooLong, ruleControlFragmented,
	ruleContinuationAlone, ruleInterleaved, ruleLengthNotMinimal, ruleLengthBit63,
	ruleDataAfterClose, ruleCloseRepeated, ruleFramesRefused, ruleKeyZero, ruleKeyReused,
	ruleKeyCounting,
}
