package rule

// The rules of messages.
var (
	TextUTF8 = &Rule{"text-not-utf8", Error, "RFC 6455 §5.6",
		"the whole text message MUST contain valid UTF-8"}
	CloseOneByte = &Rule{"close-payload-one-byte", Error, "RFC 6455 §5.5.1",
		"if there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer"}
	CloseNotOnWire = &Rule{"close-code-not-on-wire", Error, "RFC 6455 §7.4.1",
		"1005, 1006 and 1015 are reserved values and MUST NOT be set as a status code in a Close frame"}
	CloseRange = &Rule{"close-code-out-of-range", Error, "RFC 6455 §7.4.2",
		"status codes are 1000 to 4999: those in the range 0-999 are not used"}
	CloseUnassigned = &Rule{"close-code-unassigned", Error, "RFC 6455 §7.4.2",
		"status codes in the range 1000-2999 are reserved for definition by the protocol; this one is not defined"}
	CloseSide = &Rule{"close-code-of-other-side", Warning, "RFC 6455 §7.4.1",
		"1010 is sent by a client that misses an extension; it is not used by the server"}
	CloseReason = &Rule{"close-reason-not-utf8", Error, "RFC 6455 §5.5.1",
		"following the 2-byte integer, the body MAY contain UTF-8-encoded data"}
	DeflateCorrupt = &Rule{"deflate-corrupt", Error, "RFC 7692 §7.2.1",
		"the payload of a compressed message is compressed using DEFLATE"}
	DeflateTakeover = &Rule{"deflate-context-taken-over", Error, "RFC 7692 §7.1.1",
		"the peer that agreed to no_context_takeover MUST NOT use context takeover"}
	DeflateWindow = &Rule{"deflate-window-exceeded", Error, "RFC 7692 §7.1.2",
		"an endpoint MUST NOT use an LZ77 sliding window longer than it agreed to"}
	DeflateEnding = &Rule{"deflate-tail-not-removed", Warning, "RFC 7692 §7.2.1",
		"compressed data ends with an empty DEFLATE block with no compression, and the 4 octets 00 00 ff ff of its tail are removed"}
	DeflatePadding = &Rule{"deflate-padding-not-zero", Error, "RFC 7692 §7.2.1",
		"where a block with BFINAL does not end at a byte boundary, an endpoint MUST add minimal padding bits of 0"}
	InflatesOver = &Rule{"message-inflates-over-limit", Warning, "RFC 6455 §10.4",
		"implementations that have limitations regarding the message size after reassembly MUST protect themselves against exceeding those limits"}
)

// Messages are the rules of messages.
var Messages = []*Rule{
	TextUTF8, CloseOneByte, CloseNotOnWire, CloseRange, CloseUnassigned,
	CloseSide, CloseReason, DeflateCorrupt, DeflateTakeover,
	DeflateWindow, DeflateEnding, DeflatePadding, InflatesOver,
}
