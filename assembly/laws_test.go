package assembly

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"wscope/assembly/link"
)

// The laws hold of every capture: each captured byte is accounted for once; what is given are the
// bytes that were sent, in their order; and what the capture holds, whole or in part, late or twice,
// is given as long as the disorder is within bounds.

// recording is a conversation of one connection as captures show it. Damage is done to it step by step.
type recording struct {
	*rand.Rand
	sent  [2][]byte
	isn   [2]uint32
	base  [2]uint32 // what the numbers seen first have more than those sent
	shots []shot
	foul  [2][][2]int // ranges of a stream in which other bytes may be given
	loss  bool        // packets are missing
	apart bool        // more than one connection may be told of
	what  []string
}

// shot is one packet: when it went by, and where it stands in the file.
type shot struct {
	link.Segment
	real bool // sent by the endpoints, to be delivered
	at   int64
	from Side
}

const sec = int64(1e9)

// record makes a conversation: a handshake, both sides talking in turns, acknowledgements, and an end.
func record(r *rand.Rand) *recording {
	c := &recording{Rand: r}
	at := int64(1e18)
	ipid := [2]uint16{uint16(r.Uint32()), uint16(r.Uint32())}
	counts, stamps := r.IntN(3) > 0, r.IntN(2) == 0
	put := func(x Side, flags link.Flags, pos, acked int, payload []byte) {
		at += int64(r.ExpFloat64() * 3e6)
		s := link.Segment{Key: keyFrom(x), Flags: flags, Window: 65535, Scale: -1, Payload: payload}
		s.Seq, s.Ack = c.isn[x]+1+uint32(pos), c.isn[1-x]+1+uint32(acked)
		if flags&link.SYN != 0 {
			s.Seq--
		}
		if flags&link.ACK == 0 {
			s.Ack = 0
		}
		if ipid[x]++; counts {
			s.IPID = max(ipid[x], 1)
		}
		if stamps {
			s.Stamp = uint32(at/1e6) + 1
		}
		c.shots = append(c.shots, shot{s, true, at, x})
	}
	for x := range c.sent {
		c.isn[x] = r.Uint32()
		c.sent[x] = make([]byte, 1+r.IntN(6000))
		for i := range c.sent[x] {
			c.sent[x][i] = byte(r.Uint32())
		}
	}
	put(A, link.SYN, 0, 0, nil)
	put(B, link.SYN|link.ACK, 0, 0, nil)
	put(A, link.ACK, 0, 0, nil)
	var pos [2]int
	for pos[A] < len(c.sent[A]) || pos[B] < len(c.sent[B]) {
		x := Side(r.IntN(2))
		n := min(2+r.IntN([]int{10, 100, 1400}[r.IntN(3)]), len(c.sent[x])-pos[x])
		if len(c.sent[x])-pos[x]-n == 1 {
			n++
		}
		put(x, link.ACK|link.PSH, pos[x], pos[1-x], c.sent[x][pos[x]:pos[x]+n])
		pos[x] += n
	}
	put(A, link.ACK, pos[A], pos[B], nil)
	put(B, link.ACK, pos[B], pos[A], nil)
	put(A, link.FIN|link.ACK, pos[A], pos[B], nil)
	put(B, link.FIN|link.ACK, pos[B], pos[A]+1, nil)
	put(A, link.ACK, pos[A]+1, pos[B]+1, nil)
	return c
}

func keyFrom(x Side) link.Key {
	key := link.Key{SrcPort: 40000, DstPort: 80, Src: link.Addr{15: 1}, Dst: link.Addr{15: 2}}
	if x == B {
		key = key.Reverse()
	}
	return key
}

// A harm is a way in which a capture is not what was sent.
type harm struct {
	name string
	do   func(c *recording)
}

