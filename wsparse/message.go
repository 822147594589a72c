package wsparse

import (
	"fmt"

	"wscope/wsparse/rule"
)

// DefaultMaxMessage is StreamConfig.MaxMessage where that is 0: 16 MiB.
const DefaultMaxMessage = 16 << 20

// Message is an initial frame and its trailing frames, RFC 6455 §5.4; for a control
// frame, itself.
type Message struct {
	Opcode     Opcode // Text, Binary, Close, Ping, Pong or a reserved one; Continuation where the initial frame was lost
	Compressed bool   // RSV1 with permessage-deflate negotiated
	Offset     int64  // stream offset of its first header byte
	End        int64  // stream offset after its last byte
	Frames     int
	WireBytes  uint64 // headers and payloads of its frames, as far as they were there
	Payload    uint64 // payload bytes as sent, before inflating, those lost in gaps of known length included
	Length     uint64 // bytes after inflating (or Payload where not compressed); of an over-limit message as far as counted
	// Data is unmasked and inflated, as far as StreamConfig.Collect asked and its limit
	// allowed; valid until the next Next or Feed. Of control frames up to 125 bytes are
	// always given. It may share memory with the bytes fed: do not change it.
	Data     []byte
	Complete bool // all its bytes were there, understood, and under the limits
	// Inflated says that Data and Length are after inflating, to the message's end. False
	// for a message that is not compressed; where NoInflate was asked for (Data is then as
	// sent, unmasked); and where it could not be inflated, or not to its end (Data and
	// Length are then the part before).
	Inflated  bool
	ValidUTF8 bool   // for a Complete Text, and Close reasons; false where NoCheck forbade to look
	Code      uint16 // of a Close; 0 where empty
	Reason    []byte // of a Close; a part of Data
	// SHA256 is of all that Data would hold without a limit: what was kept, and what was
	// only counted. It is nil where StreamConfig.Hash did not ask, for control frames, and where
	// bytes are missing or could not be inflated; valid until the next Next or Feed.
	SHA256 *[32]byte
}

// body is a message under way.
type body struct {
	msg     Message
	first   Header // of its first frame
	number  int64  // that frame's
	open    bool
	lossy   bool // bytes of it are missing
	judge   bool // its bytes are text that is to be checked
	inflate bool // its bytes go through the inflater
	keep    bool // collect its bytes in buf
	over    bool // it was to be kept, and Budget had no room
	text    textCheck
	tailAt  int64   // stream offset of the first byte of text's unfinished sequence
	buf     *buffer // nil until bytes have to be kept
}

// take adds payload bytes, unmasked, that need no inflating. at is the stream offset of
// the first. whole says that they are the whole message and stay valid as long as Data
// has to.
func (s *Stream) take(m *body, p []byte, at int64, whole bool) {
	if m.judge {
		s.checkText(m, p, at)
	}
	if s.hashes(m) {
		s.digest.take(p)
	}
	if !m.keep || len(p) == 0 {
		return
	}
	limit := s.limit(m)
	if whole && len(p) <= limit {
		m.msg.Data = p
		return
	}
	if m.buf == nil {
		m.buf = getBuffer()
	}
	m.buf.b = append(m.buf.b, p[:max(0, min(len(p), limit-len(m.buf.b)))]...) // the limit falls where collecting ends amid a message
	s.account(m)
}

// checkText judges UTF-8, incrementally and across frames.
func (s *Stream) checkText(m *body, p []byte, at int64) {
	if i := m.text.bad(p); i >= 0 {
		m.judge = false
		s.find(rule.TextUTF8, at+int64(i), fmt.Sprintf("byte 0x%02x", p[i]))
	} else if n := m.text.unfinished(); n > 0 && n <= len(p) {
		m.tailAt = at + int64(len(p)-n)
	}
}

// beginMessage starts m at the frame whose header is s.h.
func (s *Stream) beginMessage(m *body, op Opcode) {
	m.msg = Message{}
	m.msg.Opcode = op
	m.msg.Offset = s.frameAt
	m.first, m.number = s.h, s.frame
	m.open, m.lossy, m.over = true, false, false
	m.text = textCheck{}
	m.inflate = false
	m.keep = s.cfg.Collect
	if op.IsControl() {
		m.keep = true
		m.judge = false // a Close is judged when it is whole
		return
	}
	if op == Continuation {
		m.lossy = true
	}
	if s.cfg.Hash {
		s.beginDigest()
	}
	if s.h.Reserved&4 != 0 && s.deflated() {
		m.msg.Compressed = op == Text || op == Binary
		m.inflate = m.msg.Compressed && !s.cfg.NoInflate
	}
	m.judge = op == Text && !s.cfg.NoCheck && (!m.msg.Compressed || m.inflate) && !s.opaque()
}

// opaque reports whether the payload of the frame at hand may be anything: an extension is in force that is
// not known here (RFC 6455 §9), or bits are set that only such a one gives a meaning.
func (s *Stream) opaque() bool {
	reserved := s.h.Reserved
	if s.deflated() {
		reserved &^= 4
	}
	return reserved != 0 || s.opaqueText()
}

// opaqueText is opaque for a frame without reserved bits.
func (s *Stream) opaqueText() bool { return s.cfg.Extended && (!s.cfg.Midstream || s.cfg.Agreed) }

// limit is how many bytes of m are kept, and inflated, at most.
func (s *Stream) limit(m *body) int {
	if m != &s.data && !s.cfg.Collect {
		return 125
	}
	if s.cfg.MaxMessage > 0 {
		return s.cfg.MaxMessage
	}
	return DefaultMaxMessage
}

// endMessage completes m and puts it out as the next MessageDone.
func (s *Stream) endMessage(m *body) {
	msg := &m.msg
	m.open = false
	s.uncount()
	inflated := true
	if m.inflate {
		inflated = s.endInflate(m)
	} else {
		msg.Length = msg.Payload
	}
	if m.buf != nil && m.keep {
		msg.Data = m.buf.b
	}
	// Control frames are kept to 125 bytes; a longer one is whole all the same.
	msg.Complete = !m.lossy && inflated && !m.over &&
		(!m.keep || msg.Opcode.IsControl() || uint64(len(msg.Data)) == msg.Length)
	if s.hashes(m) && !m.lossy && (!m.inflate || msg.Inflated) {
		msg.SHA256 = s.digest.end()
	}
	if m.judge && !m.lossy {
		msg.ValidUTF8 = m.text.need == 0
		if !msg.ValidUTF8 {
			at := m.tailAt
			if m.inflate {
				at = msg.Offset
			}
			s.find(rule.TextUTF8, at, "the text ends inside a sequence")
		}
	}
	if m.lossy {
		s.lostMessages++
	}
	if msg.Opcode == Close {
		readClose(msg)
	}
	s.give(m)
	if msg.Opcode == Close {
		s.checkClose(m)
	}
}
