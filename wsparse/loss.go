package wsparse

// progress is what a step at the end of the bytes came to.
type progress uint8

const (
	nothing progress = iota
	did              // the state changed
	gave             // and the event is filled
)

// jump goes over the gap that comes next. It says whether it filled ev.
func (s *Stream) jump(ev *Event) bool {
	switch s.state {
	case atPayload:
		return s.jumpPayload(ev)
	case atSearch:
		if p := s.endSearch(ev, true); p != nothing {
			return p == gave
		}
		s.loseSearched(int64(s.search.held()))
		s.search.Gap(s.gap)
		s.search.next, s.search.fed = firstLook, 0
	default:
		if s.data.open {
			// What is missing may hold the rest of this message, and the beginning of others.
			s.data.lossy = true
			s.endMessage(&s.data)
			return false
		}
		s.beginSearch()
		s.search.lost = int64(s.nhdr)
		s.passOver(int64(s.nhdr))
		s.nhdr = 0
	}
	s.loseHistory()
	s.uncertain = true
	s.seen.close = false // perhaps another connection began on the same addresses
	if s.gap > 0 {
		s.at += s.gap
		s.lost += s.gap
		s.search.lost += s.gap
	}
	s.gap = 0
	s.search.silent = false
	return false
}

// jumpPayload goes over the part of a gap that lies inside the payload under way. As its
// length is known nothing else is lost with it.
func (s *Stream) jumpPayload(ev *Event) bool {
	m := s.current()
	m.lossy, m.judge, s.loss = true, false, true
	var n uint64
	if s.gap < 0 {
		// The frame may end anywhere in the gap.
		s.left = 0
	} else {
		n = min(uint64(s.gap), s.left)
		m.msg.Payload += n
		s.left -= n
		s.gap -= int64(n)
		s.at += int64(n)
		s.lost += int64(n)
	}
	last := s.left == 0
	*ev = Event{bare: ev.bare, Kind: FramePart, Last: last, Header: s.h, Frame: s.frame, Offset: s.frameAt, Lost: int64(n)}
	if last {
		s.endFrame(m)
	}
	return s.cfg.Frames
}

// nonsense says that the length cannot be meant: to wait for its end would be to decode
// nothing more.
func (h *Header) nonsense() bool {
	return h.LenPayload>>63 != 0 || h.LenPayload > 1<<32 && (h.Opcode.IsReserved() || h.Opcode.IsControl())
}

// abandon gives up the frame under way, and searches for another behind its header.
func (s *Stream) abandon(m *body, ev *Event) bool {
	*ev = Event{bare: ev.bare, Kind: FramePart, First: true, Last: true, Header: s.h, Frame: s.frame, Offset: s.frameAt}
	s.fresh, s.loss = false, true
	s.endFrame(m)
	if m.open {
		s.endMessage(m)
	}
	s.beginSearch()
	s.loseHistory()
	s.uncertain = true
	return s.cfg.Frames
}

// lastFrame is how long a last control frame can be: header, masking key and 125 bytes.
const lastFrame = 2 + 4 + 125

// finish ends what the end of the stream leaves unfinished, a step a call.
func (s *Stream) finish(ev *Event) progress {
	switch {
	case s.state == atSearch:
		if p := s.endSearch(ev, true); p != nothing {
			return p
		}
		if n := int64(s.search.held() - lastFrame); n > 0 && !s.search.last {
			// What ends a stream is most often a Close. Among the last bytes alone there are
			// fewer places where chance could look like one, so less evidence is needed.
			s.loseSearched(n)
			s.search.restart(s.at)
			return did
		}
		s.passOver(int64(s.search.held()))
		s.search.put()
		s.search = nil
		s.state = atHeader
	case s.state == atPayload:
		m := s.current()
		s.loss = true
		*ev = Event{bare: ev.bare, Kind: FramePart, Last: true, Header: s.h, Frame: s.frame, Offset: s.frameAt}
		s.endFrame(m)
		if s.cfg.Frames {
			return gave
		}
	case s.nhdr > 0:
		s.passOver(int64(s.nhdr))
		s.nhdr = 0
	case s.data.open:
		s.data.lossy = true
		s.endMessage(&s.data)
	default:
		if s.inflation != nil {
			s.inflation.Release()
		}
		return nothing
	}
	return did
}
