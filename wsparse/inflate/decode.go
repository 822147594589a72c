package inflate

import (
	"errors"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// tail is what permessage-deflate leaves out of every message, RFC 7692 §7.2.2: LEN and
// NLEN of an empty stored block.
var tail = []byte{0x00, 0x00, 0xff, 0xff}

// enter gets a call ready to go on where the message stands.
func (f *Inflater) enter() *call {
	c := calls.Get().(*call)
	c.win = &f.win
	c.buf, c.n = f.buf, f.n
	if f.paused != nil {
		f.resume(c)
	} else if f.fixed {
		c.lit, c.dist = &fixedLit, &fixedDist
	}
	return c
}

// leave gives the call back, with no hold on the caller's memory.
func (c *call) leave() {
	c.src, c.out, c.win = nil, nil, nil
	c.base, c.op, c.end = 0, 0, 0
	calls.Put(c)
}

// decode inflates src and appends to dst what the limit allows. The output since the last
// flush, out[base:op], is not yet in the window.
func (f *Inflater) decode(c *call, dst, src []byte, limit int) []byte {
	c.src, c.in = src, 0
	room := max(limit, 0) - f.given
	if room > 0 {
		if want := min(room, 4*len(src)+matchMax); cap(dst)-len(dst) < want {
			dst = slices.Grow(dst, want+reserve)
		}
		c.wanted(dst, len(dst), room)
	} else {
		c.unwanted()
	}
	delivering := room > 0
	for {
		switch st := f.blocks(c); {
		case st == outFull && !delivering:
			f.flush(c)
			c.unwanted()
			continue
		case st == outFull && c.op-c.base < room:
			base := c.base
			dst = slices.Grow(c.out[:c.op], min(c.op, math.MaxInt/4)+reserve)
			c.wanted(dst, base, room)
			continue
		case st == outFull:
			dst = c.out[:c.op]
			f.given += c.op - c.base
			f.flush(c)
			c.unwanted()
			delivering = false
			continue
		case st == lost:
			f.fail(ErrHistory)
		case st == corrupt:
			f.fail(&CorruptError{Offset: f.consumed + int64(c.in) - int64(c.n+7)/8, Reason: f.reason})
		}
		break
	}
	f.consumed += int64(len(src))
	if delivering {
		dst = c.out[:c.op]
		f.given += c.op - c.base
	}
	return dst
}

// wanted makes the space behind dst, which holds output from base on, the place to
// write: room bytes of it from base on at most.
func (c *call) wanted(dst []byte, base, room int) {
	c.out = dst[:cap(dst)]
	c.base, c.op = base, len(dst)
	c.end = base + min(room, cap(dst)-base)
}

// unwanted makes the scratch buffer the place to write.
func (c *call) unwanted() {
	if c.scratch == nil {
		c.scratch = make([]byte, maxWindow+reserve)
	}
	c.out = c.scratch
	c.base, c.op, c.end = 0, 0, maxWindow
}

// flush takes the output into the window and counts it.
func (f *Inflater) flush(c *call) {
	if f.err == nil {
		f.win.append(c.out[c.base:c.op])
	}
	f.count(c)
	c.base = c.op
}

// count counts the output since the last flush, and shows it.
func (f *Inflater) count(c *call) {
	f.length += uint64(c.op - c.base)
	if f.tee != nil && c.op > c.base {
		f.tee(c.out[c.base:c.op])
	}
}

// finish ends the message, with the tail where its last block needs it.
func (f *Inflater) finish(c *call, dst []byte, limit int) []byte {
	if f.err == nil && !f.ended(c) {
		f.flush(c)
		end := f.consumed
		dst = f.decode(c, dst, tail, limit)
		if f.err == nil && (f.stage != atBlock || c.n != 0) || errors.Is(f.err, ErrCorrupt) {
			f.fail(&CorruptError{Offset: end, Reason: "message ends inside a block"})
		}
	}
	if f.forget {
		f.count(c)
	} else {
		f.flush(c)
	}
	f.farthest = max(f.farthest, c.farthest)
	c.farthest = 0
	f.close()
	return dst
}

// ended says that the message ends here, and notes how.
func (f *Inflater) ended(c *call) bool {
	switch {
	case c.n != 0:
		return false
	case f.stage == atLength:
		f.ending = Synced
	case f.stage == atBlock && f.afterFinal:
		f.ending = Final
	case f.stage == atBlock:
		f.ending = Whole
	default:
		return false
	}
	return true
}

// fail ends the message early. What follows can refer to what was not inflated.
func (f *Inflater) fail(err error) {
	f.err = err
	f.win.clear()
	f.lost = true
}

// outcome is the error for the message so far.
func (f *Inflater) outcome(limit int) error {
	if f.err == nil && f.length > uint64(max(limit, 0)) {
		return ErrLimit
	}
	return f.err
}

// close leaves the message at hand, ended or not.
func (f *Inflater) close() {
	f.open = false
	f.stage, f.final, f.afterFinal, f.fixed = atBlock, false, false, false
	f.buf, f.n = 0, 0
	f.consumed = 0
	if f.forget && cap(f.win.buf) == maxWindow {
		f.win.release()
	}
	if f.paused != nil {
		pauses.Put(f.paused)
		f.paused = nil
	}
}

// pause is what a dynamic block needs in order to go on in a later call.
type pause struct {
	stamp  uint64 // of the call that had the tables
	header header
}

var pauses = sync.Pool{New: func() any { return new(pause) }}

var stamps atomic.Uint64

// suspend keeps what the message needs in order to go on in another call.
func (f *Inflater) suspend(c *call) {
	f.buf, f.n = c.buf, c.n
	f.farthest = max(f.farthest, c.farthest)
	c.farthest = 0
	dynamic := f.stage == inHeader || f.stage >= inCodes && !f.fixed
	if f.err != nil || !dynamic {
		if f.paused != nil {
			pauses.Put(f.paused)
			f.paused = nil
		}
		return
	}
	if f.paused == nil {
		f.paused = pauses.Get().(*pause)
		f.paused.stamp = 0
	}
	if c.stamp == 0 || c.stamp != f.paused.stamp {
		c.stamp = stamps.Add(1)
		f.paused.stamp = c.stamp
		f.paused.header = c.header
	}
}

// resume makes c ready to go on with a dynamic block. Most often it is the call that had
// the tables, and nothing has overwritten them since.
func (f *Inflater) resume(c *call) {
	if f.stage >= inCodes && c.stamp == f.paused.stamp {
		c.lit, c.dist = &c.ownLit, &c.ownDst
		return
	}
	c.stamp = 0 // the header will change, or the tables do
	c.header = f.paused.header
	if f.stage >= inCodes {
		f.tables(c)
	}
}
