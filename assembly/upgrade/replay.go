package upgrade

import "wscope/assembly"

// A replay buffer keeps what happened on a layer, in its order, to play it again later.
type replayBuffer struct {
	bytes   [2][]byte
	events  []event
	root    *root // of the connection it counts for; nil where it counts for none
	counted int   // what it counts there
}

// newReplayBuffer returns a replay buffer that counts for the layer's connection.
func (l *layer) newReplayBuffer() *replayBuffer { return &replayBuffer{root: l.root} }

// account counts the replay buffer as it is now.
func (t *replayBuffer) account() {
	if t.root != nil {
		n := t.size()
		t.root.keep(n - t.counted)
		t.counted = n
	}
}

// uncount counts it no longer: it is given away.
func (t *replayBuffer) uncount() {
	if t.root != nil {
		t.root.keep(-t.counted)
		t.counted, t.root = 0, nil
	}
}

// crowded reports whether too much waits on it: more than most, or more than a few where there is no room.
func (t *replayBuffer) crowded(most int) bool {
	if t.root == nil {
		return t.size() > most
	}
	return t.root.crowded(t.size(), most)
}

// event is one call of assembly.Handler.
type event struct {
	at   assembly.Mark
	n    int64 // bytes of data, or of the gap
	side assembly.Side
	kind eventKind
	why  assembly.Cause
}

type eventKind uint8

const (
	dataEvent eventKind = iota
	gapEvent
	endEvent
)

// eventCost is about what an event takes in memory, so that bytes that come one by one
// are bounded too.
const eventCost = 56

// size is what the replay buffer costs, for comparison with maxTape.
func (t *replayBuffer) size() int {
	return len(t.bytes[0]) + len(t.bytes[1]) + eventCost*len(t.events)
}

// Data implements assembly.Handler.
func (t *replayBuffer) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	t.bytes[s] = append(t.bytes[s], b...)
	defer t.account()
	if n := len(t.events); n > 0 {
		last := &t.events[n-1]
		if last.kind == dataEvent && last.side == s && last.at == *at {
			last.n += int64(len(b))
			return
		}
	}
	t.events = append(t.events, event{at: *at, n: int64(len(b)), side: s, kind: dataEvent})
}

// Gap implements assembly.Handler.
func (t *replayBuffer) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	t.events = append(t.events, event{at: *at, n: n, side: s, kind: gapEvent, why: why})
	t.account()
}

// End implements assembly.Handler.
func (t *replayBuffer) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	t.events = append(t.events, event{at: *at, side: s, kind: endEvent, why: why})
	t.account()
}

// replay gives everything to h. h must not record on the same replay buffer.
func (t *replayBuffer) replay(h assembly.Handler) {
	t.uncount()
	var off [2]int64
	for i := range t.events {
		e := &t.events[i]
		switch e.kind {
		case dataEvent:
			o := off[e.side]
			off[e.side] += e.n
			h.Data(e.side, t.bytes[e.side][o:off[e.side]], &e.at)
		case gapEvent:
			h.Gap(e.side, e.n, e.why, &e.at)
		case endEvent:
			h.End(e.side, e.why, &e.at)
		}
	}
}

// hasEnd reports whether the end of a side is on the replay buffer.
func (t *replayBuffer) hasEnd(s assembly.Side) bool { return t.has(endEvent, s) }

// hasGap reports whether a gap of a side is on the replay buffer.
func (t *replayBuffer) hasGap(s assembly.Side) bool { return t.has(gapEvent, s) }

func (t *replayBuffer) has(kind eventKind, s assembly.Side) bool {
	for i := range t.events {
		if e := &t.events[i]; e.kind == kind && e.side == s {
			return true
		}
	}
	return false
}

// skip forgets the first n bytes of a side.
func (t *replayBuffer) skip(s assembly.Side, n int) {
	t.bytes[s] = t.bytes[s][n:]
	left := int64(n)
	kept := t.events[:0]
	for _, e := range t.events {
		if e.kind == dataEvent && e.side == s && left > 0 {
			cut := min(left, e.n)
			e.n -= cut
			left -= cut
			if e.n == 0 {
				continue
			}
		}
		kept = append(kept, e)
	}
	t.events = kept
	t.account()
}

// markAt is the packet of byte n of a side.
func (t *replayBuffer) markAt(s assembly.Side, n int) assembly.Mark {
	off := int64(0)
	for i := range t.events {
		if e := &t.events[i]; e.kind == dataEvent && e.side == s {
			if off += e.n; off > int64(n) {
				return e.at
			}
		}
	}
	return assembly.Mark{}
}
