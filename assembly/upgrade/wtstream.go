package upgrade

import (
	"wscope/assembly"
	"wscope/assembly/h3"
	"wscope/assembly/quic"
)

// sessionStream is a stream of a WebTransport session: the number of the session, which the
// initiator sends first, then bytes (draft-ietf-webtrans-http3 §4).
type sessionStream struct {
	h      *http3
	quic   *quic.Stream
	at     assembly.Mark // its first byte
	number h3.Number
	id     uint64
	known  bool // the number was read
	x      *session
	waits  *replayBuffer // what came while the session was not known
	cost   int
	lost   bool
}

// Data implements quic.StreamHandler.
func (s *sessionStream) Data(x assembly.Side, b []byte, at *assembly.Mark) {
	if s.lost {
		return
	}
	if !s.known && x == s.quic.Initiator() {
		if s.id, b, s.known = s.number.Take(b); !s.known {
			return
		}
		s.join()
	}
	if len(b) == 0 {
		return
	}
	if s.x == nil {
		s.wait(func(t *replayBuffer) { t.Data(x, b, at) })
		return
	}
	if s.x.recv != nil {
		s.x.recv.Data(s.quic, role(x, assembly.A), b, at)
	}
}

// join finds the session, or waits for its request.
func (s *sessionStream) join() {
	if x := s.h.sessions[s.id]; x != nil {
		s.adopt(x)
		return
	}
	n := 0
	for _, l := range s.h.orphans {
		n += len(l)
	}
	if n >= maxOrphans {
		s.lost = true
		return
	}
	if s.h.orphans == nil {
		s.h.orphans = make(map[uint64][]*sessionStream)
	}
	s.h.orphans[s.id] = append(s.h.orphans[s.id], s)
}

// adopt gives the stream to its session.
func (s *sessionStream) adopt(x *session) {
	s.x = x
	if x.recv != nil {
		x.recv.Opened(s.quic, role(s.quic.Initiator(), assembly.A), &s.at)
	}
	if t := s.waits; t != nil {
		s.waits = nil
		s.h.waits -= s.cost
		replay(t, s)
	}
}

// replay gives everything to a stream's handler, each side's bytes in their order.
func replay(t *replayBuffer, h quic.StreamHandler) {
	var off [2]int64
	for i := range t.events {
		switch e := &t.events[i]; e.kind {
		case dataEvent:
			o := off[e.side]
			off[e.side] += e.n
			h.Data(e.side, t.bytes[e.side][o:off[e.side]], &e.at)
		case gapEvent:
			h.Gap(e.side, e.n, e.why, &e.at)
		case endEvent:
			h.End(e.side, e.why, uint64(e.n), &e.at)
		}
	}
}

// wait keeps what comes while the session is not known.
func (s *sessionStream) wait(f func(*replayBuffer)) {
	if s.waits == nil {
		s.waits = new(replayBuffer)
	}
	s.h.waits -= s.cost
	f(s.waits)
	s.cost = s.waits.size()
	s.h.waits += s.cost
	if s.cost > maxTape || s.h.waits > maxWaiting {
		s.lost, s.waits = true, nil
		s.h.waits -= s.cost
		s.cost = 0
	}
}

// Gap implements quic.StreamHandler.
func (s *sessionStream) Gap(x assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	switch {
	case s.lost:
	case !s.known && x == s.quic.Initiator():
		s.lost = true // whose it is will not be known
	case s.x == nil:
		s.wait(func(t *replayBuffer) { t.Gap(x, n, why, at) })
	case s.x.recv != nil:
		s.x.recv.Gap(s.quic, role(x, assembly.A), n, why, at)
	}
}

// End implements quic.StreamHandler.
func (s *sessionStream) End(x assembly.Side, why assembly.Cause, code uint64, at *assembly.Mark) {
	switch {
	case s.lost:
	case s.x == nil:
		s.wait(func(t *replayBuffer) {
			t.events = append(t.events, event{at: *at, n: int64(code), side: x, kind: endEvent, why: why})
		})
	case s.x.recv != nil:
		s.x.recv.End(s.quic, role(x, assembly.A), why, code, at)
	}
}

// Stop implements quic.StreamHandler: the reset that answers it says the same.
func (s *sessionStream) Stop(assembly.Side, uint64, *assembly.Mark) {}
