package sealed

import "math/bits"

// direction counts what one side sent behind the opening.
type direction struct {
	masked bool // frames of the client are longer by a masking key

	records, bytes, slack int64
	about, least          int64 // messages; about without the one under way
	payload, doubt        int64 // bytes of payload, without the message under way, and what they may be off by
	full                  int32 // the longest that the writer makes
	goWrite               int32 // see protection.goWrite
	joined                int64 // records that may hold several messages
	cut                   int64 // records that seem to be parts of one message
	damaged               int64

	chain       int64 // bytes of the message under way; 0 before the first
	finished    int64 // messages, and the bytes of the latest
	whole       int64
	begin       int64 // and of the first mostHandshake of them
	framed      int64 // payload of its fragments before
	fragments   int64
	equal       bool  // they are all of one length
	mayJoin     bool  // it may be several, joined by their writer
	chainLoose  bool  // it came at once after another
	groupMost   int32 // largest record since the last boundary that least counted
	last        int32
	lastAt      int64
	firstAt     int64
	interrupted bool       // the other side spoke since
	hasHeaders  bool       // a header came in a record of its own
	headers     bool       // each message so far began with a record that is a header alone
	alone       int64      // records that stood alone
	sizes       [16]uint32 // how many of them, by the logarithm of their length
	mode        int32      // length of the latest records that stood alone, and how many in a row were
	modes       int32
	shortest    int32 // of the records that stood alone
	longest     int32
}

func (d *direction) mask() int64 {
	if d.masked {
		return 4
	}
	return 0
}

// frameHeader is the length of the header of a frame of n bytes.
func frameHeader(n, mask int64) int64 {
	switch n -= mask; {
	case n <= 2+125:
		return 2 + mask
	case n <= 4+65535:
		return 4 + mask
	}
	return 10 + mask
}

// full is the longest plaintext of a record.
const full = 1 << 14

// joinWithin is how soon after another a record comes that may hold what its writer had to keep back meanwhile.
const joinWithin = int64(100e6)

// add counts a record. It reports whether the record stands alone: it came neither at once after
// another, nor is it the continuation of one.
func (d *direction) add(e sized) bool {
	n := e.n - e.slack/2
	d.records++
	d.bytes += int64(n)
	d.slack += int64((e.slack + 1) / 2)
	if e.damaged {
		d.damaged++
	}
	first := d.chain == 0
	wait := e.at - d.lastAt
	soon := !first && wait < atOnce && !d.interrupted
	if first {
		d.firstAt, d.headers, d.shortest = e.at, true, n
	}
	switch {
	case !first && d.continues(n, wait):
		if d.wholeFrame(d.last) && n <= d.last {
			d.framed += d.chain - frameHeader(d.chain, d.mask())
			d.chain = 0
			d.fragments++
			d.equal = d.equal && n == d.last
		}
		if d.last < d.full || !soon {
			d.doubt += 4 + d.mask() // it may be a message of its own
		}
		d.chain += int64(n)
		d.cut++
	default:
		d.finish()
		d.chain, d.chainLoose, d.equal = int64(n), soon, true
		d.mayJoin = !first && (wait < joinWithin && !d.interrupted || wait < 5e6)
		if !first || !d.isHeader(n) {
			d.headers = d.headers && d.isHeader(n)
		}
	}
	d.bound(n, wait, first)
	if !soon {
		d.alone++
		d.sizes[min(max(bits.Len32(uint32(n))-1, 0), len(d.sizes)-1)]++
		d.shortest = min(d.shortest, n)
		if n == d.mode {
			d.modes++
		} else {
			d.mode, d.modes = n, 1
		}
	}
	d.longest = max(d.longest, n)
	d.last, d.lastAt, d.interrupted = n, e.at, false
	return !soon
}

