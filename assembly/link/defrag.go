package link

import "slices"

// fragmentKey tells apart datagrams in fragments.
type fragmentKey struct {
	src, dst Addr
	id       uint32
	tunnel   uint32
	proto    uint8 // of IPv4 (RFC 791 §2.3); 0 for IPv6, where only the first fragment's counts
	v6       bool
}

// defrag joins IP fragments that come in any order. Where two overlap, the bytes that
// came first are kept, as everywhere in this program: what a reader has once been shown
// does not change, and a later forgery cannot rewrite it. (Receivers differ: RFC 5722
// has IPv6 hosts discard the datagram, and IPv4 hosts keep either.)
type defrag struct {
	waiting map[fragmentKey]*partial
	oldest  *partial // in order of their first fragment; done ones among them
	newest  *partial
	bytes   int
	free    *partial // to be used again
}

// partial is a datagram of which some fragments came.
type partial struct {
	key        fragmentKey
	start      int64   // capture time of the first fragment to come, or of completion
	pieces     []piece // by offset, not overlapping
	store      []byte  // their captured bytes, in order of arrival
	have       int     // bytes that the pieces cover
	total      int     // bytes of the whole datagram; -1 until its last fragment came
	count      int64   // fragments kept
	next       uint8   // the protocol that the datagram begins with, from the fragment at offset 0
	done       bool    // joined and handed on; kept to know its duplicates
	prev, succ *partial
}

// piece is a run of a datagram's bytes.
type piece struct {
	at, end int // in the datagram
	from    int // in store
	stored  int // bytes captured, end-at or fewer
}

// fragment takes the fragment body, at offset in its datagram. It gives the datagram,
// and the protocol it begins with, when this fragment made it whole.
func (d *Decoder) fragment(k fragmentKey, proto uint8, offset int, more bool, body cursor) (cursor, uint8, bool) {
	d.Stats.Fragments++
	if !d.inFragment {
		d.inFragment, d.outermost = true, k
	}
	f := &d.defrag
	d.Stats.FragmentsLost += f.expire(d.mark.Time)
	// RFC 8200 §4.5: all but the last have a multiple of eight bytes; an empty one is ignored.
	if body.wire == 0 || offset+body.wire > maxDatagram || more && body.wire%8 != 0 {
		d.Stats.FragmentsLost++
		return cursor{}, 0, false
	}
	p := f.waiting[k]
	if p != nil && p.done {
		if d.mark.Time-p.start < duplicateTimeout && d.mark.Time >= p.start {
			return cursor{}, 0, false
		}
		f.drop(p)
		p = nil
	}
	if p == nil {
		p = f.begin(k, d.mark.Time)
	}
	end := offset + body.wire
	if p.total >= 0 && (end > p.total || !more && end != p.total) || p.total < 0 && !more && p.pastEnd(end) {
		d.Stats.FragmentsLost++ // it contradicts the end that others told
		return cursor{}, 0, false
	}
	if !more {
		p.total = end
	}
	if offset == 0 && p.next == 0 {
		p.next = proto
	}
	before := p.cost()
	p.add(offset, body)
	f.bytes += p.cost() - before
	p.count++
	if p.have == p.total {
		joined, next := p.join(), p.next
		f.finish(p, d.mark.Time)
		return joined, next, true
	}
	d.Stats.FragmentsLost += f.shrink()
	return cursor{}, 0, false
}

// FragmentsWaiting is how many fragments still wait for others of their datagrams; at
// the capture's end they are lost.
func (d *Decoder) FragmentsWaiting() (n int64) {
	for p := d.defrag.oldest; p != nil; p = p.succ {
		n += p.count
	}
	return n
}

// pastEnd reports whether a piece lies beyond end.
func (p *partial) pastEnd(end int) bool {
	return len(p.pieces) > 0 && p.pieces[len(p.pieces)-1].end > end
}

// cost is what a partial counts in bytes.
func (p *partial) cost() int { return len(p.store) + len(p.pieces)*pieceCost }

