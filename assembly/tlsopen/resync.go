package tlsopen

import (
	"bytes"
	"encoding/binary"

	"wscope/assembly"
)

// loss is what a stream lacks, from where it was lost to where it was found again.
type loss struct {
	searching bool // for a record that authenticates
	pending   bool // a gap to be told before the next data
	why       assembly.Cause
	at        assembly.Mark

	// Records known to be lost, and the plaintext that they held, as long as that is
	// exact: TLS 1.2's AEAD records hide neither their type nor their length.
	records int
	bytes   int64
	inexact bool

	sealed int64 // bytes of the stream that were lost or could not be used; see Info.Lost
}

// note keeps the first cause of a loss.
func (l *loss) note(why assembly.Cause, at *assembly.Mark) {
	if !l.pending {
		l.pending, l.why, l.at = true, why, *at
	}
}

// tellLoss tells inner what was lost, if anything was.
func (t *stream) tellLoss() {
	if !t.loss.pending {
		return
	}
	l := t.loss
	t.loss = loss{searching: l.searching}
	t.c.info.Lost[t.side] += l.sealed
	t.c.inner.Gap(t.side, -1, l.why, &l.at)
}

// damaged lets a record go, of which b is at least the header.
func (t *stream) damaged(b []byte, why assembly.Cause, at *assembly.Mark) {
	l := &t.loss
	l.note(why, at)
	l.searching = true
	l.sealed += int64(len(b))
	l.records++
	switch n := int64(binary.BigEndian.Uint16(b[3:])); {
	case t.op == nil || t.op.version == tls13 || t.op.cbc != nil:
		l.inexact = true
	case b[0] == typeData:
		l.bytes += max(0, n-int64(t.op.before+t.op.tagLen))
	}
}

// gap takes that n bytes of the stream are missing; -1 where the number is unknown.
func (t *stream) gap(n int64, why assembly.Cause, at *assembly.Mark) {
	switch {
	case t.dead || n == 0:
		return
	case !t.sealed && (!t.hello || t.c.neg.retrying):
		t.c.encrypted(noHandshake, at)
		return
	}
	t.messages.buf, t.messages.off = nil, true
	p := t.part
	t.part = nil
	if p != nil {
		defer p.free()
	}
	switch {
	case t.skip > 0:
	case p != nil && !t.loss.searching && len(p.buf) >= headerLen:
		size, ok := recordLen(p.buf)
		if !ok {
			t.loss.sealed += int64(len(p.buf))
			break
		}
		t.skip = size - len(p.buf)
		if t.sealed {
			t.damaged(p.buf, why, at)
		}
	case p != nil:
		t.loss.sealed += int64(len(p.buf) - p.from)
	}
	t.loss.sealed += max(n, 0)
	if n > 0 && n <= int64(t.skip) {
		t.skip -= int(n) // the next record's place is known
		return
	}
	t.loss.note(why, at)
	t.skip = 0
	t.loss.searching, t.loss.inexact = true, true
}

// notTLS says what stands in the place of a side's first record.
func notTLS(b []byte) reason {
	if bytes.HasPrefix(b, []byte("HTTP/")) {
		return reason{isNotTLS, "answered in HTTP without TLS"}
	}
	return reason{isNotTLS, "not TLS records"}
}

// desync is called with what should be a record and is none.
func (t *stream) desync(b []byte, at *assembly.Mark) {
	if !t.sealed && !t.hello {
		t.c.encrypted(notTLS(b), at)
		return
	}
	t.messages.buf, t.messages.off = nil, true
	t.loss.note(assembly.Lost, at)
	t.loss.searching, t.loss.inexact = true, true
}

// search looks for a record that authenticates and returns the bytes behind it, or
// nothing while there is none.
func (t *stream) search(b []byte, at *assembly.Mark) []byte {
	if t.part == nil {
		t.part = newPartial()
	}
	// Not more than a record is looked at, and what stands before it: see scan.
	k := min(len(b), maxRecord+maxBehind-len(t.part.buf))
	t.part.add(b[:k], at)
	t.scan(at)
	return b[k:]
}

// scan tries every place in part that could be the beginning of a record.
func (t *stream) scan(at *assembly.Mark) {
	p := t.part
	for p.from+headerLen <= len(p.buf) {
		n, ok := recordLen(p.buf[p.from:])
		if ok && p.from+n > len(p.buf) {
			break // not whole yet
		}
		t.part = nil // p is ours, whatever becomes of t meanwhile
		if ok && t.resync(record{b: p.buf[p.from : p.from+n], at: at, p: p, i: p.from}) {
			t.resume(p, p.from+n)
			return
		}
		if t.dead {
			p.free()
			return
		}
		if t.part = p; t.blocked {
			return
		}
		p.from++
		t.loss.sealed++
	}
	p.drop(p.from - maxBehind) // TLS 1.0's next IV is kept in front
}

// resume reads on behind the record that was found, which ends at from in p.
func (t *stream) resume(p *partial, from int) {
	for i := range p.pieces {
		pc := &p.pieces[i]
		if pc.end <= from {
			continue
		}
		rest := t.take(p.buf[from:pc.end], &pc.mark)
		if t.blocked { // the rest, this piece and those to come, in front of what is held already
			t.holdFirst(p.buf[pc.end-len(rest):], p.pieces[i:], pc.end-len(rest))
			break
		}
		from = pc.end
	}
	p.free()
}

// candidate is a key that a record after loss may be under, and the lowest number that it may have.
type candidate struct {
	op    *opener
	seq   uint64
	epoch epoch
	neg   *negotiation
	// updated: it comes of KeyUpdates that are lost.
	updated bool
}

