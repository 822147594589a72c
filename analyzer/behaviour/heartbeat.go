package behaviour

import (
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// Pings are frames of WebSocket's own, or messages of the program's.
const (
	inFrames = iota
	inMessages
)

var beatNames = [2]string{"", " in messages"}

// beat is the pings that one side sent, of one sort.
type beat struct {
	sent, answered int
	lost           int         // how many were sent after one that still waits
	waits          record.Time // since when one waits for its answer; 0 where none does
}

var (
	pingWords = []string{"ping", "pingreq"}
	pongWords = []string{"pong", "pingresp"}
)

// beat notes a ping, or a pong, which answers all the pings before it: RFC 6455 §5.5.3.
func (fw *flowWatch) beat(from record.Peer, kind string, sort int, at record.Time) {
	switch word := strings.ToLower(kind[strings.LastIndexAny(kind, " .:/")+1:]); {
	case slices.Contains(pingWords, word):
		b := &fw.sides[sender(from)].pings[sort]
		b.sent++
		if b.waits == 0 {
			b.waits = at
		} else {
			b.lost++
		}
	case slices.Contains(pongWords, word):
		b := &fw.sides[1-sender(from)].pings[sort]
		if b.waits != 0 {
			b.answered, b.waits, b.lost = b.answered+1, 0, 0
		}
	}
}

// impatience is, in nanoseconds, how long it waits for an answer at least who ends the connection for want of one.
const impatience = 20e6

// patience is, in nanoseconds, how long a ping may go without its answer; or ten times what the opening handshake took.
const patience = 100e6

// ending is what is known of a flow when it ends.
type ending struct {
	at       record.Time
	open     bool // the capture ended before
	by       record.Peer
	torn     bool        // by TCP, without a Close
	closed   record.Time // when its end began: nobody need answer then
	patience record.Time
	silent   [2]bool // a side that answered no pings, as the findings say
}

func endOf(f *record.Flow) ending {
	e := ending{at: f.End, open: isOpen(f), patience: patience, closed: f.End}
	if h := f.Handshake; h != nil && h.Latency != nil {
		e.patience = max(e.patience, record.Time(h.Latency.Float()*10e9))
	}
	if c := f.Close; c != nil {
		e.by, e.torn = c.By, c.How == record.HowFIN || c.How == record.HowRST
		if c.Delay != nil && c.How == record.HowHandshake {
			e.closed = f.End - record.Time(*c.Delay)
		}
	}
	for i, from := range senders {
		e.silent[i] = slices.ContainsFunc(f.Findings, func(n record.Finding) bool { return n.Rule == "ping-unanswered" && n.From == from })
	}
	return e
}

// addBeats says whether the pings of a flow that has ended are answered. A ping that crosses the Close is nobody's fault.
func (fw *flowWatch) addBeats(e ending) {
	for i := range fw.sides {
		from, by := senders[i], senders[1-i]
		for sort, b := range fw.sides[i].pings {
			waited := e.closed - b.waits
			givenUp := e.by == from && e.torn && waited > impatience
			late := b.waits != 0 && (waited > e.patience || givenUp) // and not on its way when the flow ended
			late = late || sort == inFrames && e.silent[1-i]
			switch { // of a side that answers others, the last one may be late
			case b.answered == 0 && (late || b.sent >= 2), b.lost >= 2, b.lost == 1 && givenUp:
				fw.role.Pings.add("of " + string(from) + beatNames[sort] + " not answered by " + string(by))
			case b.answered > 0:
				fw.role.Pings.add("of " + string(from) + beatNames[sort] + " answered by " + string(by))
			}
		}
	}
}

// pings tells of pings that all flows' peers, or most, leave without an answer, where they did not. A few flows that do so are slow.
func (c *comparison) pings(a, b *Role) {
	for _, from := range senders {
		by := senders[1-sender(from)]
		for _, sort := range beatNames {
			good, bad := "of "+string(from)+sort+" answered by "+string(by), "of "+string(from)+sort+" not answered by "+string(by)
			n, m := a.Pings[bad], b.Pings[bad]
			all, in := n+a.Pings[good], m+b.Pings[good]
			if all == 0 && m < 2 {
				continue // nobody pinged
			}
			grew := m > 0 && 2*m > in && 4*n <= all && (m == in && n == 0 || !byChanceAt(n, all, m, in, 0.005))
			shrank := n > 0 && in > 0 && 2*n > all && 4*m <= in && (n == all && m == 0 || !byChanceAt(n, all, m, in, 0.005))
			switch {
			case grew && all > 0:
				c.tell("pings", "", "changed", good, bad, decimal(m)+" of "+decimal(in)+" flows", "error")
			case grew:
				c.tell("pings", bad, "appeared", "", "", decimal(m)+" of "+decimal(in)+" flows", "warning")
			case shrank:
				c.tell("pings", "", "changed", bad, good, "", "note")
			}
		}
	}
}

// shortestBeat is, in seconds, the shortest period of what is taken for a heartbeat.
const shortestBeat = 0.15

// periodic says whether a kind looks like a heartbeat whatever its name: small, always the same, for no reason, and at one distance from
// the one before it, or from the flow's begin.
func (k *Kind) periodic() bool {
	return k.little() && k.Most >= 2 && k.Every.N >= 3 && k.Every.P25 >= shortestBeat && k.Every.P75-k.Every.P25 <= 0.35*k.Every.P50
}

// mayBeat says whether a kind is so little that it may be a heartbeat.
func (k *Kind) mayBeat() bool { return k.little() && k.Most >= 2 && k.Every.Min >= shortestBeat }

// little says whether a kind says nothing but that it is there, and comes of nothing.
func (k *Kind) little() bool {
	return k.Every != nil && k.Size != nil && k.Size.most() <= 80 && k.Size.most()-k.Size.Min <= 8 &&
		len(k.Fields) <= 4 && 2*k.Caused <= k.Count.sum()
}
