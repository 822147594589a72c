package tlsopen

import (
	"encoding/binary"
	"unsafe"

	"wscope/assembly"
)

// stream is one side's half of a connection: its bytes become records, and its records are
// read in the clear, then under one key after another. It is a multiple of 64 bytes long, so that
// the other side's begins with a line of the cache too.
type stream struct {
	// What each record touches stands first, for the sake of the processor's cache.

	c              *conn
	part           *partial // a record under way
	skip           int      // bytes to the end of a record that is damaged
	op             *opener  // what it is under: see sealed13.go and sealed12.go. nil while none was chosen
	seq            uint64   // sequence number of the next record
	failed         int32    // bytes that failed to authenticate since a record last did
	budget         int32    // see searchBudget
	side           assembly.Side
	epoch          epoch // TLS 1.3
	client         bool
	dead           bool  // nothing more of it can be opened
	sealed         bool  // records are encrypted
	proved         bool  // op has opened a record
	shown          bool  // application data was given
	blocked        bool  // waits; what comes is held
	lines          uint8 // of state
	hello          bool  // its ClientHello or ServerHello was read
	ended, endTold bool
	endWhy         assembly.Cause // with ended
	whyKind        whyKind        // of why

	state unsafe.Pointer // of op's AEAD, once it has opened a record; see warm.go
	loss  loss
	neg   *negotiation // TLS 1.2: the handshake that the keys are of
	// starved counts bytes let go for want of a secret while it is not yet certain
	// that the connection stays closed.
	starved int

	messages messages

	why          string // blocked: for what
	seenProgress uint64
	seenKeys     uint64
	held         hold

	endAt assembly.Mark
}

// recordLen is the length of the record that b begins with, header included. ok is false
// where no TLS record begins so. b has at least headerLen bytes.
func recordLen(b []byte) (n int, ok bool) {
	n = int(binary.BigEndian.Uint16(b[3:]))
	if b[0] < typeCCS || b[0] > typeHeartbeat || b[1] != 3 || b[2] > 4 || n > maxBody {
		return 0, false
	}
	return headerLen + n, true
}

// take reads the next bytes of the stream. Where it blocks it returns those that it did not read.
func (t *stream) take(b []byte, at *assembly.Mark) (rest []byte) {
	for len(b) > 0 && !t.dead {
		switch {
		case t.blocked:
			return b
		case t.skip > 0:
			n := min(t.skip, len(b))
			t.skip -= n
			t.loss.sealed += int64(n)
			b = b[n:]
		case t.loss.searching:
			b = t.search(b, at)
		case t.part == nil && len(b) >= headerLen:
			n, ok := recordLen(b)
			if !ok {
				t.desync(b, at)
			} else if len(b) < n {
				t.begin(b, at)
				return nil
			} else {
				if !t.record(record{b: b[:n], at: at}) {
					t.begin(b[:n], at) // kept until it can be read
				}
				b = b[n:]
			}
		case t.part == nil:
			t.begin(b, at)
			return nil
		default:
			b = t.extend(b, at)
		}
	}
	return nil
}

// begin keeps the beginning of a record.
func (t *stream) begin(b []byte, at *assembly.Mark) {
	if !t.dead {
		t.part = newPartial()
		t.part.add(b, at)
	}
}

// extend adds what the record under way still lacks, reads it when whole, and returns the rest.
func (t *stream) extend(b []byte, at *assembly.Mark) []byte {
	p := t.part
	if k := headerLen - len(p.buf); k > 0 {
		k = min(k, len(b))
		p.add(b[:k], at)
		if b = b[k:]; len(p.buf) < headerLen {
			return nil
		}
	}
	n, ok := recordLen(p.buf)
	if !ok {
		t.desync(p.buf, at)
		return b
	}
	k := min(n-len(p.buf), len(b))
	p.add(b[:k], at)
	if len(p.buf) == n {
		t.readPart(at)
	}
	return b[k:]
}

// readPart reads the record in part, which is whole.
func (t *stream) readPart(at *assembly.Mark) {
	p := t.part
	t.part = nil // whatever becomes of t meanwhile, p is ours
	if t.record(record{b: p.buf, at: at, p: p}) || t.dead {
		p.free()
	} else {
		t.part = p
	}
}

// record reads one record. It returns false, and the stream is blocked, when it cannot be read yet.
func (t *stream) record(r record) bool {
	switch {
	case t.proved && r.kind() == typeData && t.epoch != epochHandshake && t.steady(r):
		return true
	case !t.sealed:
		return t.plain(r)
	case t.c.neg.version == tls13:
		return t.sealed13(r)
	}
	return t.sealed12(r)
}

