package inflate

import "sync"

// maxWindow is the most history that a distance can reach, RFC 1951 §2: 32 KiB.
const maxWindow = 32768

// windows holds full-sized windows that were given back. Smaller ones, on their way up,
// are left to the garbage collector.
var windows = sync.Pool{New: func() any { return new([maxWindow]byte) }}

// window is the output that came before, as far back as a distance can reach. It grows
// with what it holds and, once it holds 32 KiB, goes round: the byte at pos is then both
// the oldest and the next to be overwritten.
type window struct {
	buf []byte // its length is how many bytes are known
	pos int    // where the next byte goes; len(buf) until the window is full
}

// append takes the next output bytes into the window.
func (w *window) append(p []byte) {
	if len(p) >= maxWindow {
		w.grow(maxWindow)
		w.buf = w.buf[:maxWindow]
		copy(w.buf, p[len(p)-maxWindow:])
		w.pos = 0
		return
	}
	if room := maxWindow - len(w.buf); room > 0 {
		n := min(room, len(p))
		w.grow(len(w.buf) + n)
		w.buf = append(w.buf, p[:n]...)
		p = p[n:]
		w.pos = len(w.buf)
	}
	if len(p) > 0 {
		if w.pos == maxWindow {
			w.pos = 0
		}
		n := copy(w.buf[w.pos:], p)
		w.pos += n
		if n < len(p) {
			w.pos = copy(w.buf, p[n:])
		}
	}
}

// grow makes room for n bytes in all, doubling so that growing stays cheap.
func (w *window) grow(n int) {
	if n <= cap(w.buf) {
		return
	}
	size := max(512, cap(w.buf))
	for size < n {
		size *= 2
	}
	var to []byte
	if size >= maxWindow {
		to = windows.Get().(*[maxWindow]byte)[:len(w.buf)]
	} else {
		to = make([]byte, len(w.buf), size)
	}
	copy(to, w.buf)
	w.buf = to
}

// clear forgets the bytes and keeps the memory.
func (w *window) clear() {
	w.buf, w.pos = w.buf[:0], 0
}

// release forgets the bytes and gives the memory back.
func (w *window) release() {
	if cap(w.buf) == maxWindow {
		windows.Put((*[maxWindow]byte)(w.buf[:maxWindow]))
	}
	*w = window{}
}

// from copies n bytes that lie back bytes before the window's end, where
// 1 <= back <= len(w.buf) and n <= back, to the start of to.
func (w *window) from(to []byte, back, n int) {
	i := w.pos - back
	if i < 0 {
		i += maxWindow
	}
	if k := copy(to[:n], w.buf[i:]); k < n {
		copy(to[k:n], w.buf)
	}
}
