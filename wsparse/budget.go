package wsparse

import "slices"

// A Budget bounds what several Streams keep of messages that have not ended: without one, each may keep
// StreamConfig.MaxMessage, and a few packets that inflate well can claim that on every connection. It is for Streams
// that one goroutine feeds.
//
// Where the limit is passed, the message that keeps most goes on without being kept: it is still counted, checked and hashed,
// and is given without Data and not Complete. So what is kept does not depend on which of them ended first.
type Budget struct {
	limit, each int
	kept        int
	open        []counted // messages, in the order in which they began to be counted
	given       int64     // messages that were not kept
	more        func() int
}

// counted is a message that a Budget knows of: the one that the Stream is in.
type counted struct {
	s    *Stream
	kept int
}

// minCounted is how much of a message is kept before it is counted: most messages never are.
const minCounted = 16 << 10

// A message that inflates to more than inflatesFreely must not become inflatesMost times as long as it was sent: deflate can
// make 1032 times as many, and what people send does not come near it.
const (
	inflatesFreely = 4 << 20
	inflatesMost   = 256
)

// NewBudget returns a Budget of limit bytes for all messages together.
func NewBudget(limit int) *Budget { return &Budget{limit: limit} }

// NewLook returns a Budget of limit bytes for Streams whose messages are only looked into: one that is longer than each
// bytes, or has no room, is not kept, and is Complete all the same.
func NewLook(limit, each int) *Budget { return &Budget{limit: limit, each: each} }

// SetMore sets what is asked when the limit is passed: how many bytes may be kept now, if those are more.
func (b *Budget) SetMore(more func() int) { b.more = more }

// Kept returns how many bytes are kept of messages that have not ended.
func (b *Budget) Kept() int { return b.kept }

// GivenUp returns how many messages were not kept for lack of room.
func (b *Budget) GivenUp() int64 { return b.given }

// account notes how much is kept of the data message under way.
func (s *Stream) account(m *body) {
	b := s.cfg.Budget
	if b == nil || m != &s.data || !m.open || m.buf == nil || !m.keep {
		return
	}
	if b.each > 0 && len(m.buf.b) > b.each {
		s.stopKeeping()
		return
	}
	if len(m.buf.b) < minCounted {
		return
	}
	if b.each == 0 && m.inflate && len(m.buf.b) > inflatesFreely && uint64(len(m.buf.b)) > inflatesMost*m.msg.Payload {
		b.giveUp(s)
		return
	}
	i := b.find(s)
	if i < 0 {
		i = len(b.open)
		b.open = append(b.open, counted{s: s})
	}
	b.kept += len(m.buf.b) - b.open[i].kept
	b.open[i].kept = len(m.buf.b)
	for b.kept > b.limit && len(b.open) > 0 && (b.more == nil || b.kept > b.more()) {
		largest := b.open[0]
		for _, other := range b.open[1:] {
			if other.kept > largest.kept {
				largest = other
			}
		}
		b.giveUp(largest.s)
	}
}

// find returns the place of a Stream's message in open, or -1.
func (b *Budget) find(s *Stream) int {
	return slices.IndexFunc(b.open, func(c counted) bool { return c.s == s })
}

// giveUp lets go of a message that somebody wanted.
func (b *Budget) giveUp(s *Stream) {
	if b.each > 0 {
		s.stopKeeping()
		return
	}
	s.data.over = true
	b.given++
	s.stopKeeping()
}

// stopKeeping lets go of what is kept of the data message under way, which goes on uncollected.
func (s *Stream) stopKeeping() {
	m := &s.data
	s.uncount()
	m.keep = false
	m.buf.b = nil
}

// uncount takes the Stream's message off the Budget.
func (s *Stream) uncount() {
	b := s.cfg.Budget
	if b == nil || len(b.open) == 0 {
		return
	}
	if i := b.find(s); i >= 0 {
		b.kept -= b.open[i].kept
		b.open = slices.Delete(b.open, i, i+1)
	}
}

// SetBudget changes the Budget; the message under way counts for it as it grows.
func (s *Stream) SetBudget(b *Budget) {
	s.uncount()
	s.cfg.Budget = b
}
