package flow

import (
	"slices"

	"wscope/assembly"
	"wscope/wsparse"
)

// reorder holds back what a flow's directions say while one of them looks for a frame boundary: what
// it finds then was completed by earlier packets, and messages are emitted in the order of the packets
// that completed them.
type reorder struct {
	held  []heldEvent
	bytes int
	keys  [2]int64 // of the latest event of each direction
}

// heldEvent is one event of a direction, or a call in its place.
type heldEvent struct {
	key         int64 // the packet that completed it
	dir         *direction
	event       wsparse.Event
	message     wsparse.Message
	first, last assembly.Mark
	call        func()
}

// The bounds of what a flow holds back: bytes, and nanoseconds of capture time. Beyond them the
// search gives up what it holds.
const (
	maxHeld     = 1 << 20
	maxHeldTime = int64(30e9)
	heldCost    = 500 // of an event, about
)

// searching reports whether a direction holds bytes that may turn out to be messages.
func (t *state) searching() bool {
	return t.dirs[0].stream.Searching() || t.dirs[1].stream.Searching()
}

// holds reports whether what a direction says now has to wait.
func (f *flow) holds() bool { return f.order != nil || f.seeks && f.searching() }

// inOrder calls fn, when its turn comes.
func (f *flow) inOrder(from int, at *assembly.Mark, fn func()) {
	if !f.holds() {
		fn()
		return
	}
	f.hold(&heldEvent{dir: &f.dirs[from], call: fn}, at)
}

// hold keeps an event, which the packet at completed.
func (f *flow) hold(e *heldEvent, at *assembly.Mark) {
	if f.order == nil {
		f.order = new(reorder)
	}
	o := f.order
	i := e.dir.index()
	o.keys[i] = max(o.keys[i], at.Index) // a direction's own order is kept
	e.key = o.keys[i]
	if e.last.Time == 0 {
		e.last = *at
	}
	o.bytes += heldCost
	o.held = append(o.held, *e)
}

// holdEvent keeps a copy of an event of the stream.
func (d *direction) holdEvent(ev *wsparse.Event, first, last *assembly.Mark) {
	e := heldEvent{dir: d, event: *ev, first: *first, last: *last}
	e.event.Payload = slices.Clone(ev.Payload)
	size := len(ev.Payload)
	if m := ev.Message; m != nil {
		e.message = *m
		e.message.Data = slices.Clone(m.Data)
		if len(m.Reason) > 0 {
			e.message.Reason = e.message.Data[len(m.Data)-len(m.Reason):]
		}
		if m.SHA256 != nil {
			sum := *m.SHA256
			e.message.SHA256 = &sum
		}
		size += len(m.Data)
	}
	d.flow.hold(&e, last)
	d.flow.order.bytes += size
}

// release tells what was held back once nothing earlier can come any more.
func (f *flow) release(at *assembly.Mark) {
	o := f.order
	if o == nil {
		f.seeks = f.dirs[0].stream.Seeks() || f.dirs[1].stream.Seeks()
		return
	}
	if f.searching() {
		if o.bytes <= maxHeld && (len(o.held) == 0 || at.Time-o.held[0].last.Time <= maxHeldTime) {
			return
		}
		for i := range f.dirs {
			f.dirs[i].stream.Forget()
		}
	}
	f.order = nil
	slices.SortStableFunc(o.held, func(a, b heldEvent) int { return int(min(max(a.key-b.key, -1), 1)) })
	for i := range o.held {
		e := &o.held[i]
		if e.call != nil {
			e.call()
			continue
		}
		if e.event.Message != nil {
			e.event.Message = &e.message
		}
		e.dir.take(&e.event, &e.first, &e.last)
	}
}
