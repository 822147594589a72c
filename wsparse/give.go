package wsparse

import "sync"

// bodies are those of control frames, which most streams have none of at a time.
var bodies = sync.Pool{New: func() any { return new(body) }}

// find notes a finding, to be given after the event under way.
func (s *Stream) find(r *Rule, at int64, detail string) {
	if !s.cfg.NoCheck {
		s.found = append(s.found, Finding{Rule: r, Offset: at, Detail: detail})
	}
}

// give notes that m is done, to be given after what was found so far.
func (s *Stream) give(m *body) { s.done, s.doneAt = m, int32(len(s.found)) }

// giveNext fills ev with the next finding or the message that is done.
func (s *Stream) giveNext(ev *Event) {
	if m := s.done; m != nil && s.next == s.doneAt {
		ev.reset()
		ev.Kind = MessageDone
		ev.Header = m.first
		ev.Frame = m.number
		ev.Offset = m.msg.Offset
		ev.Message = &m.msg
		s.done, s.given = nil, m
		if m == s.control {
			s.control = nil
		}
	} else {
		f := s.found[s.next]
		s.next++
		*ev = Event{bare: ev.bare, Kind: Violation, Frame: s.frame, Offset: f.Offset, Finding: f}
	}
	if s.done == nil && int(s.next) == len(s.found) {
		s.next = 0
		s.found = s.found[:0]
		if cap(s.found) > 4 {
			s.found = nil
		}
	}
}

// release takes back what the last event gave.
func (s *Stream) release() {
	m := s.given
	if m == nil {
		return
	}
	s.given = nil
	if m.buf != nil {
		m.buf.put()
		m.buf = nil
	}
	m.msg.Data = nil
	if m != &s.data {
		bodies.Put(m)
	}
}