var harms = []harm{
	{"loss", func(c *recording) {
		c.loss = true
		p := 1 + c.IntN(15)
		c.shots = slices.DeleteFunc(c.shots, func(s shot) bool { return len(s.Payload) > 0 && s.real && c.IntN(100) < p })
	}},
	{"sent again", func(c *recording) {
		c.each(10, func(s shot) []shot {
			x, n := s.from, len(s.Payload)
			if n == 0 || !s.real {
				return nil
			}
			pos := int(s.Seq - c.isn[x] - 1)
			from, to := max(0, pos-c.IntN(n+1)), min(len(c.sent[x]), pos+n) // what comes later is not sent yet
			s.Seq, s.Payload = c.isn[x]+1+uint32(from), c.sent[x][from:to]
			s.at += 250e6
			if s.IPID != 0 {
				s.IPID += 20000
			}
			if s.Stamp != 0 {
				s.Stamp += 250
			}
			return []shot{s}
		})
	}},
	{"copies", func(c *recording) {
		late := []int64{20e3, 3e6, 500e6}[c.IntN(3)]
		c.each(100, func(s shot) []shot { s.at += late; return []shot{s} })
	}},
	{"a cut copy first", func(c *recording) {
		var out []shot
		for _, s := range c.shots {
			if n := len(s.Payload); n > 4 && s.real {
				cut := s
				cut.Payload, cut.Missing = s.Payload[:n/2], n-n/2
				out = append(out, cut)
			} else {
				out = append(out, s)
			}
			s.at += 20e3
			out = append(out, s)
		}
		c.shots = out
	}},
	{"tunnels", func(c *recording) {
		kind := c.IntN(3)
		var out []shot
		for _, s := range c.shots {
			if kind < 2 && s.from == B {
				s.Key.Tunnel = uint32(1 + kind)
			}
			if kind > 0 && s.from == A {
				s.Key.Tunnel = 1
			}
			out = append(out, s)
			if kind == 2 { // inside and outside
				s.Key.Tunnel = 0
				s.at += 10e3
				out = append(out, s)
			}
		}
		c.shots = out
	}},
	{"firewall", func(c *recording) {
		add := [2]uint32{c.Uint32() | 1<<22, 0}
		if c.IntN(2) == 0 {
			add[B] = c.Uint32() | 1<<22
		}
		var out []shot
		for _, s := range c.shots {
			inner := s
			if s.from == A {
				s.at += 20e3
			} else {
				inner.at += 20e3
			}
			s.real = false
			s.Seq += add[s.from]
			if s.Flags&link.ACK != 0 {
				s.Ack += add[1-s.from]
			}
			out = append(out, inner, s)
		}
		c.shots, c.base[B] = out, add[B]
	}},
	{"a firewall between the directions", func(c *recording) {
		add := c.Uint32()
		for i := range c.shots {
			if s := &c.shots[i]; s.from == B && s.Flags&link.ACK != 0 {
				s.Ack += add
			}
		}
	}},
	{"late of an earlier connection", func(c *recording) {
		i := slices.IndexFunc(c.shots, func(s shot) bool { return s.Flags&link.SYN != 0 && s.from == A })
		if i < 0 {
			return
		}
		s := c.shots[i]
		s.Seq, s.Ack, s.at, s.real = c.Uint32(), c.Uint32(), s.at+1e3, false
		s.Flags = []link.Flags{link.ACK, link.ACK | link.FIN}[c.IntN(2)]
		c.shots = slices.Insert(c.shots, i+1, s)
	}},
	{"reordered", func(c *recording) {
		late := []int64{1e6, 100e6, 2e9}[c.IntN(3)]
		for i := range c.shots {
			if c.IntN(100) < 10 && i > 2 {
				c.shots[i].at += int64(c.Float64() * float64(late))
			}
		}
	}},
	{"batches", func(c *recording) {
		every := []int64{20e6, 200e6, 1500e6}[c.IntN(3)]
		for i := range c.shots {
			s := &c.shots[i]
			s.Mark.Time = s.at
			s.at = s.at - s.at%every + int64(s.from)*every/2 + (s.at % every / 1000)
		}
	}},
	{"skew", func(c *recording) {
		by := int64((c.Float64()*2 - 1) * 2e9)
		for i := range c.shots {
			if c.shots[i].from == B {
				c.shots[i].at += by
			}
		}
	}},
	{"RST in the window", func(c *recording) {
		c.inject(func(s shot) shot {
			s.Seq += uint32(1 + len(s.Payload) + c.IntN(5000))
			s.Flags, s.Payload = link.RST, nil
			return s
		})
	}},
	{"RST that nobody heard", func(c *recording) {
		c.inject(func(s shot) shot {
			s.Seq += uint32(len(s.Payload))
			s.Flags, s.Payload = link.RST|link.ACK, []byte("no reason")[:c.IntN(10)]
			return s
		})
	}},
	{"FIN ahead", func(c *recording) { // not where a segment begins: there its receiver would believe it
		c.inject(func(s shot) shot {
			s.Seq += uint32(1 + len(s.Payload) + c.IntN(5000))
			for slices.ContainsFunc(c.shots, func(o shot) bool { return o.from == s.from && o.Seq == s.Seq }) {
				s.Seq++
			}
			s.Flags, s.Payload = link.FIN|link.ACK, nil
			return s
		})
	}},
	{"SYN", func(c *recording) {
		c.inject(func(s shot) shot {
			s.Seq, s.Ack = c.Uint32(), 0
			s.Flags, s.Payload = link.SYN, nil
			return s
		})
	}},
	{"injected bytes", func(c *recording) {
		c.inject(func(s shot) shot {
			pos := int(s.Seq + uint32(len(s.Payload)) - c.isn[s.from] - 1)
			s.Seq += uint32(len(s.Payload))
			s.Payload = []byte("no true bytes of this stream at all")[:2+c.IntN(30)]
			s.Stamp = 0
			c.foul[s.from] = append(c.foul[s.from], [2]int{pos, pos + len(s.Payload)})
			return s
		})
	}},
	{"stray", func(c *recording) {
		c.inject(func(s shot) shot {
			s.Seq += 1 << 31
			s.Flags, s.Ack, s.Payload, s.Stamp = link.PSH, 0, []byte("of nobody"), 0
			return s
		})
	}},
	{"set back", func(c *recording) {
		i, by := c.IntN(len(c.shots)), int64(c.Float64()*4e9)
		for i := range c.shots {
			c.shots[i].Mark.Time = c.shots[i].at
		}
		for ; i < len(c.shots); i++ {
			c.shots[i].Mark.Time -= by
		}
	}},
}

