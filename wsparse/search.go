package wsparse

import "slices"

// search is a Stream's search for a frame boundary: behind a loss, or where its first byte may be
// any. It looks at certain numbers of bytes and, where the Stream knows the segments, at the end
// of what was fed, so that the outcome does not depend on how the bytes are cut otherwise.
type search struct {
	Search
	window *buffer
	next   int // bytes of the search at which to look next
	fed    int // bytes of the search
	room   *Room
	taken  int   // bytes that were taken from room
	lost   int64 // bytes lost in front of the boundary, as far as their number is known
	silent bool  // nothing was lost: a boundary at once is not told
	begun  bool
	last   bool // only the last bytes of the stream are searched
}

// firstLook is how many bytes the first look wants; each further one wants twice as many, until
// every lookStep bytes there is one.
const (
	firstLook = 64
	lookStep  = 4 << 10
)

// searchKeeps is how many bytes a search keeps without asking for Room.
const searchKeeps = 64 << 10

// Room bounds the bytes that the searches of all Streams that share it keep beyond 64 KiB each.
// Streams that share one are for one goroutine.
type Room struct{ Left int }

// ownRoom is what a search without a Room has for itself.
const ownRoom = 1 << 20

func (s *Stream) beginSearch() {
	s.state = atSearch
	s.search = &search{window: getBuffer()}
}

// Segment says that the next byte to be fed is the first of a segment, which is where frames
// most often begin, and of which room a search for them may keep bytes. Without it the bytes alone
// are judged.
func (s *Stream) Segment(room *Room) {
	if s.state == atSearch && len(s.in) == 0 && len(s.rest) == 0 && s.gap == 0 {
		s.startSearch()
		s.search.room = room
		s.search.Search.Segment()
	}
}

// Seeks reports whether the Stream looks for a frame boundary.
func (s *Stream) Seeks() bool { return s.state == atSearch }

// Searching reports whether the Stream looks for a frame boundary and holds bytes that may turn
// out to be messages.
func (s *Stream) Searching() bool { return s.state == atSearch && s.search.held() > 0 }

// Forget gives up the bytes that a search holds, in so far as they may be messages: they are lost.
func (s *Stream) Forget() {
	if s.state != atSearch || s.search.held() == 0 {
		return
	}
	w := s.search
	before := w.v.base
	w.limit = 0
	w.Trim()
	s.loseSearched(w.v.base - before)
	n := int64(w.held())
	w.Gap(0)
	s.loseSearched(n)
}

// startSearch makes the search begin at the next byte, once.
func (s *Stream) startSearch() {
	w := s.search
	if w.begun {
		return
	}
	w.begun = true
	w.v.b = w.window.b
	w.init(s.searched(s.at))
	w.next, w.fed = firstLook, 0
}

// searched is what is known of the frames that are searched for. A client that did not mask one will
// not mask others; of one that was not heard yet it is not certain that it does.
func (s *Stream) searched(offset int64) SearchConfig {
	cfg := SearchConfig{From: s.cfg.From, Deflate: s.deflated(), Offset: offset, Limit: searchKeeps}
	switch {
	case s.cfg.From != FromClient:
	case s.frame == 0:
		cfg.Either = true
	case s.seen.keys == 0 && !s.cfg.NoCheck:
		cfg.From = FromServer
	}
	return cfg
}

// restart begins the search anew with the last bytes that it holds, those of the last frame of
// a stream; offset is that of the stream's end.
func (w *search) restart(offset int64) {
	w.last = true
	b := w.v.b
	if n := len(b) - lastFrame; n > 0 {
		b = b[:copy(b, b[n:])]
	}
	cfg := SearchConfig{From: w.v.from, Either: w.v.either, Deflate: w.v.deflate, Offset: offset - int64(len(b)), Limit: searchKeeps}
	w.init(cfg)
	w.v.b = b
}

func (w *search) held() int { return len(w.v.b) }

// put gives the memory back.
func (w *search) put() {
	if r := w.room; r != nil {
		r.Left += w.taken
	}
	w.taken = 0
	w.window.b = w.v.b
	w.window.put()
	w.window, w.v.b = nil, nil
}

// look takes bytes into the search and looks when it is time. It reports whether it filled ev.
func (s *Stream) look(ev *Event) bool {
	s.startSearch()
	w := s.search
	n := min(len(s.in), w.next-w.fed)
	w.Feed(s.in[:n])
	s.skip(n)
	w.fed += n
	due := w.fed == w.next
	if due {
		w.next += min(w.next, lookStep)
	}
	if !due && !(len(s.in) == 0 && w.Search.begun > 0) {
		return false
	}
	if p := s.endSearch(ev, false); p != nothing {
		return p == gave
	}
	s.trimSearch()
	return false
}

// trimSearch lets go of bytes that are not needed, or for which there is no room.
func (s *Stream) trimSearch() {
	w := s.search
	before := w.v.base
	w.limit = 1 << 40
	w.Trim()
	w.limit = searchKeeps
	if over := w.held() - searchKeeps; over > w.taken {
		switch r := w.room; {
		case r == nil && over <= ownRoom:
			w.taken = over
		case r != nil && r.Left >= over-w.taken:
			r.Left -= over - w.taken
			w.taken = over
		default:
			w.limit = searchKeeps + w.taken
			w.Trim()
		}
	}
	s.loseSearched(w.v.base - before)
}

// loseSearched counts n bytes of the search that are let go.
func (s *Stream) loseSearched(n int64) {
	if n <= 0 {
		return
	}
	s.passOver(n)
	s.search.lost += n
	s.search.silent = false
}

// endSearch ends the search if there is a boundary: the bytes from there on are decoded next.
// end says that no more bytes will come without a loss.
func (s *Stream) endSearch(ev *Event, end bool) progress {
	w := s.search
	s.startSearch()
	if !w.Look(end) {
		return nothing
	}
	at, _, ok := w.Settle()
	if !ok {
		return nothing
	}
	s.loseSearched(at - w.v.base)
	s.rest = join(s.in, s.rest)
	s.in = w.v.b[at-w.v.base:]
	s.at = at
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