// candidates are the keys that the stream may have come to, the likeliest first.
func (t *stream) candidates(at *assembly.Mark) (all []candidate) {
	n := t.c.neg
	if !n.haveServer || !n.haveClient {
		return nil
	}
	if n.version != tls13 {
		if t.sealed && t.op == nil {
			t.op = t.opener12(t.neg)
		}
		if t.op != nil {
			all = append(all, candidate{op: t.op, seq: t.seq, epoch: t.epoch, neg: t.neg})
		}
		if op := t.opener12(n); op != nil && n != t.neg {
			all = append(all, candidate{op: op, epoch: t.epoch, neg: n})
		}
		return all
	}
	if t.epoch == epochNone && !t.choose(at) {
		return nil
	}
	if t.op != nil {
		all = append(all, candidate{op: t.op, seq: t.seq, epoch: t.epoch})
	}
	first, app := t.epoch, t.op
	if t.op != nil {
		first++
	}
	for e := first; e <= epochApp; e++ {
		if op := t.opener13(e); op != nil {
			all = append(all, candidate{op: op, epoch: e})
			app = op
		}
	}
	if t.epoch == epochApp && app != nil {
		for range min(max(1, t.loss.sealed/keyUpdateLen), maxKeyUpdates) { // that were lost
			app = app.next()
			all = append(all, candidate{op: app, epoch: epochApp, updated: true})
		}
	}
	return all
}

// resync tries a record under all keys and numbers that it may have. If one authenticates,
// it is read and the stream is in step again.
func (t *stream) resync(r record) bool {
	if r.kind() == typeCCS && !t.sealed && len(r.b) == headerLen+1 && t.c.neg.version != tls13 && t.c.neg.haveServer {
		t.loss = loss{}
		t.changeCipher() // nothing in front of it is application data
		return true
	}
	all := t.candidates(r.at)
	if t.blocked {
		return false
	}
	if len(all) == 0 {
		t.hopeless(r)
		return false
	}
	w := scratches.Get().(*scratch)
	defer scratches.Put(w)
	for i, k := range all {
		if c := k.op.cbc; c != nil && c.chained {
			if r.i < c.behind() {
				continue // its IV is lost; the next record has it
			}
			copy(c.iv[:], r.p.buf[r.i-c.behind():])
		}
		likely := uint64(0)
		if i == 0 && k.op == t.op {
			likely = uint64(t.loss.records) // one number each for those known to be lost
		}
		window := uint64(searchWindow)
		if k.op != t.op || !t.proved {
			window = searchUnproved
		}
		for j := range window + 1 {
			seq := k.seq + j - 1
			if j == 0 {
				seq = k.seq + likely
			} else if j-1 == likely {
				continue
			}
			if t.budget -= int32(len(r.b)); t.budget < 0 {
				t.fail(reason{recordsLost, "lost track of the records"}, r.at)
				return false
			}
			if plain, inner, ok := k.op.open(w, r.b, seq); ok {
				t.found(r, k, seq, plain, inner)
				return true
			}
		}
	}
	t.failed += int32(len(r.b))
	if !t.c.info.Decrypted && t.failed > maxFailed {
		t.fail(t.c.misfit(t.c.neg), r.at)
	}
	return false
}

// hopeless is called with what looks like a record after loss when no key is known to try it with.
func (t *stream) hopeless(r record) {
	n := t.c.neg
	switch {
	case !n.haveServer || !n.haveClient:
		t.awaitHello(r.at)
	case n.unopened() != reason{}:
		t.fail(n.unopened(), r.at)
	case n.version == tls13:
		t.noKey(t.c.missing(t.label(epochApp), n), r.at)
	default:
		t.noKey(t.c.missing(masterSecret, n), r.at)
	}
}

// found goes on from a record that authenticated after loss.
func (t *stream) found(r record, k candidate, seq uint64, plain []byte, inner byte) {
	l := t.loss
	t.loss = loss{}
	blind := k.op.cbc != nil && k.op.cbc.chained && k.op.cbc.etm
	missed := false
	switch {
	case blind:
	case k.op == t.op:
		missed = seq != t.seq && (t.epoch != epochHandshake)
	case k.neg != nil: // TLS 1.2: the first record under a key is Finished
		missed = t.sealed || seq > 1
	case k.epoch == epochApp:
		missed = seq > 0 || t.epoch == epochEarly || k.updated
	default:
		missed = t.epoch == epochEarly
	}
	if missed {
		n := int64(-1)
		if k.op == t.op && !l.inexact && seq-t.seq == uint64(l.records) {
			n = l.bytes
		}
		if n < 0 {
			t.c.info.Lost[t.side] += l.sealed
		}
		if n != 0 {
			t.c.inner.Gap(t.side, n, l.why, &l.at)
		}
	}
	if k.op != t.op {
		if k.neg != nil {
			t.neg = k.neg
		}
		t.enter(k.epoch, k.op)
	}
	t.sealed, t.seq = true, seq
	if t.epoch != epochHandshake {
		t.messages = messages{} // what comes after a handshake begins with its record
	}
	switch {
	case blind:
		// Encrypt-then-MAC does not cover a chained IV (RFC 7366 §3), which is then only
		// certain behind a record that authenticated: this one, of which nothing is shown.
		t.accept(0)
		t.loss.note(l.why, &l.at)
		t.loss.sealed = l.sealed + int64(len(r.b))
	case k.neg != nil:
		t.opened12(r, plain)
	default:
		t.opened13(r, plain, inner)
	}
}
