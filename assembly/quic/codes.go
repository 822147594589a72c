package quic

import "fmt"

// ErrorName is the name of a transport error code (RFC 9000 §20.1); in hex where it has none.
func ErrorName(code uint64) string {
	switch {
	case code < uint64(len(errorNames)):
		return errorNames[code]
	case code == 0x11:
		return "VERSION_NEGOTIATION_ERROR" // RFC 9368
	case code >= 0x100 && code <= 0x1ff:
		return fmt.Sprintf("CRYPTO_ERROR (TLS alert %d)", code-0x100)
	}
	return fmt.Sprintf("0x%x", code)
}

var errorNames = [...]string{"NO_ERROR", "INTERNAL_ERROR", "CONNECTION_REFUSED", "FLOW_CONTROL_ERROR", "STREAM_LIMIT_ERROR",
	"STREAM_STATE_ERROR", "FINAL_SIZE_ERROR", "FRAME_ENCODING_ERROR", "TRANSPORT_PARAMETER_ERROR", "CONNECTION_ID_LIMIT_ERROR",
	"PROTOCOL_VIOLATION", "INVALID_TOKEN", "APPLICATION_ERROR", "CRYPTO_BUFFER_EXCEEDED", "KEY_UPDATE_ERROR", "AEAD_LIMIT_REACHED",
	"NO_VIABLE_PATH"}
