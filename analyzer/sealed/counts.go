package sealed

// counts is what is counted of a connection behind its opening.
type counts struct {
	protect *protection
	dirs    [2]direction
	pairs   pairs
	long    longPairs
	shape   shape

	updated int64 // capture time of a KeyUpdate of the client that the server may answer
}

// shape is how the two sides take turns.
type shape struct {
	clientShort int64    // records of the client that stand alone and are shorter than a masked frame
	clientSmall int64    // that stand alone and are shorter than any request of HTTP/1
	serverSmall int64    // the server's, shorter than any answer
	serverTiny  int64    // and shorter than an event or a chunk of HTTP
	pushes      int64    // the server spoke again, after a pause, though nothing had been asked
	unanswered  int64    // the client spoke again, after a pause, though nothing had been answered
	again       [2]int64 // a side spoke again after a moment, before the other did, in a short record
	bodies      int64    // the client's, between the first request and its answer
}

const (
	leastMasked   = 6
	smallRequest  = 60  // a request line, Host and the empty line take more
	smallResponse = 40  // a status line, a date or a length, and the empty line take more
	smallEvent    = 8   // ":\n\n" in a chunk of its own
	bodyFrom      = 500 // longer ones may be parts of one document
	bodyAfter     = 100 // and a request with a body
	pause         = int64(100e6)
)

func (t *counts) init(p *protection, padding [2]int32) {
	t.protect = p
	for s := range t.dirs {
		t.dirs[s].goWrite, t.dirs[s].full = p.goWrite(), full
		if padding[s] > 0 {
			t.dirs[s].full -= padding[s] + 1
		}
		t.dirs[s].masked = Side(s) == Client
	}
}

// keyUpdate reports whether a record is TLS 1.3's KeyUpdate (RFC 8446 §4.6.3), or the server's answer to one: five bytes are
// no frame of a client.
func (t *counts) keyUpdate(e *sized) bool {
	const length = 5
	if t.protect.hash == 0 && t.protect.loose == 0 || e.n != length {
		return false
	}
	if e.side == Client {
		t.updated = e.at
		return true
	}
	if t.updated == 0 || e.at-t.updated > 1e9 {
		return false
	}
	t.updated = 0
	return true
}

// add counts a record of application data. body says that it came between a request and its answer, as
// bodies do.
func (t *counts) add(e sized, body bool) {
	if t.keyUpdate(&e) {
		return
	}
	d := &t.dirs[e.side]
	o := &t.dirs[1-e.side]
	spoken := d.chain > 0
	lastAt, interrupted, last := d.lastAt, d.interrupted, d.last
	finished := d.finished
	alone := d.add(e)
	if d.finished > finished {
		t.long.add(e.side, d.whole)
	}
	o.interrupted = true
	if body {
		t.shape.bodies++
		alone = false
	}
	if !body && spoken && !interrupted && e.at-lastAt >= atOnce && (e.side == Client || e.n < bodyFrom) {
		t.shape.again[e.side]++
	}
	if alone && e.side == Client && spoken && !interrupted && last >= bodyAfter && e.at-lastAt < 1e9 {
		alone = false // a body may come in a write of its own
	}
	if alone && (!spoken || e.at-lastAt >= atOnce || interrupted) {
		s := &t.shape
		switch {
		case e.side == Client && e.n < leastMasked:
			s.clientShort++
		case e.side == Client && e.n < smallRequest:
			s.clientSmall++
		case e.side == Server && e.n < smallResponse:
			s.serverSmall++
			if e.n < smallEvent {
				s.serverTiny++
			}
		}
		if spoken && !interrupted && e.at-lastAt >= pause {
			if e.side == Server {
				s.pushes++
			} else {
				s.unanswered++
			}
		}
	}
	t.pairs.add(&e)
}
