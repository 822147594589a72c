package archive

import (
	"wscope/analyzer"
	"wscope/assembly/packet"
)

// feed gives a Part what it needs in the order of the capture: segments or packets from its
// user, and between them the ticks and secrets of the Plan. It is the Part's sink, and knows the
// place of each step.
type feed struct {
	plan     *Plan
	part     *analyzer.Part
	steps    func(Step)
	messages func(flow int64, m *analyzer.Message) error // nil where there are none
	begun    bool
	tick     int // index of the next tick
	secret   int
	now      int64 // time of the latest tick

	index  int64  // of the latest mark
	at     Place  // of it
	byTick bool   // whether it was a tick
	first  int64  // index of spots[0]
	spots  []spot // of the marks since the latest take
}

type spot struct {
	place  Place
	byTick bool
}

// Step is a step of a flow with its place.
type Step struct {
	analyzer.Step
	Place  Place
	ByTick bool // a tick made it, not the packet at its place
}

// Before reports whether Merge must take s before o, where neither is Final.
func (s *Step) Before(o *Step) bool {
	if c := s.Place.Compare(&o.Place); c != 0 {
		return c < 0
	}
	if s.Shard != o.Shard {
		return s.Shard < o.Shard
	}
	return s.ByTick && !o.ByTick
}

// mark returns the index of what happens at a place: a tick before the packet.
func (f *feed) mark(at *Place, byTick bool) int64 {
	if len(f.spots) == 0 || *at != f.at || byTick != f.byTick {
		f.index++
		if len(f.spots) == 0 {
			f.first = f.index
		}
		f.at, f.byTick = *at, byTick
		f.spots = append(f.spots, spot{*at, byTick})
	}
	return f.index
}

// until gives the ticks and secrets up to a packet: the secrets behind those before it, and
// the ticks that it makes or comes after.
func (f *feed) until(at *Place) {
	if !f.begun {
		f.begun = true
		f.tick = f.plan.ticksFrom(at)
		if f.tick > 0 && len(f.plan.Ticks) > 0 {
			f.now = f.plan.Ticks[f.tick-1].Time
		}
	}
	for {
		tick := f.tick < len(f.plan.Ticks) && !at.Before(&f.plan.Ticks[f.tick].Place)
		secret := f.secret < len(f.plan.Secrets) && f.plan.Secrets[f.secret].Place.Before(at)
		switch {
		case secret && (!tick || f.plan.Secrets[f.secret].Place.Before(&f.plan.Ticks[f.tick].Place)):
			x := &f.plan.Secrets[f.secret]
			m := x.Place.mark(f.now, f.mark(&x.Place, false))
			f.part.Secrets(&m, x.Text)
			f.secret++
		case tick:
			t := &f.plan.Ticks[f.tick]
			m := t.Place.mark(t.Time, f.mark(&t.Place, true))
			f.part.Tick(&m)
			f.now = t.Time
			f.tick++
		default:
			return
		}
	}
}

// packet gives the next packet, at its place.
func (f *feed) packet(p *packet.Packet, at *Place) {
	f.until(at)
	p.Index = f.mark(at, false)
	f.part.Packet(p)
}

// idle is longer than any connection is kept without a packet.
const idle = int64(7200e9)

// finish goes on to the end of the capture, for the connections that are still open.
func (f *feed) finish() error {
	last := &f.plan.Last
	since := f.now
	for f.begun && f.tick < len(f.plan.Ticks) {
		for range 64 {
			if f.tick < len(f.plan.Ticks) {
				f.until(&f.plan.Ticks[f.tick].Place)
			}
		}
		if err := f.take(); err != nil {
			return err
		}
		if f.now-since > idle || !f.part.Open() {
			f.tick = len(f.plan.Ticks)
		}
	}
	f.until(&last.Place)
	m := last.Place.mark(last.Time, f.mark(&last.Place, false))
	f.part.Finish(&m)
	return f.take()
}

// take has the part analyse what it was given.
func (f *feed) take() error {
	err := f.part.Take(f)
	f.spots = f.spots[:0]
	return err
}

// Step implements analyzer.PartSink.
func (f *feed) Step(s analyzer.Step) error {
	spot := &f.spots[s.Index-f.first]
	f.steps(Step{s, spot.place, spot.byTick})
	return nil
}

// Message implements analyzer.PartSink.
func (f *feed) Message(flow int64, m *analyzer.Message) error {
	if f.messages == nil {
		return nil
	}
	return f.messages(flow, m)
}
