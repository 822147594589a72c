package wsparse

import "slices"

// search is a Stream's search for a frame boundary behind a loss. It looks when certain
// numbers of bytes are there and at no other times, so that the outcome does not depend on
// how the bytes are cut.
type search struct {
	window *buffer
	size   int   // bytes of window at which to look next
	lost   int64 // bytes lost in front of the window, as far as their number is known
	silent bool  // nothing was lost: a boundary at once is not told
}

// firstLook is how many bytes the first look wants; each further one wants twice as many,
// up to searchWindow.
const firstLook = 64

func (s *Stream) beginSearch() {
	s.state = atSearch
	s.search = &search{window: getBuffer(), size: firstLook}
}

func (w *search) held() int { return len(w.window.b) }

// put gives the window back.
func (w *search) put() {
	w.window.put()
	w.window = nil
}

// look takes bytes into the window and looks when it is time. It says whether it filled ev.
func (s *Stream) look(ev *Event) bool {
	w := s.search
	n := min(len(s.in), w.size-w.held())
	w.window.b = append(w.window.b, s.in[:n]...)
	s.skip(n)
	if w.held() < w.size {
		return false
	}
	if p := s.settle(ev, false); p != nothing {
		return p == gave
	}
	if w.size < searchWindow {
		w.size *= 2
		return false
	}
	half := w.held() / 2
	s.lose(half)
	w.window.b = append(w.window.b[:0], w.window.b[half:]...)
	return false
}

// lose lets n bytes of the window go.
func (s *Stream) lose(n int) {
	s.lost += int64(n)
	s.search.lost += int64(n)
	s.search.silent = false
}

// settle ends the search if the window holds a boundary: the bytes from there on are
// decoded next. end says that no more bytes will come without a loss.
func (s *Stream) settle(ev *Event, end bool) progress {
	w := s.search
	// That these are WebSocket frames is known, only where they begin is not: less
	// evidence is enough than for FindBoundary.
	r := resync{b: w.window.b, from: s.cfg.From, deflate: s.deflated(), need: 16, end: end}
	found, ok := r.find()
	if !ok {
		return nothing
	}
	if found.Offset > 0 {
		s.lose(found.Offset)
	}
	s.rest = join(s.in, s.rest)
	s.in = w.window.b[found.Offset:]
	s.at -= int64(len(s.in))
	s.state = atHeader
	if w.silent {
		return did
	}
	*ev = Event{bare: ev.bare, Kind: Resynced, Offset: s.at, Lost: w.lost}
	return gave
}

// join gives a and b as one slice, without a copy where it needs none.
func join(a, b []byte) []byte {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	return slices.Concat(a, b)
}