// apart are harms that are not done together: what is right then cannot be known, or is not promised.
var apart = map[string][]string{
	"a firewall between the directions": {"firewall", "tunnels", "copies"},
	"firewall":                          {"tunnels"},
	"late of an earlier connection":     {"firewall", "tunnels", "a firewall between the directions"},
	"batches":                           {"a firewall between the directions", "firewall", "a cut copy first"},
	"skew":                              {"late of an earlier connection", "a firewall between the directions", "firewall", "a cut copy first", "batches"},
	"reordered":                         {"a firewall between the directions", "a cut copy first", "firewall"},
	"SYN":                               {"copies", "a cut copy first", "sent again", "skew", "FIN ahead"},
	"set back":                          {"skew", "batches", "reordered", "a cut copy first", "copies"},
}

// each adds what more gives for a percentage of the packets.
func (c *recording) each(percent int, more func(shot) []shot) {
	for _, s := range c.shots[:len(c.shots):len(c.shots)] {
		if c.IntN(100) < percent {
			c.shots = append(c.shots, more(s)...)
		}
	}
}

// inject adds a forged packet behind one of the endpoints' in the middle of the conversation.
func (c *recording) inject(forge func(shot) shot) {
	var data []shot
	for _, s := range c.shots {
		if s.real && len(s.Payload) > 1 && s.Missing == 0 {
			data = append(data, s)
		}
	}
	if len(data) == 0 {
		return
	}
	s := data[c.IntN(len(data))]
	s.at += 1e3
	s.real = false
	if s.IPID != 0 {
		s.IPID += 30000
	}
	c.shots = append(c.shots, forge(s))
}