// steady reads what most records are: application data under the keys of the record before.
// It returns false for any other.
func (t *stream) steady(r record) bool {
	w := scratches.Get().(*scratch)
	plain, inner, ok := t.op.open(w, r.b, t.seq)
	if ok = ok && inner == typeData; ok {
		t.accept(len(plain))
		t.deliver(r, plain, headerLen+t.op.before)
	}
	scratches.Put(w)
	return ok
}

// plain reads a record that is not encrypted, or finds that the first one that is has come.
func (t *stream) plain(r record) bool {
	body := r.b[headerLen:]
	switch r.kind() {
	case typeHandshake:
		t.handshake(body, r.at)
		if !t.client && t.hello && t.c.neg.version == tls13 && !t.c.neg.retrying {
			t.sealed = true // all that follows a ServerHello is (RFC 8446 §2)
		}
		return true
	case typeAlert:
		t.alert(body)
		return true
	case typeHeartbeat:
		return true
	}
	// ChangeCipherSpec or application data: what they mean is in the ServerHello.
	n := t.c.neg
	switch {
	case !t.hello:
		t.c.encrypted(noHandshake, r.at)
		return true
	case n.retrying && !(t.client && n.repeated):
		return true // early data that a HelloRetryRequest has refused, or a compatibility CCS
	case !n.haveServer || !n.haveClient:
		return t.awaitHello(r.at)
	case n.version == tls13 && r.kind() == typeCCS:
		return true // RFC 8446 §D.4: has no meaning
	case n.version == tls13:
		t.sealed = true
		return t.sealed13(r)
	case r.kind() == typeCCS:
		t.changeCipher()
		return true
	}
	t.fail(noHandshake, r.at) // application data with no ChangeCipherSpec before it
	return true
}

// awaitHello waits for the other side's hello as long as it may come.
func (t *stream) awaitHello(at *assembly.Mark) bool {
	if o := t.c.other(t); !o.ended && !o.dead {
		return t.block(noHandshake)
	}
	t.fail(noHandshake, at)
	return true
}

// deliver gives application data to the inner handler. from is where its ciphertext begins in r.b.
func (t *stream) deliver(r record, plain []byte, from int) {
	if !t.shown {
		t.shown = true
		t.c.info.Decrypted, t.c.info.Why, t.c.info.WhyKind = true, "", ""
	}
	if t.loss.pending {
		t.tellLoss()
	}
	if len(plain) == 0 {
		return
	}
	if r.p == nil {
		t.c.inner.Data(t.side, plain, r.at)
		return
	}
	r.each(plain, from, func(b []byte, at *assembly.Mark) { t.c.inner.Data(t.side, b, at) })
}

// accept counts a record that authenticated.
func (t *stream) accept(n int) {
	t.seq++
	t.proved = true
	t.failed = 0
	t.budget = min(t.budget+int32(n)*searchRefill, searchBudget)
}

// fail ends a stream that cannot be opened any further. While the other side's may yet be,
// that is a gap; otherwise the connection is encrypted to us.
func (t *stream) fail(why reason, at *assembly.Mark) {
	if t.dead {
		return
	}
	t.die()
	t.c.progress++
	if o := t.c.other(t); t.c.info.Decrypted || !o.dead && o.hasKey() {
		t.c.inner.Gap(t.side, -1, assembly.Limit, at)
		return
	}
	t.c.encrypted(why, at)
}

// die lets go of all that the stream keeps.
func (t *stream) die() {
	t.dead, t.blocked = true, false
	if t.part != nil {
		t.part.free()
		t.part = nil
	}
	t.messages = messages{}
	t.release()
}

// tellEnd passes the end on, once, when all before it was read.
func (t *stream) tellEnd() {
	if !t.ended || t.endTold || t.blocked || len(t.held.items) > 0 {
		return
	}
	t.endTold = true
	if !t.dead && t.sealed && t.epoch != epochHandshake && (t.proved || t.c.info.Decrypted) {
		if t.part != nil && len(t.part.buf) > 0 {
			t.loss.note(assembly.Lost, t.part.last()) // a record that has no end
			t.loss.sealed += int64(len(t.part.buf) - t.part.from)
		}
		t.tellLoss()
	}
	t.die()
	t.c.inner.End(t.side, t.endWhy, &t.endAt)
}
