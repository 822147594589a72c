package flow

import (
	"wscope/analyzer/record"
	"wscope/assembly"
	"wscope/wsparse"
)

// Of very many flows that are open at once nearly all are silent at any time. A flow that is between two
// messages can be packed: its state becomes some two hundred bytes, and of its handshake only what other
// handshakes do not say too is kept. The next bytes unpack it. No record shows whether a flow was packed.

// idle decides which flows of a Table are packed.
type idle struct {
	active  []*flow  // flows that have a state
	next    int      // index in active where the next scan begins
	free    []*state // of flows that were packed or ended, for reuse
	buf     []byte   // where a state is packed
	strings stringTable
}

const (
	mostActive = 512 // flows of a Table that have a state, but for those that cannot be packed
	fewActive  = 64  // up to so many active flows keep their handshakes as they are: packing and judging them again costs more
	mostScans  = 8   // flows looked at, at most, before one more is active than may be
	mostFree   = 64  // states kept for reuse
)

// newState returns an empty state.
func (s *idle) newState() *state {
	var t *state
	if n := len(s.free); n > 0 {
		t = s.free[n-1]
		s.free = s.free[:n-1]
	} else {
		t = new(state)
	}
	t.closing.first, t.closing.reply = -1, -1
	return t
}

// add takes a flow that has a state, and packs another where there are too many.
func (s *idle) add(f *flow) {
	for i := 0; i < mostScans && len(s.active) >= mostActive; i++ {
		s.next %= len(s.active)
		o := s.active[s.next]
		if o.recent {
			o.recent = false
			s.next++
		} else if !o.pack() {
			s.next++
		}
	}
	f.slot = len(s.active)
	s.active = append(s.active, f)
}

// packAll packs all that can be.
func (s *idle) packAll() {
	for i := len(s.active) - 1; i >= 0; i-- {
		s.active[i].pack()
	}
}

// remove takes the state of an active flow away.
func (s *idle) remove(f *flow) {
	t := f.state
	if t == nil {
		return
	}
	last := len(s.active) - 1
	if t.slot <= last && s.active[t.slot] == f {
		s.active[t.slot] = s.active[last]
		s.active[t.slot].slot = t.slot
		s.active[last] = nil
		s.active = s.active[:last]
	}
	f.state = nil
	if len(s.free) < mostFree {
		bars := t.activity.bars
		*t = state{}
		if bars != nil {
			*bars = activityBars{}
			t.activity.bars = bars
		}
		s.free = append(s.free, t)
	}
}

// pack packs the flow, and reports whether it could.
func (f *flow) pack() bool {
	if f.ended > 0 || f.sealed != nil || f.app != nil || f.known != nil || f.closing.first >= 0 ||
		f.dirs[0].untyped+f.dirs[1].untyped > 0 {
		return false
	}
	if !f.packHandshake() {
		return false
	}
	b, ok := f.state.append(f.table.idle.buf[:0])
	f.table.idle.buf = b
	if !ok {
		return false
	}
	f.packed = append(f.packed[:0], b...)
	f.table.idle.remove(f)
	return true
}

// packHandshake packs the WebSocket with its handshake, which is not needed again before the next record. It
// reports whether it could.
func (f *flow) packHandshake() bool {
	ws := f.ws
	if ws == nil {
		return f.handshake != ""
	}
	if ws.Secure != nil || len(ws.Via) > 0 || ws.OnStream ||
		ws.Handshake == nil || ws.Handshake.Response == nil || ws.Handshake.Result == wsparse.Rejected {
		return false
	}
	if f.handshake == "" {
		f.handshake = f.table.idle.strings.pack(ws)
	}
	f.ws = nil
	return true
}

// unpack gives a packed flow its state back.
func (f *flow) unpack() {
	if f.state != nil {
		return
	}
	f.state = f.table.idle.newState()
	for i, role := range roles {
		f.dirs[i].init(f, role)
	}
	f.state.restore(f.packed)
	f.recent = true
	f.table.idle.add(f)
}

// endsPacked reports whether a flow that sleeps need not wake for an end: at the end of the
// capture it is enough to do so when its record is asked for.
func (f *flow) endsPacked(why assembly.Cause) bool {
	s := f.table
	if why != assembly.CaptEnd || !s.over || s.opt.Events || s.opt.TLSRecords || s.opt.Updates {
		return false
	}
	if f.ended == 2 {
		s.flows.Remove(f)
		f.emit(ItemEnded)
	}
	return true
}

// conclude returns the record of a flow that ended with the capture.
func (f *flow) conclude() *record.Flow {
	if f.state == nil {
		f.unpack()
		f.ending = f.table.last
		for i := range f.dirs {
			f.dirs[i].end(assembly.CaptEnd, &f.ending)
		}
		f.checkEnd(&f.ending)
	}
	r := f.record()
	f.close()
	return r
}
