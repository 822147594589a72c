package wsparse

import (
	"encoding/binary"
	"math"
	"slices"
)

// Search looks for a frame boundary in one direction's bytes as they come. It keeps several
// hypotheses, each a chain of frames that are consistent so far, and knows where the next
// header of each must stand: a boundary is found whatever the size of frames, and those of
// many megabytes are confirmed without their bytes.
//
// Evidence is counted as FindBoundary does; that a frame begins or ends where a segment does
// is evidence too.
type Search struct {
	v     view
	need  float64 // bits wanted where a frame may begin anywhere
	limit int     // most bytes that are kept

	origin int64   // offset at which the search began
	tried  int64   // offsets before this one were tried as the beginning of a frame
	stood  int64   // segments that begin before this offset were
	alive  []chain // the hypotheses
	begun  int     // segments that began so far
}

// SearchConfig says what is searched for.
type SearchConfig struct {
	From    Role
	Deflate bool  // RSV1 may be set
	Strict  bool  // it is not known that these are WebSocket frames: more evidence is wanted, and of several kinds
	Offset  int64 // of the first byte to be fed
	Either  bool  // though From is known its frames may be masked as nobody's of its role are; more evidence is wanted for those
	Limit   int   // bytes that are kept at most, for those that decode from the boundary on; 0 keeps few
}

// The evidence that is wanted, in bits: where nothing is known; where it is known that these
// are frames; and the same where a segment begins, as most frames do.
const (
	needStrict = 28
	needKnown  = 16
	needStart  = 11
	needOdd    = 10 // besides, where the frames are masked and should not be, or the other way round
)

// The bounds of a Search.
const (
	maxAlive   = 64      // hypotheses
	maxStarts  = 4096    // segments whose beginning is remembered
	searchTail = 4 << 10 // bytes that are kept whatever the limit: a header and the beginning of a text
)

// NewSearch returns a Search at the byte at cfg.Offset.
func NewSearch(cfg SearchConfig) *Search {
	s := new(Search)
	s.init(cfg)
	return s
}

func (s *Search) init(cfg SearchConfig) {
	*s = Search{need: needKnown, limit: max(cfg.Limit, searchTail), origin: cfg.Offset, tried: cfg.Offset}
	s.v = view{base: cfg.Offset, from: cfg.From, either: cfg.Either, deflate: cfg.Deflate, strict: cfg.Strict, b: s.v.b[:0]}
	if cfg.Strict {
		s.need = needStrict
	}
}

// Segment says that the next byte to be fed is the first of a segment (or of a TLS record).
func (s *Search) Segment() {
	if len(s.v.starts) == maxStarts {
		s.v.starts = append(s.v.starts[:0], s.v.starts[maxStarts/2:]...)
	}
	at := s.Offset()
	if n := len(s.v.starts); n > 0 && s.v.starts[n-1] == at {
		return
	}
	s.v.starts = append(s.v.starts, at)
	s.begun++
}

// Offset is that of the next byte to be fed.
func (s *Search) Offset() int64 { return s.v.base + int64(len(s.v.b)) }

// Feed gives the next bytes, which are copied.
func (s *Search) Feed(b []byte) {
	s.v.b = append(s.v.b, b...)
}

// Look works on what was fed. It reports whether a boundary is found. end says that no byte will
// follow, or none without a gap.
func (s *Search) Look(end bool) bool {
	s.v.partial, s.v.end = end, end
	kept := s.alive[:0]
	for i := range s.alive {
		if c := &s.alive[i]; c.follow(&s.v) && c.frames < chainFrames {
			kept = append(kept, *c)
		}
	}
	s.alive = kept
	i, _ := slices.BinarySearch(s.v.starts, s.stood)
	for _, at := range s.v.starts[i:] {
		if !s.try(at, true) {
			break
		}
		s.stood = at + 1
	}
	s.tried = s.v.behindZeros(s.tried)
	for s.tried < s.Offset() && (s.v.isStart(s.tried) && s.tried < s.stood || s.try(s.tried, false)) {
		s.tried = s.v.behindZeros(s.tried + 1)
	}
	return s.found() != nil
}

// behindZeros returns the first offset from which on there are not chainDull empty continuation frames: a
// chain that begins with so many is none, and sparse data would be followed at every byte.
func (v *view) behindZeros(offset int64) int64 {
	b := v.from0(offset)
	for len(b) >= 2*chainDull && binary.LittleEndian.Uint64(b) == 0 {
		b, offset = b[1:], offset+1
	}
	return offset
}

// try makes a hypothesis of the offset if a frame may begin there. It reports false where
// more bytes are needed to know.
func (s *Search) try(at int64, aligned bool) bool {
	b := s.v.from0(at)
	switch {
	case len(b) == 0:
		return false
	case !s.v.mayBegin(b[0]):
		return true
	case !aligned && !s.v.partial && len(b) < MaxHeader+textLook:
		return false
	}
	c := chain{start: at, at: at, aligned: aligned, hitAt: -1}
	if c.follow(&s.v) {
		if c.frames == 0 {
			return s.v.partial
		}
		s.keep(&c)
	}
	return true
}

