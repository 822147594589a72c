package wsparse

import (
	"encoding/binary"
	"fmt"

	"wscope/wsparse/rule"
)

// readClose reads the code and reason of a Close frame, RFC 6455 §5.5.1.
func readClose(m *Message) {
	if len(m.Data) >= 2 {
		m.Code = binary.BigEndian.Uint16(m.Data)
		m.Reason = m.Data[2:]
	}
}

// checkClose judges the body of a Close frame.
func (s *Stream) checkClose(m *body) {
	msg := &m.msg
	if s.cfg.NoCheck || m.lossy {
		return
	}
	at := msg.Offset + int64(s.h.Size())
	if msg.Payload == 0 {
		msg.ValidUTF8 = true
		return
	}
	// RFC 6455 §5.5.1: if there is a body, its first two bytes MUST be the code.
	if msg.Payload == 1 {
		s.find(rule.CloseOneByte, at, fmt.Sprintf("byte 0x%02x", msg.Data[0]))
		return
	}
	s.checkCode(msg.Code, at)
	var text textCheck
	switch bad := text.bad(msg.Reason); {
	case bad >= 0:
		s.find(rule.CloseReason, at+2+int64(bad), fmt.Sprintf("byte 0x%02x", msg.Reason[bad]))
	case text.need > 0 && uint64(len(msg.Data)) == msg.Payload:
		tail := len(msg.Reason) - text.unfinished()
		s.find(rule.CloseReason, at+2+int64(tail), "the reason ends inside a sequence")
	default:
		msg.ValidUTF8 = true
	}
}

// checkCode judges a status code, RFC 6455 §7.4 and IANA's registry (1012 to 1014).
func (s *Stream) checkCode(code uint16, at int64) {
	detail := fmt.Sprintf("code %d", code)
	switch {
	case code == 1005 || code == 1006 || code == 1015:
		s.find(rule.CloseNotOnWire, at, detail)
	case code < 1000 || code > 4999:
		s.find(rule.CloseRange, at, detail)
	case code == 1004 || code > 1014 && code < 3000:
		s.find(rule.CloseUnassigned, at, detail)
	case code == 1010 && s.cfg.From == FromServer:
		s.find(rule.CloseSide, at, detail)
	}
}
