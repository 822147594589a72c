package sealed

// A masked frame is four bytes longer than the same one unmasked. So a ping and its pong, an echo, and a
// heartbeat of words both ways differ by exactly that: nothing else on the web does so steadily.

// small is what is kept of records of one length, as long as a control frame or shorter.
type small struct {
	n        int32
	side     Side
	seen     int64
	answered int64 // by a record that differs by a masking key
	last     int64
	beats    int64 // intervals
	sum      int64
	min, max int64
}

type waiting struct {
	n    int32
	at   int64
	slot int8 // in pairs.sizes
	// answer says that it answered a record itself.
	answer bool
}

const (
	maxSizes    = 12
	mostSmall   = 131 + 6
	answerLimit = int64(10e9)
)

// pairs finds records that answer each other.
type pairs struct {
	sizes   [maxSizes]small
	used    int
	open    [2][4]waiting
	turn    [2]uint8
	hits    int64
	equal   int64 // answers as long as what they answer
	turns   int64 // records that follow one of the other side
	speaker Side
	trips   int64
	tripsT  int64
	tripLo  int64
	tripHi  int64
}

// add takes a record.
func (p *pairs) add(e *sized) {
	if e.n > mostSmall {
		return
	}
	other := &p.open[1-e.side]
	same, answer := false, false
	if p.speaker != e.side {
		p.turns++
		p.speaker = e.side
	}
	for i := range other {
		if e.slack > 3 {
			break // 4 bytes do not show
		}
		w := &other[i]
		if w.n == 0 || e.at-w.at > answerLimit {
			continue
		}
		diff := e.n - w.n
		if e.side == Server {
			diff = -diff
		}
		if diff == 0 {
			same = true
			continue
		}
		if diff != 4 {
			continue
		}
		p.hits++
		if answer = !w.answer; answer { // the next ping is no answer to a pong
			trip := max(e.at-w.at, 0)
			if p.trips == 0 || trip < p.tripLo {
				p.tripLo = trip
			}
			p.trips, p.tripsT, p.tripHi = p.trips+1, p.tripsT+trip, max(p.tripHi, trip)
		}
		if p.sizes[w.slot].n == w.n {
			p.sizes[w.slot].answered++
		}
		w.n = 0
		break
	}
	if same {
		p.equal++
	}
	slot := int8(p.slot(e))
	k := p.turn[e.side] & 3
	p.open[e.side][k] = waiting{e.n, e.at, slot, answer}
	p.turn[e.side]++
}

// slot finds the entry of a record's length, in place of the rarest where all are taken.
func (p *pairs) slot(e *sized) int {
	rarest := 0
	for i := range p.sizes[:p.used] {
		s := &p.sizes[i]
		if s.n == e.n && s.side == e.side {
			if d := e.at - s.last; d > 0 {
				if s.beats == 0 || d < s.min {
					s.min = d
				}
				s.max = max(s.max, d)
				s.beats, s.sum = s.beats+1, s.sum+d
			}
			s.seen, s.last = s.seen+1, e.at
			return i
		}
		if s.seen < p.sizes[rarest].seen {
			rarest = i
		}
	}
	if p.used < maxSizes {
		rarest = p.used
		p.used++
	}
	p.sizes[rarest] = small{n: e.n, side: e.side, seen: 1, last: e.at}
	return rarest
}

// seen is how many records of a length a side sent, as far as lengths are kept.
func (p *pairs) seen(s Side, n int32) int64 {
	for i := range p.sizes[:p.used] {
		if e := &p.sizes[i]; e.side == s && e.n == n {
			return e.seen
		}
	}
	return 0
}

// steady returns how many lengths were answered by a masking key's difference nearly every time,
// and how often in all. A length that came once may be chance, unless most exchanges are so.
func (p *pairs) steady() (sizes, answers int64) {
	mostly := p.hits*3 >= p.turns
	for i := range p.sizes[:p.used] {
		if s := &p.sizes[i]; s.answered > 0 && s.answered*5 >= s.seen*4 && (s.seen > 1 || mostly) {
			sizes++
			answers += s.answered
		}
	}
	return sizes, answers
}

// heartbeat is the mean interval in nanoseconds of the records that came most regularly, those with an answer
// before others; 0 where there are none.
func (p *pairs) heartbeat() int64 {
	best, answered := int64(0), false
	for i := range p.sizes[:p.used] {
		s := &p.sizes[i]
		if s.beats < 2 {
			continue
		}
		mean := s.sum / s.beats
		if mean < 300e6 || s.max-s.min > mean/5+50e6 {
			continue
		}
		a := s.answered*5 >= s.seen*4
		if !a && mean < 1e9 || answered && !a {
			continue
		}
		if best == 0 || a && !answered || mean < best {
			best, answered = mean, a
		}
	}
	return best
}
