package assembly

import "wscope/assembly/list"

import "time"

// phase is where a connection stands, which says how long it may be silent.
type phase uint8

const (
	opening   phase = iota // no answer yet, or the only side seen has ended
	open                   // both sides speak, or bytes have come
	resetting              // a RST came: it waits to be seen whether it ended the connection
	closed                 // both sides ended; it is kept to swallow its late packets
	phases
)

// allowed is how long a connection of a phase may be silent.
func (l *Limits) allowed(p phase) int64 {
	switch p {
	case opening:
		return l.HalfIdle
	case open:
		return l.Idle
	}
	return l.ClosedIdle
}

// connList is the connections of a phase, by the time of their next check. Each is
// looked at every eighth of what it is allowed, and a packet only notes the time: so
// neither a packet nor a Tick costs anything for the connections it does not touch.
type connList = list.List[Conn, *Conn]

// enlist puts a connection at the end of a phase's list.
func (a *Assembler) enlist(c *Conn, p phase) {
	c.phase, c.seen = p, a.now
	period := a.limits.allowed(p)
	if p != closed {
		period = max(1, period/8)
	}
	c.check = a.now + period
	a.lists[p].Push(c)
	switch {
	case p == closed && a.lists[p].Len() > maxClosed:
		a.forget(a.lists[p].First())
	case p == resetting && a.lists[p].Len() > maxClosed:
		first := a.lists[p].First()
		a.endBoth(first, RST, &first.Last)
	case p == opening && a.lists[p].Len() > maxOpening:
		a.letGoUnanswered()
	}
}

// letGoUnanswered lets go of the connection that has waited for an answer for longest, or nearly so. One that carried a
// byte stays.
func (a *Assembler) letGoUnanswered() {
	const looks = 8
	n := 0
	for c := range a.lists[opening].All() {
		if !c.met {
			a.Stats.LetGo++
			a.endBoth(c, Limit, &c.Last)
			a.forget(c)
			return
		}
		if n++; n == looks {
			return
		}
	}
}

// move takes a connection to another phase.
func (a *Assembler) move(c *Conn, p phase) {
	if c.phase == p {
		return
	}
	a.lists[c.phase].Remove(c)
	a.enlist(c, p)
}

// forget takes an ended connection out of the tables.
func (a *Assembler) forget(c *Conn) {
	if c.memory != nil {
		c.memory.owner, c.memory = nil, nil
	}
	if c.extra != nil && c.extra.copies != nil {
		a.fingerprints -= len(c.extra.copies.prints)
		c.extra.copies = nil
	}
	if c.extra != nil && c.extra.multipath != nil {
		for x, token := range c.extra.multipath.tokens {
			if c.extra.multipath.keyed[x] && a.tokens[token] == c {
				delete(a.tokens, token)
			}
		}
	}
	a.lists[c.phase].Remove(c)
	a.conns.remove(c)
}

// Tick tells the time by the capture: connections silent for too long are let go, and
// holes that will not fill are reported. It is called at fixed steps of capture time so that
// the outcome is the same however the work is shared: what becomes of a connection
// depends on its own packets and on the Ticks alone (and, where they are reached, on the
// limits of all connections together). at is not nil.
func (a *Assembler) Tick(now int64, at *Mark) {
	if !a.ticked {
		a.ticked = true
		a.start(now)
	}
	if now < a.now {
		return // the capture's clock went back
	}
	a.now = now
	for range a.waiting.Len() {
		h := a.waiting.First()
		if h == nil {
			break
		}
		a.waiting.Remove(h)
		a.waiting.Push(h)
		a.due(h.c, h.side, now, at)
	}
	for p := range a.lists {
		l := &a.lists[p]
		allowed := a.limits.allowed(phase(p))
		for c := l.First(); c != nil && c.check <= now; c = l.First() {
			if phase(p) == closed {
				a.forget(c)
				continue
			}
			if c.silence(now) >= allowed {
				a.endBoth(c, Idle, at)
				a.forget(c)
				continue
			}
			l.Remove(c)
			c.check = now + max(1, allowed/8)
			l.Push(c)
		}
	}
}

// silence is how long the connection had no packet. The time of its latest tells, where it is
// not absurdly far ahead: the Tick before that may be much older, where a capture was silent
// as a whole, since the time of a few packets behind that silence is reported after them.
func (c *Conn) silence(now int64) int64 {
	if t := c.Last.Time; t <= now+littleAhead {
		return min(now-t, now-c.seen)
	}
	return now - c.seen
}

// littleAhead is how far the time of a packet may lie beyond the Tick that follows it: packets
// are not quite in order.
const littleAhead = 10 * int64(time.Second)

// start gives the connections that began before the first Tick their time.
func (a *Assembler) start(now int64) {
	a.now = now
	for p := range a.lists {
		for c := range a.lists[p].All() {
			c.seen += now
			c.check += now
		}
	}
}

// Finish ends all connections: the capture is over. at is its last packet, not nil.
func (a *Assembler) Finish(at *Mark) {
	for p := range a.lists {
		for c := a.lists[p].First(); c != nil; c = a.lists[p].First() {
			a.endBoth(c, CaptEnd, at)
			a.forget(c)
		}
	}
}