// bound counts for the lower bound: a message at each pause, and at each change of speakers while
// only short records came, which no writer cuts.
func (d *direction) bound(n int32, wait int64, first bool) {
	const (
		cutFrom = 500 // no writer is known that cuts below
		pause   = int64(50e6)
		long    = int64(1e9)
	)
	switch {
	case first, wait >= long, d.groupMost < cutFrom && (wait >= pause || d.interrupted),
		d.interrupted && wait >= pause && n < cutFrom && d.last < d.full:
		d.least++
		d.groupMost = n
	default:
		d.groupMost = max(d.groupMost, n)
	}
}

// continues reports whether a record of n bytes goes on with the message under way.
func (d *direction) continues(n int32, wait int64) bool {
	switch last := d.last; {
	case last >= d.full:
		return wait < 2e9
	case d.full < full && d.chain%full == 0:
		return wait < 200e6
	case wait > 200e6 || last < 2:
		return false
	case last >= 512 && last%512 == 0:
		return true
	case d.wholeFrame(last) && wait < atOnce && !d.interrupted:
		return n <= last || filled(int64(last)+10) // the first part of a longer frame
	case last >= 1000 && last%d.goWrite == 0:
		return true
	}
	return d.chain == int64(d.last) && d.headerOf(n, wait)
}

// wholeFrame reports whether a record of n bytes is a frame whose payload fills a writer's buffer, as those do that
// cut long messages into fragments.
func (d *direction) wholeFrame(n int32) bool {
	payload := int64(n) - frameHeader(int64(n), d.mask())
	return filled(payload) || filled(payload+14)
}

// filled reports whether n is the size of a writer's buffer. Some keep room for the longest header in it, 14 bytes.
func filled(n int64) bool { return n >= 512 && n&(n-1) == 0 }

// headerOf reports whether the record before can be the header of a frame of n bytes or more:
// some writers send it in a record of its own.
func (d *direction) headerOf(n int32, wait int64) bool {
	is := false
	switch int64(d.last) - d.mask() {
	case 2:
		is = d.headers && n <= 125
	case 4:
		is = n >= 126
	case 10:
		is = n >= 1000
	}
	d.hasHeaders = d.hasHeaders || is && wait < atOnce
	return is && (wait < atOnce || d.hasHeaders)
}

func (d *direction) isHeader(n int32) bool {
	k := int64(n) - d.mask()
	return k == 2 || k == 4 || k == 10
}

// hidden is how many frames more than one the message under way may be, where it came so soon after another that a
// writer may have joined what waited for it: as many as of the shorter ones before fit.
func (d *direction) hidden() int64 {
	const most = 128
	if !d.mayJoin || d.alone == 0 {
		return 0
	}
	quarter, usual := d.alone/4, int64(0)
	for i, n := range d.sizes {
		if quarter -= int64(n); quarter < 0 {
			usual = 1 << i
			break
		}
	}
	return min(d.chain/max(usual, 8)-1, most)
}

// mostHandshake is how many messages of a side may be none where the handshake is not in the capture: a server's flight of four
// records, its tickets, and its answer to the request.
const mostHandshake = 4 + mostTickets + 1

// finish counts the message under way.
func (d *direction) finish() {
	if d.chain == 0 {
		return
	}
	mask := d.mask()
	d.payload += d.framed
	if d.fragments > 0 && d.equal { // none was shorter than a buffer: messages rather than fragments
		d.about += d.fragments
	}
	d.framed, d.fragments = 0, 0
	d.finished, d.whole = d.finished+1, d.chain
	if d.finished <= mostHandshake {
		d.begin += d.chain
	}
	if m := int64(d.mode); d.mayJoin && d.modes >= 3 && m > 0 && !(d.hasHeaders && d.isHeader(d.mode)) && d.chain >= 2*m && d.chain%m == 0 {
		k := d.chain / m // as many of those that came alone, written at once
		d.about += k
		d.payload += k * (m - frameHeader(m, mask))
		return
	}
	d.about++
	d.payload += max(d.chain-frameHeader(d.chain, mask), 0)
	if k := d.hidden(); k > 0 {
		d.joined++
		d.doubt += k * (2 + mask)
	}
}
