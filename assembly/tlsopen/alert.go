package tlsopen

import "strconv"

// alert notes an alert in the clear or opened. It ends nothing: the TCP connection's end does.
func (t *stream) alert(b []byte) {
	if len(b) != 2 {
		return
	}
	if b[1] == 0 {
		t.c.info.CloseNotify[t.side] = true
		return
	}
	if t.c.info.Alert == "" {
		who := "server "
		if t.client {
			who = "client "
		}
		t.c.info.Alert = who + alertName(b[1])
	}
}

// alertName returns the name of an alert description.
func alertName(n byte) string {
	if name := alertNames[n]; name != "" {
		return name
	}
	return "alert " + strconv.Itoa(int(n))
}

// alertNames are the names of alert descriptions (RFC 8446 §6 and IANA, "TLS Alerts").
var alertNames = [256]string{
	0:   "close_notify",
	10:  "unexpected_message",
	20:  "bad_record_mac",
	21:  "decryption_failed",
	22:  "record_overflow",
	30:  "decompression_failure",
	40:  "handshake_failure",
	41:  "no_certificate",
	42:  "bad_certificate",
	43:  "unsupported_certificate",
	44:  "certificate_revoked",
	45:  "certificate_expired",
	46:  "certificate_unknown",
	47:  "illegal_parameter",
	48:  "unknown_ca",
	49:  "access_denied",
	50:  "decode_error",
	51:  "decrypt_error",
	70:  "protocol_version",
	71:  "insufficient_security",
	80:  "internal_error",
	86:  "inappropriate_fallback",
	90:  "user_canceled",
	100: "no_renegotiation",
	109: "missing_extension",
	110: "unsupported_extension",
	111: "certificate_unobtainable",
	112: "unrecognized_name",
	113: "bad_certificate_status_response",
	115: "unknown_psk_identity",
	116: "certificate_required",
	120: "no_application_protocol",
	121: "ech_required",
}