// keep adds a hypothesis; where there are too many, the weakest goes.
func (s *Search) keep(c *chain) {
	if len(s.alive) < maxAlive {
		s.alive = append(s.alive, *c)
		return
	}
	weakest := 0
	for i := range s.alive {
		if s.surplus(&s.alive[i]) < s.surplus(&s.alive[weakest]) {
			weakest = i
		}
	}
	if s.surplus(c) > s.surplus(&s.alive[weakest]) {
		s.alive = append(slices.Delete(s.alive, weakest, weakest+1), *c)
	}
}

// chances is what the number of places at which chance had an opportunity takes off.
func (s *Search) chances(c *chain) float64 {
	if c.aligned {
		return math.Log2(float64(1 + s.begun))
	}
	return math.Log2(float64(c.start - s.origin + 1))
}

// surplus is the evidence beyond what is wanted.
func (s *Search) surplus(c *chain) float64 {
	need := s.need
	if need == needKnown && c.aligned {
		need = needStart
	}
	if s.v.odd(c.masked) {
		need += needOdd
	}
	return c.bits() - s.chances(c) - need
}

// found returns the hypothesis that is proved; nil for none.
func (s *Search) found() *chain {
	var best *chain
	for i := range s.alive {
		c := &s.alive[i]
		switch {
		case c.start > s.Offset(), s.surplus(c) < 0, c.frames < 3 && !c.exact && s.surplus(c) < 8:
		case best == nil, c.at == best.at && c.start < best.start:
			best = c // the same frames, and one before them
		}
	}
	return best
}

// Settle returns the boundary that was found. Call it once Look has returned true.
func (s *Search) Settle() (at int64, masked, ok bool) {
	for {
		c := s.found()
		if c == nil {
			return 0, false, false
		}
		if c.dropFalseFirst(s.chances(c)) && s.surplus(c) >= 0 && !(c.masked && s.v.repeats(c.start)) {
			return c.start, c.masked, true
		}
		*c = s.alive[len(s.alive)-1]
		s.alive = s.alive[:len(s.alive)-1]
	}
}

// Trim lets go of the bytes that no hypothesis needs, and of more where the limit asks for it: a
// hypothesis then stands for the frames from its next header on. It returns the offset of the first
// byte that is kept.
func (s *Search) Trim() int64 {
	from := s.tried
	for i := range s.alive {
		from = min(from, s.alive[i].start)
	}
	s.drop(from)
	if over := len(s.v.b) - s.limit; over > 0 {
		s.drop(min(s.v.base+int64(over), s.tried))
	}
	return s.v.base
}

// drop lets go of the bytes before offset.
func (s *Search) drop(offset int64) {
	n := min(offset-s.v.base, int64(len(s.v.b)))
	if n <= 0 {
		return
	}
	for i := range s.alive {
		if c := &s.alive[i]; c.start < offset {
			c.start = c.at
			c.first = math.Inf(1)
		}
	}
	s.v.b = append(s.v.b[:0], s.v.b[n:]...)
	s.v.base += n
	s.tried = max(s.tried, s.v.base)
	for i := range s.v.starts {
		if s.v.starts[i] >= s.v.base {
			s.v.starts = slices.Delete(s.v.starts, 0, i)
			return
		}
	}
	s.v.starts = s.v.starts[:0]
}

// Gap takes that n bytes are missing; -1 where the number is unknown. Hypotheses live on whose next
// header stands behind the gap.
func (s *Search) Gap(n int64) {
	end := s.Offset()
	kept := s.alive[:0]
	for i := range s.alive {
		if c := &s.alive[i]; n >= 0 && c.at >= end+n && c.frames > 0 {
			c.start, c.first = c.at, math.Inf(1)
			kept = append(kept, *c)
		}
	}
	s.alive = kept
	s.v.b = s.v.b[:0]
	s.v.starts = s.v.starts[:0]
	s.v.base = end + max(n, 0)
	s.tried, s.stood = s.v.base, s.v.base
}

// Promising reports whether there is a hypothesis that only bytes which are far can prove: a long
// frame that begins where a segment does.
func (s *Search) Promising() bool {
	for i := range s.alive {
		if c := &s.alive[i]; c.aligned && c.long > 0 && c.at >= s.Offset() {
			return true
		}
	}
	return false
}

// Surplus is the evidence of the best hypothesis beyond what is wanted, in bits.
func (s *Search) Surplus() float64 {
	if c := s.found(); c != nil {
		return s.surplus(c)
	}
	return math.Inf(-1)
}

// Segments is how many segments began.
func (s *Search) Segments() int { return s.begun }

// Leans reports whether there is a hypothesis with some evidence whose frames are masked, or not.
func (s *Search) Leans(masked bool) bool {
	for i := range s.alive {
		if c := &s.alive[i]; c.masked == masked && c.aligned && c.hits > 0 && s.surplus(c)+s.need > needStart {
			return true
		}
	}
	return false
}
