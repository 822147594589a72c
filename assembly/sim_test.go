package assembly

import (
	"fmt"
	"strings"

	"wscope/assembly/link"
)

// sim is a conversation written by hand: segments in, a line for each Handler call out.
// A's stream begins at isn[A], B's at isn[B]; positions count a stream's bytes from 0.
type sim struct {
	Assembler
	isn  [2]uint32
	time int64
	at   int64
	log  []string
	conn []*Conn
	mute bool // the Handler wants nothing
	port uint16
}

const ms = int64(1e6)

func newSim() *sim {
	s := &sim{isn: [2]uint32{1000, 5000}, time: 1e18, port: 40000}
	s.New = func(c *Conn) Handler {
		s.conn = append(s.conn, c)
		if s.mute {
			return nil
		}
		return &logger{s, len(s.conn)}
	}
	return s
}

func (s *sim) mark() Mark {
	s.at++
	return Mark{Index: s.at - 1, Number: s.at, Time: s.time}
}

// segment makes side x's segment at position pos, 1 ms after the last.
func (s *sim) segment(x Side, flags link.Flags, pos int, payload string) *link.Segment {
	s.time += ms
	key := link.Key{Src: link.Addr{10: 255, 11: 255, 12: 10, 15: 1}, Dst: link.Addr{10: 255, 11: 255, 12: 10, 15: 2}, SrcPort: s.port, DstPort: 80}
	if x == B {
		key = key.Reverse()
	}
	seg := &link.Segment{Key: key, Mark: s.mark(), Flags: flags, Payload: []byte(payload), Window: 65535, Scale: -1}
	seg.Seq = s.isn[x] + 1 + uint32(pos)
	if flags&link.SYN != 0 {
		seg.Seq = s.isn[x]
	}
	return seg
}

func (s *sim) send(x Side, pos int, payload string) { s.Segment(s.segment(x, link.PSH, pos, payload)) }

// ack is side x's word that it has its peer's first n bytes.
func (s *sim) ack(x Side, pos, n int) {
	seg := s.segment(x, link.ACK, pos, "")
	seg.Ack = s.isn[x.Other()] + 1 + uint32(n)
	s.Segment(seg)
}

func (s *sim) fin(x Side, pos int) { s.Segment(s.segment(x, link.FIN, pos, "")) }
func (s *sim) rst(x Side, pos int) { s.Segment(s.segment(x, link.RST, pos, "")) }

func (s *sim) syn(x Side) {
	flags := link.SYN
	if x == B {
		flags |= link.ACK
	}
	seg := s.segment(x, flags, 0, "")
	seg.Ack = s.isn[x.Other()] + 1
	if x == A {
		seg.Ack = 0
	}
	s.Segment(seg)
}

func (s *sim) shake() {
	s.syn(A)
	s.syn(B)
	s.ack(A, 0, 0)
}

// tick passes time.
func (s *sim) tick(d int64) {
	s.time += d
	m := s.mark()
	s.Tick(s.time, &m)
}

// finish ends the capture.
func (s *sim) finish() {
	m := s.mark()
	s.Finish(&m)
}

// said gives the calls so far and forgets them.
func (s *sim) said() string {
	out := strings.Join(s.log, ", ")
	s.log = nil
	return out
}

// logger writes down what a connection's Handler is told. The second and later
// connections have their number before the side.
type logger struct {
	*sim
	n int
}

var causes = map[Cause]string{Lost: "lost", Cut: "cut", Limit: "limit", Early: "early", FIN: "fin", RST: "rst", Idle: "idle", Reused: "reused", CaptEnd: "captend"}

func (l *logger) say(x Side, format string, args ...any) {
	who := string("AB"[x])
	if l.n > 1 {
		who = fmt.Sprint(l.n, who)
	}
	l.log = append(l.log, who+" "+fmt.Sprintf(format, args...))
}

func (l *logger) Data(x Side, b []byte, at *Mark)          { l.say(x, "%s", b) }
func (l *logger) Gap(x Side, n int64, why Cause, at *Mark) { l.say(x, "gap %d %s", n, causes[why]) }
func (l *logger) End(x Side, why Cause, at *Mark)          { l.say(x, "end %s", causes[why]) }