// add keeps those parts of body, at offset, that no earlier piece covers.
func (p *partial) add(offset int, body cursor) {
	at, end := offset, offset+body.wire
	i, _ := slices.BinarySearchFunc(p.pieces, at, func(q piece, at int) int { return q.end - at - 1 }) // the first that ends after at
	for at < end {
		stop := end
		if i < len(p.pieces) {
			stop = min(end, p.pieces[i].at)
		}
		if at < stop {
			part := body.data[min(at-offset, len(body.data)):min(stop-offset, len(body.data))]
			p.pieces = slices.Insert(p.pieces, i, piece{at, stop, len(p.store), len(part)})
			p.store = append(p.store, part...)
			p.have += stop - at
			i++
		}
		if i == len(p.pieces) {
			return
		}
		at = max(at, p.pieces[i].end)
		i++
	}
}

// join puts the pieces together in a buffer of its own. Captured bytes behind a cut are
// of no use to a stream, so all from the first cut on counts as missing.
func (p *partial) join() cursor {
	n := 0
	for _, q := range p.pieces {
		n += q.stored
		if q.stored < q.end-q.at {
			break
		}
	}
	whole := make([]byte, 0, n)
	for _, q := range p.pieces {
		if len(whole) == n {
			break
		}
		whole = append(whole, p.store[q.from:q.from+q.stored]...)
	}
	return cursor{whole, p.total}
}

func (f *defrag) begin(k fragmentKey, now int64) *partial {
	p := f.free
	if p != nil {
		f.free = p.succ
	} else {
		p = new(partial)
	}
	*p = partial{key: k, start: now, pieces: p.pieces[:0], store: p.store[:0], total: -1}
	if f.waiting == nil {
		f.waiting = make(map[fragmentKey]*partial)
	}
	f.waiting[k] = p
	f.append(p)
	return p
}

// finish keeps p without its bytes, to know its duplicates.
func (f *defrag) finish(p *partial, now int64) {
	f.bytes -= p.cost()
	p.done, p.start, p.count = true, now, 0
	p.empty()
	f.unlink(p)
	f.append(p)
}

// expire lets go of the datagrams that waited too long, and says how many fragments they had.
func (f *defrag) expire(now int64) (lost int64) {
	for f.oldest != nil && now-f.oldest.start > fragmentTimeout {
		lost += f.drop(f.oldest)
	}
	return lost
}

// shrink lets go of the oldest datagrams until the limits are kept.
func (f *defrag) shrink() (lost int64) {
	for f.bytes > maxFragmentBytes || len(f.waiting) > maxDatagrams {
		lost += f.drop(f.oldest)
	}
	return lost
}

// drop forgets p and says how many fragments it had.
func (f *defrag) drop(p *partial) int64 {
	f.bytes -= p.cost()
	delete(f.waiting, p.key)
	f.unlink(p)
	p.empty()
	p.prev, p.succ = nil, f.free
	f.free = p
	return p.count
}

// empty lets go of p's bytes, and of its buffers where they are larger than most
// datagrams need: a thousand emptied ones stay small.
func (p *partial) empty() {
	p.pieces, p.store = p.pieces[:0], p.store[:0]
	if cap(p.pieces) > 16 {
		p.pieces = nil
	}
	if cap(p.store) > 4096 {
		p.store = nil
	}
}

func (f *defrag) append(p *partial) {
	p.prev, p.succ = f.newest, nil
	if f.newest != nil {
		f.newest.succ = p
	} else {
		f.oldest = p
	}
	f.newest = p
}

func (f *defrag) unlink(p *partial) {
	if p.prev != nil {
		p.prev.succ = p.succ
	} else {
		f.oldest = p.succ
	}
	if p.succ != nil {
		p.succ.prev = p.prev
	} else {
		f.newest = p.prev
	}
}

// Datagram identifies the datagram that the latest fragment counted in Stats.Fragments
// belongs to, the same for all its fragments in whatever capture they are: what brings
// them together where they are spread over several. Of fragments within fragments it is
// the outermost.
func (d *Decoder) Datagram() string {
	k := d.outermost
	b := append(k.src[:], k.dst[:]...)
	b = append(b, byte(k.id>>24), byte(k.id>>16), byte(k.id>>8), byte(k.id), k.proto)
	return string(b) + d.TunnelName(k.tunnel)
}
