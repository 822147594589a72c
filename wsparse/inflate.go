package wsparse

import (
	"errors"
	"fmt"

	"wscope/wsparse/inflate"
	"wscope/wsparse/rule"
)

// inflation is what a Stream knows of its sender's compression.
type inflation struct {
	inflate.Inflater
	takeover bool
	window   int // bytes, as agreed

	// Of the message under way.
	given uint64 // bytes inflated, under the limit
	whole bool   // it came in one piece and is inflated
	err   error  // why inflating stopped
}

// inflateStep is how many compressed bytes are inflated at a time where the caller does not keep the
// outcome: they become 1032 times as many at most.
const inflateStep = 1000

// deflated reports whether RSV1 marks compressed messages. Where the negotiation was not seen, as
// mid-stream, RSV1 is taken to mean what it nearly always means.
func (s *Stream) deflated() bool { return s.cfg.Deflate != nil || s.cfg.Midstream && !s.cfg.Agreed }

// beginInflate gets ready for the first bytes of a compressed message.
func (s *Stream) beginInflate() {
	f := s.inflation
	if f == nil {
		f = &inflation{takeover: true, window: 1 << 15}
		if s.cfg.Deflate != nil {
			f.takeover, f.window = s.cfg.Deflate.of(s.cfg.From)
		}
		f.SetTakeover(f.takeover)
		if s.cfg.Hash {
			f.SetTee(s.digest.take)
		}
		if s.unknown {
			f.Lose()
		}
		s.inflation = f
	}
	f.given, f.whole, f.err = 0, false, nil
	f.Begin()
}

// inflate adds compressed payload bytes to the message; whole says that they are all of
// them.
func (s *Stream) inflate(m *body, p []byte, whole bool) {
	f := s.inflation
	if f.whole = whole && (m.keep || len(p) <= inflateStep); f.whole {
		s.ready(m)
		out, err := f.Message(m.buf.b, p, s.limit(m))
		s.inflated(m, out, err)
		return
	}
	for len(p) > 0 && f.err == nil && !m.lossy {
		piece := p
		if !m.keep || s.cfg.Budget != nil && s.cfg.Budget.each > 0 {
			piece = p[:min(len(p), inflateStep)]
		}
		p = p[len(piece):]
		s.ready(m)
		out, err := f.Write(m.buf.b, piece, s.limit(m))
		s.inflated(m, out, err)
	}
}

// ready makes the message's buffer ready for inflated bytes.
func (s *Stream) ready(m *body) {
	if m.buf == nil {
		m.buf = getBuffer()
	}
	if !m.keep {
		m.buf.b = m.buf.b[:0]
	}
}

// inflated takes what the inflater made of the message's buffer.
func (s *Stream) inflated(m *body, out []byte, err error) {
	had := len(m.buf.b)
	m.buf.b = out
	if err != nil && !errors.Is(err, inflate.ErrLimit) {
		s.inflation.err = err
	}
	if out = out[had:]; m.judge {
		if i := m.text.bad(out); i >= 0 {
			m.judge = false
			s.find(rule.TextUTF8, m.msg.Offset, fmt.Sprintf("byte 0x%02x at %d of the inflated text", out[i], s.inflation.given+uint64(i)))
		}
	}
	s.inflation.given += uint64(len(out))
	s.account(m)
	if !m.keep && m.buf != nil { // it was only looked through: an unfinished message holds nothing of it
		m.buf.put()
		m.buf = nil
	}
}

// endInflate completes a compressed message, and says whether all of it was inflated. What
// is lost of it is lost for those after it too, unless the sender begins each without
// history.
func (s *Stream) endInflate(m *body) bool {
	f, msg := s.inflation, &m.msg
	if m.lossy {
		msg.Length = f.Length()
		f.Lose()
		return false
	}
	if !f.whole {
		s.ready(m)
		out, err := f.End(m.buf.b, s.limit(m))
		if f.err == nil {
			s.inflated(m, out, err)
		}
	}
	msg.Length = f.Length()
	msg.Inflated = f.err == nil
	all := msg.Inflated && f.given == msg.Length
	switch {
	case !msg.Inflated:
		s.judgeInflate(m)
	case !all:
		s.find(rule.InflatesOver, msg.Offset, fmt.Sprintf("%d bytes become %d", msg.Payload, msg.Length))
	}
	m.judge = m.judge && all
	if msg.Inflated && s.cfg.Deflate != nil {
		s.judgeEnding(m)
	}
	if f.MaxDistance() > f.window {
		s.findOnce(toldWindow, rule.DeflateWindow, msg.Offset, fmt.Sprintf("distance %d in a window of %d", f.MaxDistance(), f.window))
	}
	return all
}

// judgeInflate says why a message could not be inflated. That it refers to bytes which the
// capture lacks is no peer's fault.
func (s *Stream) judgeInflate(m *body) {
	var corrupt *inflate.CorruptError
	switch {
	case errors.Is(s.inflation.err, inflate.ErrHistory):
		s.lostMessages++
	case s.cfg.Deflate == nil || !errors.As(s.inflation.err, &corrupt):
	case !s.inflation.takeover && corrupt.Reason == inflate.BeforeHistory:
		s.find(rule.DeflateTakeover, m.msg.Offset, placed(corrupt))
	default:
		s.find(rule.DeflateCorrupt, m.msg.Offset, placed(corrupt))
	}
}

// placed says what is corrupt, and where in the message's payloads, those of its fragments
// taken together.
func placed(e *inflate.CorruptError) string {
	return fmt.Sprintf("%s, at byte %d of the compressed message", e.Reason, e.Offset)
}

// judgeEnding judges how a message that could be inflated ends. RFC 7692 §7.2.1: the data ends with an empty block with no
// compression, of which the last four bytes are left out; and a block with BFINAL is padded
// with zeros.
func (s *Stream) judgeEnding(m *body) {
	f := s.inflation
	if f.Ending() != inflate.Synced {
		why := "the message ends behind a block that needs no other, as if 00 00 ff ff were left in"
		switch {
		case m.msg.Payload == 0:
			why = "no byte at all where an empty message is one"
		case f.Ending() == inflate.Final:
			why = "nothing follows the block with BFINAL"
		}
		s.findOnce(toldEnding, rule.DeflateEnding, m.msg.Offset, why)
	}
	if f.BadPadding() {
		s.findOnce(toldPadding, rule.DeflatePadding, m.msg.Offset, "other bits than zeros")
	}
}

// loseHistory says that messages were lost, which later ones may refer to.
func (s *Stream) loseHistory() {
	s.unknown = true
	if s.inflation != nil {
		s.inflation.Lose()
	}
}

// Window is the largest distance that the inflater saw this sender really use, in bytes;
// 0 where no compressed message came.
func (s *Stream) Window() int {
	if s.inflation == nil {
		return 0
	}
	return s.inflation.MaxDistance()
}
