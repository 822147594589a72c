package analyzer

import (
	"wscope/assembly"
	"wscope/wsparse"
)

// Of very many flows that are open at once nearly all are silent at any time. A flow that
// is between two messages can be put to sleep: its talk becomes some two hundred bytes, its handshake
// what is not said by others too, and the next bytes wake it. No record shows whether a flow slept.

// sleepers decides which flows of a shard sleep.
type sleepers struct {
	awake []*flow // those with a talk
	hand  int     // where in awake the last look ended
	free  []*talk // of flows that sleep or ended
	bytes []byte  // where a talk is packed
	words words
}

// mostAwake is how many flows of a partition are awake at once, but for those that cannot
// sleep. Tests change it; with 0 each sleeps between any two segments.
var mostAwake = 512

const (
	fewAwake = 64 // as long as no more are awake their handshakes stay as they are: to pack them, and judge them anew at the end, costs more
	looks    = 8  // flows looked at, at most, before one more is awake than may be
	mostFree = 64 // talks kept for reuse
)

// talk gives an empty talk.
func (s *sleepers) talk() *talk {
	var t *talk
	if n := len(s.free); n > 0 {
		t = s.free[n-1]
		s.free = s.free[:n-1]
	} else {
		t = new(talk)
	}
	t.closing.first, t.closing.reply = -1, -1
	return t
}

// add takes a flow that is awake, and puts another to sleep where there are too many.
func (s *sleepers) add(f *flow) {
	for i := 0; i < looks && len(s.awake) >= max(mostAwake, 1); i++ {
		s.hand %= len(s.awake)
		o := s.awake[s.hand]
		if o.recent && mostAwake > 1 {
			o.recent = false
			s.hand++
		} else if !o.sleep() {
			s.hand++
		}
	}
	f.place = len(s.awake)
	s.awake = append(s.awake, f)
}

// rest puts all to sleep that can.
func (s *sleepers) rest() {
	for i := len(s.awake) - 1; i >= 0; i-- {
		s.awake[i].sleep()
	}
}

// leave takes the talk of a flow that is awake.
func (s *sleepers) leave(f *flow) {
	t := f.talk
	if t == nil {
		return
	}
	last := len(s.awake) - 1
	if t.place <= last && s.awake[t.place] == f {
		s.awake[t.place] = s.awake[last]
		s.awake[t.place].place = t.place
		s.awake[last] = nil
		s.awake = s.awake[:last]
	}
	f.talk = nil
	if len(s.free) < mostFree {
		bars := t.pace.bars
		*t = talk{}
		if bars != nil {
			*bars = paceBars{}
			t.pace.bars = bars
		}
		s.free = append(s.free, t)
	}
}

// sleep puts the flow to sleep, if it can.
func (f *flow) sleep() bool {
	if f.ended > 0 || f.sealed != nil || f.chat != nil || f.known != nil || f.closing.first >= 0 ||
		f.dirs[0].untyped+f.dirs[1].untyped > 0 {
		return false
	}
	if !f.packHandshake() {
		return false
	}
	b, ok := f.talk.append(f.shard.sleepers.bytes[:0])
	f.shard.sleepers.bytes = b
	if !ok {
		return false
	}
	f.rest = append(f.rest[:0], b...)
	f.shard.sleepers.leave(f)
	return true
}

// packHandshake packs the WebSocket with its handshake, which nobody asks for again before
// the next record; it says false where that cannot be done.
func (f *flow) packHandshake() bool {
	ws := f.ws
	if ws == nil {
		return f.asked != ""
	}
	if ws.Secure != nil || len(ws.Via) > 0 || ws.OnStream ||
		ws.Handshake == nil || ws.Handshake.Response == nil || ws.Handshake.Result == wsparse.Rejected {
		return false
	}
	if f.asked == "" {
		f.asked = f.shard.sleepers.words.pack(ws)
	}
	f.ws = nil
	return true
}

// wake makes a flow that sleeps what it was.
func (f *flow) wake() {
	if f.talk != nil {
		return
	}
	f.talk = f.shard.sleepers.talk()
	for i, role := range roles {
		f.dirs[i].init(f, role)
	}
	f.talk.restore(f.rest)
	f.recent = true
	f.shard.sleepers.add(f)
}

// sleepsOn says whether a flow that sleeps need not wake for an end: at the end of the
// capture it is enough to do so when its record is asked for.
func (f *flow) sleepsOn(why assembly.Cause) bool {
	s := f.shard
	if why != assembly.CaptEnd || !s.over || s.opt.Events || s.opt.Updates {
		return false
	}
	if f.ended == 2 {
		s.flows.remove(f)
		f.say(itemEnded)
	}
	return true
}

// conclude is the record of a flow that ended with the capture.
func (f *flow) conclude() *Flow {
	if f.talk == nil {
		f.wake()
		f.ending = f.shard.last
		for i := range f.dirs {
			f.dirs[i].end(assembly.CaptEnd, &f.ending)
		}
		f.judge(&f.ending)
	}
	r := f.record()
	f.close()
	return r
}