// onlooker holds the laws against what an Assembler says of a recording.
type onlooker struct {
	*recording
	conn  *Conn
	pos   [2]int // where the stream stands, as its numbers say
	given [2][]bool
	ended [2]int
	bad   string
}

func (o *onlooker) fail(format string, args ...any) {
	if o.bad == "" {
		o.bad = fmt.Sprintf(format, args...)
	}
}

func (o *onlooker) at(x Side) int { return int(int32(o.conn.Reached(x) - o.isn[x] - o.base[x] - 1)) }

func (o *onlooker) Data(x Side, b []byte, _ *Mark) {
	if o.apart {
		return
	}
	end := o.at(x)
	pos := end - len(b)
	if pos < o.pos[x] {
		o.fail("side %d: bytes at %d after %d", x, pos, o.pos[x])
	}
	o.pos[x] = end
	for i, v := range b {
		p := pos + i
		if p < 0 || p >= len(o.sent[x]) || v != o.sent[x][p] {
			if !o.fouled(x, p) {
				o.fail("side %d: a byte at %d that was not sent", x, p)
				return
			}
		}
		if p >= 0 && p < len(o.given[x]) {
			o.given[x][p] = true
		}
	}
}

// fouled reports whether a byte of a stream may be another than was sent there.
func (o *onlooker) fouled(x Side, p int) bool {
	for _, r := range o.foul[x] {
		if p >= r[0] && p < r[1] {
			return true
		}
	}
	return false
}

func (o *onlooker) Gap(x Side, n int64, why Cause, _ *Mark) {
	if o.ended[x] > 0 || n == 0 || n < -1 {
		o.fail("side %d: gap of %d, cause %d", x, n, why)
	}
}

func (o *onlooker) End(x Side, why Cause, _ *Mark) { o.ended[x]++ }

// play runs a recording through an Assembler, in the order of a file, and says which law it broke.
func (c *recording) play() string {
	for i := range c.shots {
		s := &c.shots[i]
		if s.Mark.Time == 0 {
			s.Mark.Time = s.at
		}
	}
	slices.SortStableFunc(c.shots, func(a, b shot) int { return int(min(max(a.at-b.at, -1), 1)) })
	o := &onlooker{recording: c}
	for x := range o.given {
		o.given[x] = make([]bool, len(c.sent[x]))
	}
	var conns ledger
	a := &Assembler{}
	a.New = func(conn *Conn) Handler { o.conn = conn; return o }
	last := int64(0)
	for i := range c.shots {
		s := c.shots[i].Segment
		s.Mark.Index, s.Mark.Number = int64(i), int64(i+1)
		if t := s.Mark.Time - s.Mark.Time%sec; t > last {
			last = t
			a.Tick(t, &s.Mark)
		}
		a.Segment(&s)
		conns.note(a, &s)
	}
	a.Finish(&Mark{Index: int64(len(c.shots)), Time: last})
	if bad := conns.balance(); bad != "" {
		o.fail("%s", bad)
	}
	met := 0
	for _, conn := range conns.conns {
		if conn.met {
			met++
		}
	}
	if a.held != 0 || a.waiting.Len() != 0 || a.conns.used != 0 || a.Stats.Open != 0 {
		o.fail("left: %d held, %d holds, %d connections, %d open", a.held, a.waiting.Len(), a.conns.used, a.Stats.Open)
	}
	if c.apart {
		return o.bad
	}
	if met != 1 {
		o.fail("%d connections", met)
	}
	for x := range o.given {
		if o.ended[x] != 1 {
			o.fail("side %d: ended %d times", x, o.ended[x])
		}
		have := make([]bool, len(c.sent[x]))
		for _, s := range c.shots {
			if s.from == Side(x) && s.real && s.Flags&link.RST == 0 {
				pos := int(int32(s.Seq - c.isn[x] - 1))
				for i := range s.Payload {
					if p := pos + i; p >= 0 && p < len(have) && bytes.Equal(s.Payload[i:i+1], c.sent[x][p:p+1]) {
						have[p] = true
					}
				}
			}
		}
		missing := int64(0)
		for p, h := range have {
			switch {
			case h && !o.given[x][p] && !o.fouled(Side(x), p):
				o.fail("side %d: the byte at %d was captured and not given", x, p)
			case !h && o.given[x][p] && !o.fouled(Side(x), p):
				o.fail("side %d: the byte at %d was given and not captured", x, p)
			case !h && !o.fouled(Side(x), p):
				missing++
			}
		}
		if s := o.conn.Stats(Side(x)); len(c.foul[x]) == 0 && s.LostBytes != missing {
			o.fail("side %d: %d bytes are lost, %d told", x, missing, s.LostBytes)
		}
	}
	return o.bad
}

