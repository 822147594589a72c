package flow

import (
	"encoding/binary"
	"math"
)

// append packs the state of a flow; ok is false where it cannot be packed now.
// What is not packed is as in a new state.
func (t *state) append(b []byte) (_ []byte, ok bool) {
	b = appendInts(b, t.messages, t.frames)
	b = t.activity.append(b)
	if t.dirs[fromClient].intervals.n > 0 && t.dirs[fromServer].intervals.n > 0 { // nobody will ask how even they were
		for i := range t.dirs {
			t.dirs[i].intervals.mean, t.dirs[i].intervals.dev = 0, 0
		}
	}
	for i := range t.dirs {
		if b, ok = t.dirs[i].append(b, t.activity.begin); !ok {
			return b, false
		}
	}
	return b, true
}

// restore unpacks t, whose directions know their flow.
func (t *state) restore(b []byte) {
	b = takeInts(b, &t.messages, &t.frames)
	b = t.activity.restore(b)
	for i := range t.dirs {
		b = t.dirs[i].restore(b, t.activity.begin)
	}
}

// append appends a direction; base is a time that its times are near.
func (d *direction) append(b []byte, base int64) (_ []byte, ok bool) {
	if d.ended || d.inMsg || len(d.origins.older) > 0 || d.compression.messages > 0 {
		return b, false
	}
	if b, ok = d.stream.AppendRest(b); !ok {
		return b, false
	}
	c := &d.counts
	b = appendInts(b, int64(d.looked), flag(d.stalled), flag(d.irregular), d.frames, d.wire, d.payload, d.message,
		since(base, d.firstAt), since(base, d.lastAt), since(base, d.begunAt), since(base, d.unheardSince), d.lull, d.calm, since(base, d.saidAt), d.longest, d.gaps,
		d.compression.plain, c.Text, c.Binary, c.Ping, c.Pong, c.Close)
	return d.intervals.append(d.sizes.Append(b), base), true
}

func (d *direction) restore(b []byte, base int64) []byte {
	var looked, stalled, irregular int64
	c := &d.counts
	b = takeInts(d.stream.Resume(d.config(), b), &looked, &stalled, &irregular, &d.frames, &d.wire, &d.payload, &d.message, &d.firstAt, &d.lastAt, &d.begunAt, &d.unheardSince, &d.lull, &d.calm, &d.saidAt, &d.longest, &d.gaps,
		&d.compression.plain, &c.Text, &c.Binary, &c.Ping, &c.Pong, &c.Close)
	d.looked, d.stalled, d.irregular = uint8(looked), stalled != 0, irregular != 0
	d.firstAt, d.lastAt, d.begunAt, d.unheardSince = at(base, d.firstAt), at(base, d.lastAt), at(base, d.begunAt), at(base, d.unheardSince)
	d.saidAt = at(base, d.saidAt)
	return d.intervals.restore(d.sizes.Restore(b), base)
}

func (p *activity) append(b []byte) []byte {
	p.flush()
	b = appendInts(b, p.begin, p.step, p.silence, since(p.begin, p.latest), since(p.begin, p.first), p.delayed)
	used := int64(0)
	if p.bars == nil {
		return appendInts(b, used)
	}
	for side := range p.bars {
		for _, n := range p.bars[side] {
			used += flag(n > 0)
		}
	}
	b = appendInts(b, used)
	for side := range p.bars {
		for i, n := range p.bars[side] {
			if n > 0 {
				b = appendInts(b, int64(side*activitySteps+i), int64(n))
			}
		}
	}
	return b
}

func (p *activity) restore(b []byte) []byte {
	var used int64
	b = takeInts(b, &p.begin, &p.step, &p.silence, &p.latest, &p.first, &p.delayed, &used)
	p.latest, p.first = at(p.begin, p.latest), at(p.begin, p.first)
	if used > 0 && p.bars == nil {
		p.bars = new(activityBars)
	}
	for range used {
		var i, n int64
		b = takeInts(b, &i, &n)
		p.bars[i/activitySteps][i%activitySteps] = uint32(n)
	}
	return b
}

func (e *intervals) append(b []byte, base int64) []byte {
	asked := e.mean != 0 || e.dev != 0
	b = appendInts(b, e.n, since(base, e.last), flag(asked))
	if asked {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(e.mean))
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(e.dev))
	}
	return b
}

func (e *intervals) restore(b []byte, base int64) []byte {
	var asked int64
	b = takeInts(b, &e.n, &e.last, &asked)
	e.last = at(base, e.last)
	if asked == 0 {
		return b
	}
	e.mean = math.Float64frombits(binary.BigEndian.Uint64(b))
	e.dev = math.Float64frombits(binary.BigEndian.Uint64(b[8:]))
	return b[16:]
}

// since writes a time as a small number: how far it is from a base. 0, which is no time,
// stays 0, and changes places with the base.
func since(base, t int64) int64 {
	switch t {
	case 0:
		return 0
	case base:
		return -base
	}
	return t - base
}

// at is the time that since was called of.
func at(base, n int64) int64 {
	switch n {
	case 0:
		return 0
	case -base:
		return base
	}
	return base + n
}

// appendInts appends numbers, small ones in few bytes.
func appendInts(b []byte, list ...int64) []byte {
	for _, n := range list {
		b = binary.AppendVarint(b, n)
	}
	return b
}

// takeInts takes what appendInts appended, and returns the bytes behind it.
func takeInts(b []byte, list ...*int64) []byte {
	for _, p := range list {
		n, size := binary.Varint(b)
		*p, b = n, b[size:]
	}
	return b
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
