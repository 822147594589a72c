package h3

import (
	"slices"

	"wscope/assembly/quic"
)

// Settings are those of one side that matter here (RFC 9114 §7.2.4).
type Settings struct {
	Known           bool
	MaxTable        uint64 // SETTINGS_QPACK_MAX_TABLE_CAPACITY (RFC 9204 §5)
	ExtendedConnect bool   // SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 9220 §3)
	Datagrams       bool   // SETTINGS_H3_DATAGRAM (RFC 9297 §2.1.1)
	MaxSessions     uint64 // WebTransport sessions, where the draft has such a setting
	WebTransport    bool
	WebTransportID  uint64 // the setting by which it said so
}

// ReadSettings reads a SETTINGS frame's payload.
func ReadSettings(b []byte) (s Settings) {
	s.Known = true
	for len(b) > 0 {
		id, n := quic.Varint(b)
		if n == 0 {
			return s
		}
		value, m := quic.Varint(b[n:])
		if m == 0 {
			return s
		}
		b = b[n+m:]
		switch id {
		case 0x01:
			s.MaxTable = value
		case 0x08:
			s.ExtendedConnect = value == 1
		case 0x33, 0xffd277: // RFC 9297, and its drafts
			s.Datagrams = value == 1
		case 0x2b603742, // SETTINGS_ENABLE_WEBTRANSPORT, drafts 02 to 06
			0xc671706a, 0x2b603743, // …_MAX_SESSIONS, drafts 07 to 12
			0x14e9cd29, 0x2c7cf000: // …_MAX_SESSIONS, drafts 13 and 14; SETTINGS_WT_ENABLED, draft 15
			if value > 0 && (!s.WebTransport || newer(id, s.WebTransportID)) {
				s.WebTransport, s.MaxSessions, s.WebTransportID = true, value, id
			}
		}
	}
	return s
}

// newer reports whether a setting of WebTransport is of a later draft than another.
func newer(id, than uint64) bool {
	order := [...]uint64{0x2b603742, 0x2b603743, 0xc671706a, 0x14e9cd29, 0x2c7cf000}
	return slices.Index(order[:], id) > slices.Index(order[:], than)
}