// ledger is the account of all that an Assembler was given.
type ledger struct {
	conns    []*Conn
	captured int64
}

// note takes note of a segment that was given, and of the connections that there are then.
func (l *ledger) note(a *Assembler, s *link.Segment) {
	l.captured += int64(len(s.Payload))
	for p := range a.lists {
		for conn := range a.lists[p].All() {
			if !slices.Contains(l.conns, conn) {
				l.conns = append(l.conns, conn)
			}
		}
	}
}

// balance says what is wrong with the account when all connections have ended: each captured byte
// is accounted for once, and nothing is negative.
func (l *ledger) balance() string {
	accounted := int64(0)
	for _, conn := range l.conns {
		for _, x := range [2]Side{A, B} {
			s := conn.Stats(x)
			accounted += s.Captured()
			if s.StallTime < 0 || s.ZeroWindowTime < 0 || s.LostBytes < 0 || s.ClockBack < 0 ||
				min(s.Bytes, s.Repeated, s.Probes, s.Behind, s.Reason, s.Foreign, s.Dropped, s.AfterReset) < 0 {
				return fmt.Sprintf("negative: %+v", s)
			}
		}
		if conn.SYNACK < -1 || conn.HandACK < -1 {
			return fmt.Sprintf("negative: %d, %d", conn.SYNACK, conn.HandACK)
		}
	}
	if l.captured != accounted {
		return fmt.Sprintf("%d bytes captured, %d accounted for", l.captured, accounted)
	}
	return ""
}

// TestLaws holds the laws on random conversations with several harms at once. WSCOPE_LAWS is how many.
func TestLaws(t *testing.T) {
	runs := 3000
	if n, err := strconv.Atoi(os.Getenv("WSCOPE_LAWS")); err == nil {
		runs = n
	} else if testing.Short() {
		runs = 1000
	}
	failed := map[string]int{}
	for seed := range uint64(runs) {
		bad, what := lawsOf(seed)
		if bad != "" {
			failed[fmt.Sprint(what)]++
			if len(failed) < 6 {
				t.Errorf("seed %d, %v: %s", seed, what, bad)
			}
		}
	}
	if len(failed) > 0 {
		t.Errorf("%d kinds failed", len(failed))
	}
	t.Logf("%d runs", runs)
}

// lawsOf plays the recording of a seed.
func lawsOf(seed uint64) (bad string, what []string) {
	r := rand.New(rand.NewPCG(seed, 17))
	c := record(r)
	chosen := r.Perm(len(harms))[:seed%5]
	slices.Sort(chosen)
	for _, i := range chosen {
		h := harms[i]
		if slices.ContainsFunc(apart[h.name], func(other string) bool { return slices.Contains(c.what, other) }) {
			continue
		}
		c.what = append(c.what, h.name)
		h.do(c)
	}
	return c.play(), c.what
}
