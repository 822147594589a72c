package capture

import (
	"io"

	"wscope/assembly/packet"
)

func (f *files) Read(b *packet.Batch) error {
	err := f.readBatch(b)
	if len(f.held) > 0 {
		b.Secrets = append(f.held, b.Secrets...)
		f.held = nil
	}
	return err
}

func (f *files) readBatch(b *packet.Batch) error {
	b.Reset(bufferSize)
	for {
		for len(f.active) == 0 {
			if f.next == len(f.inputs) {
				return io.EOF
			}
			f.admit()
		}
		m := f.active[0]
		if len(f.active) > 1 || !m.empty() {
			if f.merge(b); len(b.Packets) > 0 {
				return nil
			}
			continue // all but one ended without another packet
		}
		m.index, m.size = f.index, bufferSize
		if err := m.fill(b); err != nil {
			f.hold(b.Secrets)
			b.Secrets = b.Secrets[:0]
			f.leave(m)
			continue
		}
		if !f.overlaps(b) {
			f.index += int64(len(b.Packets))
			return nil
		}
		m.batch, *b = *b, m.batch
		m.at, m.secret = 0, 0
		b.Reset(bufferSize)
	}
}

// hold keeps secrets to be given at the beginning of the next batch.
func (f *files) hold(list []packet.Secrets) {
	for _, s := range list {
		s.Before = 0
		f.held = append(f.held, s)
	}
}

// overlaps reports whether a packet of b is later than the first of the next input.
func (f *files) overlaps(b *packet.Batch) bool {
	if f.next == len(f.inputs) || len(f.active) >= maxOpen {
		return false
	}
	first := f.inputs[f.next].first
	for i := range b.Packets {
		if b.Packets[i].Time > first {
			return true
		}
	}
	return false
}

// merge fills b with packets of all open inputs by time, until it is full or a single
// input is left with nothing at hand.
func (f *files) merge(b *packet.Batch) {
	for {
		if len(f.active) == 0 || len(f.active) == 1 && f.active[0].empty() {
			return
		}
		m, until := f.earliest()
		if m == nil {
			continue
		}
		for !m.empty() && m.head().Time <= until {
			if !f.take(b, m) {
				return
			}
		}
		f.secrets(b, m)
		if m.empty() && len(f.active) == 1 {
			return
		}
	}
}

// earliest gives the input whose next packet is the earliest, and up to what time its
// packets may be given before another's turn. It fills the batches of those that have
// none at hand, opens the next input where its time has come, and gives nil where that
// changed what there is to choose from.
func (f *files) earliest() (first *member, until int64) {
	for _, m := range f.active {
		if !m.empty() {
			continue
		}
		m.size = mergeBuffer
		err := m.fill(&m.batch)
		m.at, m.secret = 0, 0
		if err != nil {
			f.hold(m.batch.Secrets)
			f.leave(m)
			return nil, 0
		}
	}
	for _, m := range f.active {
		if first == nil || m.before(first) {
			first = m
		}
	}
	until = 1<<63 - 1
	for _, m := range f.active {
		if m == first {
			continue
		}
		t := m.head().Time
		if m.file < first.file {
			t-- // of equal times, that one's comes first
		}
		until = min(until, t)
	}
	if f.next < len(f.inputs) && len(f.active) < maxOpen {
		next := f.inputs[f.next].first
		if first.head().Time > next {
			f.admit()
			return nil, 0
		}
		until = min(until, next)
	}
	return first, until
}

// before reports whether m's next packet goes before o's.
func (m *member) before(o *member) bool {
	a, b := m.head().Time, o.head().Time
	return a < b || a == b && m.file < o.file
}

// take moves the next packet of m to b, and says whether there was room.
func (f *files) take(b *packet.Batch, m *member) bool {
	p := m.head()
	if !b.Fits(len(p.Data)) {
		return false
	}
	f.secrets(b, m)
	b.Add(p).Index = f.index
	f.index++
	m.at++
	return true
}

// secrets moves to b those of m that stand before its next packet.
func (f *files) secrets(b *packet.Batch, m *member) {
	for ; m.secret < len(m.batch.Secrets) && m.batch.Secrets[m.secret].Before <= m.at; m.secret++ {
		s := m.batch.Secrets[m.secret]
		s.Before = len(b.Packets)
		b.Secrets = append(b.Secrets, s)
	}
}

// admit opens the next input.
func (f *files) admit() {
	in := f.inputs[f.next]
	f.next++
	if m := f.open(in); m != nil {
		f.active = append(f.active, m)
	}
	for _, in := range f.inputs[f.next:min(f.next+prefetch, len(f.inputs))] {
		if in.compressed && in.member == nil {
			in.member = f.open(in)
		}
	}
}

// open opens an input, unless it is open already, and tells a problem where it cannot.
func (f *files) open(in *input) *member {
	if m := in.member; m != nil {
		in.member = nil
		return m
	}
	s, c, err := in.openStream(f.opts, &f.probs, true)
	if err != nil {
		f.probs.add(in.name, -1, "%s", reason(err))
		return nil
	}
	s.file = in.file
	return &member{stream: s, in: in, close: c}
}

// leave closes an input that has ended.
func (f *files) leave(m *member) {
	m.close.Close()
	for i := range f.active {
		if f.active[i] == m {
			f.active = append(f.active[:i], f.active[i+1:]...)
			break
		}
	}
	if m.in.rotated { // another file stands in its place
		f.follow(m.in)
	}
}
