package upgrade

import "wscope/assembly"

// Waiting bounds what many connections keep together of bytes whose meaning only later ones tell: those on replay buffers,
// and unfinished heads. Each connection has limits of its own (see limits.go), but thousands that come near them would
// fill the memory. Past the limit, a connection that keeps more than a few bytes decides by what is there.
//
// It is for connections that one goroutine works on.
type Waiting struct {
	freely int
	few    int // what a connection may keep in one place even where there is no room
	more   func(kept int) int
	kept   int
}

// maxFew is Waiting.few: what peers send at once fits.
const maxFew = 4 << 10

// NewWaiting returns a Waiting that keeps so many bytes freely. Beyond that, more says how many it may keep, of which so
// many are kept now.
func NewWaiting(freely int, more func(kept int) int) *Waiting {
	return &Waiting{freely: freely, few: maxFew, more: more}
}

// Kept returns how many bytes wait.
func (w *Waiting) Kept() int {
	if w == nil {
		return 0
	}
	return w.kept
}

// isFull reports whether there is no room.
func (w *Waiting) isFull() bool {
	return w.kept > w.freely && w.kept > w.more(w.kept)
}

// keep counts n more bytes of the connection as waiting, or fewer.
func (r *root) keep(n int) {
	if w := r.hooks.Waiting; w != nil && !r.over {
		r.kept += n
		w.kept += n
	}
}

// crowded reports whether size bytes are too many to wait in one place: more than most, or more than a few while there is no room.
func (r *root) crowded(size, most int) bool {
	w := r.hooks.Waiting
	return size > most || w != nil && size > w.few && w.isFull()
}

// end is told each end of the connection's streams, or of what is inside its TLS. After both nothing of it waits.
func (r *root) end(s assembly.Side) {
	r.ended[s] = true
	if r.ended[s.Other()] {
		r.release()
	}
}

// release says that nothing of the connection waits, now and from here on.
func (r *root) release() {
	r.keep(-r.kept)
	r.over = true
}
