package assembly

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"wscope/assembly/link"
)

// judge is a Handler that knows what was sent and holds every call against it.
type judge struct {
	sent  [2][]byte
	pos   [2]int64
	lost  [2]int64
	ended [2]int
	bad   string
}

func (j *judge) fail(format string, args ...any) {
	if j.bad == "" {
		j.bad = fmt.Sprintf(format, args...)
	}
}

func (j *judge) Data(x Side, b []byte, at *Mark) {
	p := j.pos[x]
	if j.ended[x] > 0 {
		j.fail("data after the end of %d", x)
	}
	if p+int64(len(b)) > int64(len(j.sent[x])) || !bytes.Equal(b, j.sent[x][p:p+int64(len(b))]) {
		j.fail("side %d: other bytes at %d", x, p)
	}
	j.pos[x] += int64(len(b))
}

func (j *judge) Gap(x Side, n int64, why Cause, at *Mark) {
	if j.ended[x] > 0 {
		j.fail("gap after the end of %d", x)
	}
	if n <= 0 {
		j.fail("side %d: gap of %d, cause %d", x, n, why)
		return
	}
	j.pos[x] += n
	j.lost[x] += n
}

func (j *judge) End(x Side, why Cause, at *Mark) { j.ended[x]++ }

// wire is a list of segments of one conversation that a test cuts, doubles, drops and
// disorders.
type wire struct {
	*rand.Rand
	j    *judge
	isn  [2]uint32
	segs []link.Segment
	gone [2]int64 // bytes that no segment has any more
}

// talk writes both streams down as segments with their ACKs. chop is the largest segment.
func talk(r *rand.Rand, size, chop int) *wire {
	w := &wire{Rand: r, j: &judge{}}
	for x := range w.isn {
		w.isn[x] = -uint32(r.IntN(2 * size)) // nearly all wrap
		w.j.sent[x] = make([]byte, size)
		for i := range w.j.sent[x] {
			w.j.sent[x][i] = byte(r.Uint32())
		}
	}
	w.put(A, link.SYN, 0, 0, 0)
	w.put(B, link.SYN|link.ACK, 0, 0, 0)
	var pos [2]int
	for pos[A] < size || pos[B] < size {
		x := Side(r.IntN(2))
		n := min(1+r.IntN(chop), size-pos[x])
		w.put(x, link.ACK, pos[x], n, pos[1-x])
		pos[x] += n
	}
	w.put(A, link.ACK, size, 0, size)
	w.put(B, link.ACK, size, 0, size)
	w.put(A, link.FIN|link.ACK, size, 0, size)
	w.put(B, link.FIN|link.ACK, size, 0, size+1)
	w.put(A, link.ACK, size+1, 0, size+1)
	return w
}

func (w *wire) put(x Side, flags link.Flags, pos, n, acked int) {
	key := link.Key{SrcPort: 1, DstPort: 2, Src: link.Addr{15: 1}, Dst: link.Addr{15: 2}}
	if x == B {
		key = key.Reverse()
	}
	s := link.Segment{Key: key, Flags: flags, Seq: w.isn[x] + 1 + uint32(pos), Ack: w.isn[1-x] + 1 + uint32(acked), Window: 65535, Scale: -1}
	if flags&link.SYN != 0 {
		s.Seq--
	}
	if n > 0 {
		s.Payload = w.j.sent[x][pos : pos+n]
	}
	w.segs = append(w.segs, s)
}

func (w *wire) sideOf(s *link.Segment) Side { return Side(s.Key.SrcPort - 1) }

// double puts in second copies, with other edges, a little later.
func (w *wire) double(percent int) {
	var out []link.Segment
	for _, s := range w.segs {
		out = append(out, s)
		if n := len(s.Payload); n > 0 && w.IntN(100) < percent {
			x := w.sideOf(&s)
			pos := int(s.Seq - w.isn[x] - 1)
			from := max(0, pos-w.IntN(n+1))
			to := min(len(w.j.sent[x]), pos+n+w.IntN(n+1))
			s.Seq = w.isn[x] + 1 + uint32(from)
			s.Payload = w.j.sent[x][from:to]
			out = append(out, s)
		}
	}
	w.segs = out
}

// disorder moves segments back by up to some places. The handshake and the end stay.
func (w *wire) disorder(percent, places int) {
	for i := 2; i < len(w.segs)-5; i++ {
		if w.IntN(100) < percent {
			k := min(len(w.segs)-6, i+1+w.IntN(places))
			s := w.segs[i]
			copy(w.segs[i:k], w.segs[i+1:k+1])
			w.segs[k] = s
		}
	}
}

// drop takes segments with data away.
func (w *wire) drop(percent int) {
	var have [2][]bool
	for x := range have {
		have[x] = make([]bool, len(w.j.sent[x]))
	}
	out := w.segs[:0]
	for _, s := range w.segs {
		x := w.sideOf(&s)
		if len(s.Payload) > 0 && w.IntN(100) < percent {
			continue
		}
		for i := range s.Payload {
			have[x][int(s.Seq-w.isn[x]-1)+i] = true
		}
		out = append(out, s)
	}
	w.segs = out
	for x := range have {
		for _, h := range have[x] {
			if !h {
				w.gone[x]++
			}
		}
	}
}

// run sends all through an Assembler; step is the capture time between two packets.
func (w *wire) run(step int64) *Assembler {
	a := &Assembler{New: func(*Conn) Handler { return w.j }}
	for i := range w.segs {
		w.segs[i].Mark = Mark{Index: int64(i), Number: int64(i + 1), Time: 1e18 + int64(i)*step}
		s := w.segs[i]
		a.Segment(&s)
	}
	a.Finish(&Mark{Time: 1e18 + int64(len(w.segs))*step})
	return a
}

// TestModel sends random conversations, ill-treated in every way, and holds what
// comes out against what went in: every byte in its place, and nothing missing but what
// no captured segment had.
func TestModel(t *testing.T) {
	segments := 0
	for seed := uint64(1); segments < 1_000_000; seed++ {
		r := rand.New(rand.NewPCG(seed, 4))
		chop := []int{1, 7, 300, 1460}[seed%4]
		w := talk(r, 1+r.IntN(chop*2000), chop)
		if seed%3 > 0 {
			w.double(r.IntN(20))
		}
		if seed%5 > 1 {
			w.drop(r.IntN(10))
		}
		if seed%7 > 1 {
			w.disorder(r.IntN(30), 1+r.IntN(20))
		}
		segments += len(w.segs)
		w.run(int64(1000))
		for x := range w.j.pos {
			if w.j.pos[x] != int64(len(w.j.sent[x])) {
				w.j.fail("side %d: %d of %d bytes", x, w.j.pos[x], len(w.j.sent[x]))
			}
			if w.j.lost[x] != w.gone[x] {
				w.j.fail("side %d: %d bytes told lost, %d were", x, w.j.lost[x], w.gone[x])
			}
			if w.j.ended[x] != 1 {
				w.j.fail("side %d: ended %d times", x, w.j.ended[x])
			}
		}
		if w.j.bad != "" {
			t.Fatalf("seed %d: %s", seed, w.j.bad)
		}
	}
}
