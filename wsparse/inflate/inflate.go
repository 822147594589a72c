// Package inflate decompresses the messages of permessage-deflate: DEFLATE (RFC 1951) as
// RFC 7692 §7.2 uses it, where a message's compressed bytes lack their last four, and
// where later messages may refer to the bytes of earlier ones.
//
// It is made for an observer of many conversations. An Inflater costs little while no
// message is being inflated: its window grows with the history that there is, and decode
// tables are shared. It tells what other inflaters keep for themselves: the largest
// distance used, how long a message beyond the limit is, how it ended, and whether a
// message refers to bytes that the capture lacks.
//
// Start reading at Message; blocks (block.go) has the grammar, fast (fast.go) the loop in
// which the time is spent. The package does not compress, and knows nothing of frames and
// negotiation. BENCHMARKS.md compares its speed.
package inflate

// Inflater inflates the messages of one direction of one conversation. Use New.
type Inflater struct {
	win    window
	lost   bool // bytes before those in win existed, and are unknown
	forget bool // SetTakeover(false)

	// The message at hand. Between calls buf holds what is left of the input: less than
	// one item.
	open       bool // between Begin and End
	stage      stage
	final      bool // the block has BFINAL set
	afterFinal bool // the block before had it
	fixed      bool // the block uses the fixed code
	ending     Ending
	unpadded   bool // see BadPadding
	n          uint
	buf        uint64
	rest       int    // bytes left of a stored block or a match
	dist       int    // of the match
	paused     *pause // of a dynamic block that a call left unfinished

	consumed int64  // input bytes of earlier calls
	length   uint64 // output bytes
	given    int    // of them, appended to a dst
	reason   string // why the status is corrupt
	err      error  // what ended it early

	tee      func([]byte) // see SetTee
	farthest int          // see MaxDistance
}

// Ending says how a message's compressed bytes ended.
type Ending uint8

// The endings. All but the first are lenient readings of a sender's mistake: others read such
// a message too, or stop there, or lose the history.
const (
	// Synced: with the header of an empty stored block, whose last four bytes the
	// extension leaves out, RFC 7692 §7.2.1.
	Synced Ending = iota
	// Final: after a block with BFINAL, and without the empty block that should follow
	// it, RFC 7692 §7.2.3.4.
	Final
	// Whole: after a block that needs no other. The sender left the four bytes in, or
	// flushed otherwise; or the payload has no byte at all.
	Whole
)

// New returns an Inflater with an empty history.
func New() *Inflater { return &Inflater{} }

// SetTakeover reports whether messages may refer to earlier ones, which is so in a new
// Inflater. With false every message starts with an empty history, and none is kept.
func (f *Inflater) SetTakeover(on bool) {
	f.forget = !on
}

// SetTee has take see all that is inflated from now on, in order and in pieces of any size,
// what lies beyond the limits included: to hash a message, say, that is too long to keep. A
// piece is valid until take returns. nil ends it.
func (f *Inflater) SetTee(take func(piece []byte)) { f.tee = take }

// Message inflates src, a message's whole compressed payload, and appends at most limit
// bytes of it to dst. It uses dst's spare capacity as it likes. When it fails, what is
// returned is dst with what was inflated before; ErrLimit is a failure that spares the
// history, any other counts as Lose.
func (f *Inflater) Message(dst, src []byte, limit int) ([]byte, error) {
	f.Begin()
	c := f.enter()
	dst = f.decode(c, dst, src, limit)
	dst = f.finish(c, dst, limit)
	c.leave()
	return dst, f.outcome(limit)
}

// Begin starts a message that comes in pieces. A message of which something came and that
// was not ended is given up, and the history with it.
func (f *Inflater) Begin() {
	if f.open && f.consumed > 0 {
		f.Lose()
	}
	if f.forget {
		f.Reset()
	}
	f.open = true
	f.err = nil
	f.length, f.given = 0, 0
	f.ending, f.unpadded = Synced, false
}

// Write inflates the next bytes of a message, wherever it is cut, and appends what they
// give to dst, which need not be the dst of the piece before. limit is for the whole
// message, and should be the same for all its pieces. After an error other than ErrLimit
// further pieces give the same error and nothing else.
func (f *Inflater) Write(dst, piece []byte, limit int) ([]byte, error) {
	if f.err == nil {
		c := f.enter()
		dst = f.decode(c, dst, piece, limit)
		f.flush(c)
		f.suspend(c)
		c.leave()
	}
	return dst, f.outcome(limit)
}

// End ends a message that came in pieces and appends what is left of it to dst.
func (f *Inflater) End(dst []byte, limit int) ([]byte, error) {
	if f.err == nil {
		c := f.enter()
		dst = f.finish(c, dst, limit)
		c.leave()
	}
	f.close()
	return dst, f.outcome(limit)
}

// Reset empties the history: the next message can refer to nothing before it.
func (f *Inflater) Reset() {
	f.close()
	f.win.clear()
	f.lost = false
}

// Lose says that the history is unknown, as after a message that the capture lacks. Later
// messages are inflated if they refer to no byte of it.
func (f *Inflater) Lose() {
	f.close()
	f.win.clear()
	f.lost = true
}

// Lost says that the history reaches back to bytes that are unknown, so that the next
// message may fail with ErrHistory.
func (f *Inflater) Lost() bool { return f.lost && len(f.win.buf) < maxWindow }

// Length is how many bytes the last message inflated to, those beyond the limit included;
// after an error, as far as it was decoded.
func (f *Inflater) Length() uint64 { return f.length }

// MaxDistance is the largest distance that any message used, in bytes, 0 to 32768: the
// window that the sender really had was no smaller.
func (f *Inflater) MaxDistance() int { return f.farthest }

// Ending says how the last message that was inflated without an error ended.
func (f *Inflater) Ending() Ending { return f.ending }

// BadPadding reports whether, in the last message, a block with BFINAL that did not end at a
// byte boundary was followed by other bits than the zeros of RFC 7692 §7.2.1.
func (f *Inflater) BadPadding() bool { return f.unpadded }

// Release gives the memory back. The Inflater is then as after Reset.
func (f *Inflater) Release() {
	f.Reset()
	f.win.release()
}
