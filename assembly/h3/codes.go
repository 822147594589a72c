package h3

import "fmt"

// ErrorName is the name of an error code of HTTP/3 (RFC 9114 §8.1), QPACK (RFC 9204 §6),
// datagrams (RFC 9297 §5.2) or WebTransport; in hex where it has none.
func ErrorName(code uint64) string {
	switch code {
	case 0x33:
		return "H3_DATAGRAM_ERROR"
	case 0x200:
		return "QPACK_DECOMPRESSION_FAILED"
	case 0x201:
		return "QPACK_ENCODER_STREAM_ERROR"
	case 0x202:
		return "QPACK_DECODER_STREAM_ERROR"
	case 0x170d7b68:
		return "WT_SESSION_GONE"
	case 0x3994bd84:
		return "WT_BUFFERED_STREAM_REJECTED"
	case 0x212c0d48:
		return "WT_REQUIREMENTS_NOT_MET"
	}
	if code >= 0x100 && code < 0x100+uint64(len(errorNames)) {
		return errorNames[code-0x100]
	}
	if app, ok := AppError(code); ok {
		return fmt.Sprintf("WebTransport application error %d", app)
	}
	return fmt.Sprintf("0x%x", code)
}

var errorNames = [...]string{"H3_NO_ERROR", "H3_GENERAL_PROTOCOL_ERROR", "H3_INTERNAL_ERROR", "H3_STREAM_CREATION_ERROR",
	"H3_CLOSED_CRITICAL_STREAM", "H3_FRAME_UNEXPECTED", "H3_FRAME_ERROR", "H3_EXCESSIVE_LOAD", "H3_ID_ERROR", "H3_SETTINGS_ERROR",
	"H3_MISSING_SETTINGS", "H3_REQUEST_REJECTED", "H3_REQUEST_CANCELLED", "H3_REQUEST_INCOMPLETE", "H3_MESSAGE_ERROR", "H3_CONNECT_ERROR",
	"H3_VERSION_FALLBACK"}

// AppError is the application's error code that a WebTransport stream's reset carries
// (draft-ietf-webtrans-http3 §4.4).
func AppError(code uint64) (uint32, bool) {
	const first, last = 0x52e4a40fa8db, 0x52e5ac983162
	if code < first || code > last || (code-0x21)%0x1f == 0 {
		return 0, false
	}
	shifted := code - first
	return uint32(shifted - shifted/0x1f), true
}
