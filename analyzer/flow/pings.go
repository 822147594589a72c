package flow

import (
	"hash/maphash"
	"wscope/analyzer/record"

	"wscope/analyzer/stat"
	"wscope/assembly"
	"wscope/wsparse"
)

// pings matches pongs to pings by their payload, RFC 6455 §5.5.3: a pong answers the
// latest ping of that payload, and older ones may go unanswered.
type pings struct {
	sides [2]*pingSide
}

// maxFresh is how many round trips of a side one record gives.
const maxFresh = 256

// maxPending is how many unanswered pings of one side are remembered; an older one that
// is pushed out counts as unanswered.
const maxPending = 64

// maxEarly is how many pongs that answer nothing are remembered.
const maxEarly = 4

// skew is how long before a ping the capture may have its pong, in nanoseconds: what the two
// sides send is often captured by two queues, which the clock does not put in order.
const skew = int64(1e6)

type pingSide struct {
	pending      []pending
	sent         int64
	answered     int64
	unsolicited  int64     // pongs to this side that answer nothing
	early        []pending // the latest of them: a pong can be captured, or where bytes are missing understood, before its ping
	rtt          stat.Sketch
	lastSent     int64
	lastAnswered int64 // which ping, from 1, is the latest that was answered
	gaps         int64 // intervals between pings
	gapSum       int64
	gapDev       float64 // mean deviation, running
	gapMean      float64
	fresh        []record.Seconds // round trips since the record before, with Options.Updates
}

type pending struct {
	payload uint64 // hash
	nth     int64  // of the side's pings, from 1; several may come at the same time
	at      assembly.Mark
	acked   uint32 // of an early pong: what its sender had acknowledged of the other's bytes
	known   bool   // acked is
}

// pingConn is the connection that pings go over.
type pingConn struct{ f *flow }

// acked is what was acknowledged of a side's bytes.
func (c pingConn) acked(side int) (uint32, bool) {
	if conn := c.f.conn(); conn != nil {
		return conn.Acked(c.f.side(side))
	}
	return 0, false
}

// covers reports whether the early pong acknowledges the ping that its receiver, from, sends now: it was
// sent after it, whatever the order in which they were captured.
func (c pingConn) covers(e *pending, from int) bool {
	conn := c.f.conn()
	return e.known && conn != nil && int32(e.acked-conn.Reached(c.f.side(from))) >= 0
}

// One seed for the process: hashes are only compared with each other.
var pingSeed = maphash.MakeSeed()

func (p *pings) side(i int) *pingSide {
	if p.sides[i] == nil {
		p.sides[i] = new(pingSide)
	}
	return p.sides[i]
}

func (p *pings) ping(from int, m *wsparse.Message, at *assembly.Mark, c pingConn) {
	s := p.side(from)
	if s.sent++; s.sent > 1 {
		s.interval(at.Time - s.lastSent)
	}
	s.lastSent = at.Time
	hash := maphash.Bytes(pingSeed, m.Data)
	for i := range s.early {
		if e := &s.early[i]; e.payload == hash && (e.at.Index > at.Index || e.at.Time > at.Time-skew || c.covers(e, from)) {
			s.unsolicited--
			s.answer(s.sent, at.Time, e.at.Time, false)
			s.early = append(s.early[:i], s.early[i+1:]...)
			return
		}
	}
	if len(s.pending) == maxPending {
		s.pending = append(s.pending[:0], s.pending[1:]...)
	}
	s.pending = append(s.pending, pending{payload: hash, nth: s.sent, at: *at})
}

// answer counts a ping that was answered, the nth.
func (s *pingSide) answer(nth, asked, answered int64, keep bool) {
	s.answered++
	s.lastAnswered = max(s.lastAnswered, nth)
	rtt := max(answered-asked, 0)
	s.rtt.Add(rtt)
	if keep && len(s.fresh) < maxFresh {
		s.fresh = append(s.fresh, record.Seconds(rtt))
	}
}

// interval keeps the mean of the intervals and of their deviations from it.
func (s *pingSide) interval(ns int64) {
	s.gaps++
	s.gapSum += ns
	d := float64(ns) - s.gapMean
	s.gapMean += d / float64(s.gaps)
	if d < 0 {
		d = -d
	}
	s.gapDev += (d - s.gapDev) / float64(s.gaps)
}

// pong takes a pong; keep says that round trips are kept for the next record.
func (p *pings) pong(from int, m *wsparse.Message, at *assembly.Mark, keep bool, c pingConn) {
	s := p.side(1 - from)
	hash := maphash.Bytes(pingSeed, m.Data)
	for i := len(s.pending) - 1; i >= 0; i-- {
		if s.pending[i].payload == hash {
			s.answer(s.pending[i].nth, s.pending[i].at.Time, at.Time, keep)
			s.pending = append(s.pending[:i], s.pending[i+1:]...)
			return
		}
	}
	s.unsolicited++
	if len(s.early) == maxEarly {
		s.early = append(s.early[:0], s.early[1:]...)
	}
	e := pending{payload: hash, at: *at}
	e.acked, e.known = c.acked(1 - from)
	s.early = append(s.early, e)
}

// unanswered is how many pings of the side had no pong.
func (s *pingSide) unanswered() int64 { return s.sent - s.answered }

// missed counts the pings of the side that were sent by a time and were answered neither themselves nor by the pong to a later
// one, RFC 6455 §5.5.3; since is when the first of those that are remembered was sent.
func (s *pingSide) missed(by int64) (n, since int64) {
	for i := range s.pending {
		p := &s.pending[i]
		if p.nth <= s.lastAnswered || p.at.Time > by {
			continue
		}
		if n == 0 {
			since = p.at.Time
		}
		n = p.nth - s.lastAnswered
	}
	return n, since
}

// sum is the record; nil where there were neither pings nor pongs.
func (p *pings) sum() *record.PingSum {
	if p.sides[0] == nil && p.sides[1] == nil {
		return nil
	}
	sum := &record.PingSum{}
	var all stat.Sketch
	for i, s := range p.sides {
		if s == nil {
			continue
		}
		sum.Answered += s.answered
		sum.Unanswered += s.unanswered()
		sum.Unsolicited += s.unsolicited
		all.Merge(&s.rtt)
		sum.Fresh = append(sum.Fresh, s.fresh...)
		s.fresh = nil
		if s.sent == 0 {
			continue
		}
		one := &record.PingSide{Sent: s.sent, Answered: s.answered}
		if s.answered > 0 {
			one.RTTMin, one.RTTMax = seconds(s.rtt.Min()), seconds(s.rtt.Max())
			one.RTTP50, one.RTTP99 = seconds(s.rtt.Quantile(0.5)), seconds(s.rtt.Quantile(0.99))
		}
		if s.gaps > 0 {
			one.Interval, one.Jitter = seconds(int64(s.gapMean)), seconds(int64(s.gapDev))
		}
		if i == fromClient {
			sum.Client = one
		} else {
			sum.Server = one
		}
	}
	if all.Count() > 0 {
		sum.RTTMin, sum.RTTMax = seconds(all.Min()), seconds(all.Max())
		sum.RTTP50, sum.RTTP99 = seconds(all.Quantile(0.5)), seconds(all.Quantile(0.99))
	}
	return sum
}

func seconds(ns int64) *record.Seconds {
	s := record.Seconds(ns)
	return &s
}
