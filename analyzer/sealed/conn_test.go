package sealed

import (
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"testing"
)

// talker writes TLS 1.3 records as a client and a server do.
type talker struct {
	c      *Conn
	now    int64
	packet int64
	cut    int // segments are of so many bytes; 0 is one a record
}

func newTalker(f Facts) *talker {
	return &talker{c: New(func() Facts { return f }, false), now: 1e9}
}

func tls13() Facts { return Facts{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", NoTickets: true} }

// record sends one of n bytes of plaintext, after a wait in milliseconds.
func (t *talker) record(s Side, wait float64, n int) {
	t.now += int64(wait * 1e6)
	b := make([]byte, headerLen+n+17)
	b[0], b[1], b[2] = typeData, 3, 3
	binary.BigEndian.PutUint16(b[3:], uint16(n+17))
	for len(b) > 0 {
		k := len(b)
		if t.cut > 0 {
			k = min(k, t.cut)
		}
		t.packet++
		t.c.Data(s, b[:k], t.now, t.packet)
		b = b[k:]
	}
}

// open shakes hands, asks for a WebSocket and answers.
func (t *talker) open() {
	for _, n := range []int{20, 800, 80, 36} {
		t.record(Server, 0, n)
	}
	t.record(Client, 1, 36)
	t.record(Client, 1, 220)
	t.record(Server, 1, 129)
}

func (t *talker) end(first Side) {
	t.record(first, 0, alertLen)
	t.c.End(first, FIN, t.now)
	t.record(1-first, 0, alertLen)
	t.c.End(1-first, FIN, t.now)
}

// frame is the length of a frame with so much payload.
func frame(s Side, payload int) int {
	n := payload + 2
	if payload > 125 {
		n += 2
	}
	if payload > 65535 {
		n += 6
	}
	if s == Client {
		n += 4
	}
	return n
}

func TestEcho(t *testing.T) {
	for _, cut := range []int{0, 1, 3, 1448} {
		w := newTalker(tls13())
		w.cut = cut
		w.open()
		payload := int64(0)
		for i := range 40 {
			w.record(Client, 30, frame(Client, 7*i))
			w.record(Server, 2, frame(Server, 7*i))
			payload += int64(7 * i)
		}
		w.record(Client, 10, 8)
		w.record(Server, 1, 4)
		w.end(Server)
		e := w.c.Estimate()
		if e.Likely != WebSocket || e.Confidence < 0.95 {
			t.Errorf("cut %d: %s %v: %v", cut, e.Likely, e.Confidence, e.Why)
		}
		for s, d := range e.Sides {
			if d.About != 41 || d.AtLeast != 41 || d.Payload != payload+2 || d.PayloadError > 60 {
				t.Errorf("cut %d, side %d: %+v", cut, s, d)
			}
		}
		if k := e.Closing; !k.Frames || k.By != Client || !k.Notify[Client] || !k.Notify[Server] {
			t.Errorf("cut %d: %+v", cut, k)
		}
	}
}

// Writers cut long messages in ways of their own.
func TestOneMessageInManyRecords(t *testing.T) {
	for name, parts := range map[string][]int{
		"16 KiB records":          {16384, 16384, 500},
		"Go's growing records":    {1186, 2372, 3558, 100},
		"a buffer, then Go's":     {4096, 1186, 300},
		"records of 512":          {512, 512, 512, 9},
		"a header alone":          {4, 900},
		"gorilla's whole buffer":  {4086, 2372, 11860, 90},
		"fragments of a buffer":   {4100, 4100, 1000},
		"fragments of 1024 bytes": {1028, 1028, 1028, 30},
	} {
		w := newTalker(tls13())
		w.open()
		for range 5 {
			w.record(Client, 100, 20)
			for i, n := range parts {
				w.record(Server, []float64{10, 0.05}[min(i, 1)], n)
			}
		}
		if e := w.c.Estimate(); e.Likely != WebSocket || e.Sides[Server].About != 5 || e.Sides[Server].AtLeast > 5 {
			t.Errorf("%s: %s, %+v", name, e.Likely, e.Sides[Server])
		}
	}
}

// TestDroppedIsNotClosed ends a connection without Close frames, some time behind a pong: a Close is as long, but comes once, or
// with the end of TCP behind it. The next ping is no answer to the pong before.
func TestDroppedIsNotClosed(t *testing.T) {
	for _, c := range []struct {
		payload int
		after   int64 // of FIN, milliseconds
		last    []int
		closed  bool
	}{
		{4, 320, nil, false},
		{2, 320, nil, false}, // as long as a Close with a code
		{0, 5000, nil, false},
		{9, 2, []int{8, 4}, true},
		{9, 5000, []int{8, 4}, true}, // a client that waits for the server's FIN
		{2, 2, []int{8, 4}, true},
		{9, 2, []int{21, 17}, true}, // with a reason
		{9, 320, []int{21, 17}, false},
	} {
		w := newTalker(tls13())
		w.open()
		for range 6 {
			w.record(Client, 330, frame(Client, c.payload))
			w.record(Server, 1, frame(Server, c.payload))
		}
		for i, n := range c.last {
			w.record(Side(i), 20, n)
		}
		w.now += c.after * 1e6
		w.end(Client)
		e := w.c.Estimate()
		if e.Closing.Frames != c.closed || e.Closing.Half {
			t.Errorf("%+v: %+v", c, e.Closing)
		}
		if e.TripMax > 20e6 {
			t.Errorf("%+v: a round trip of %d ns", c, e.TripMax)
		}
	}
}

func TestHeartbeat(t *testing.T) {
	w := newTalker(tls13())
	w.open()
	for range 6 {
		w.record(Server, 20000, 6)
		w.record(Client, 30, 10)
	}
	e := w.c.Estimate()
	if e.Likely != WebSocket || e.Heartbeat < 20.0e9 || e.Heartbeat > 20.1e9 || e.Trips != 6 || e.TripMin != 30e6 {
		t.Errorf("%+v", e)
	}
}

func TestWhatIsNoWebSocket(t *testing.T) {
	h2, mail := tls13(), tls13()
	h2.Version, h2.ALPN, h2.Cipher = "1.2", "h2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
	for _, c := range []struct {
		name  string
		facts Facts
		want  string
		talk  func(w *talker)
	}{
		{"keep-alive", tls13(), HTTP1, func(w *talker) {
			for i := range 10 {
				w.record(Client, 50, 200+i)
				w.record(Server, 5, 180+13*i)
			}
		}},
		{"posts with a body of their own", tls13(), HTTP1, func(w *talker) {
			for i := range 10 {
				w.record(Client, 50, 240)
				w.record(Client, 0.1, 10+i)
				w.record(Server, 5, 140)
			}
		}},
		{"events", tls13(), SSE, func(w *talker) {
			w.record(Client, 1, 300)
			w.record(Server, 1, 180)
			for range 10 {
				w.record(Server, 500, 40)
			}
		}},
		{"HTTP/2", h2, HTTP2, func(w *talker) { w.record(Client, 1, 60); w.record(Server, 1, 40) }},
		{"mail", mail, Other, func(w *talker) {
			w.record(Server, 1, 40)
			w.record(Client, 1, 18)
			w.record(Server, 1, 140)
		}},
		{"MQTT", tls13(), Other, func(w *talker) {
			w.record(Client, 1, 150)
			w.record(Server, 1, 4)
			for range 5 {
				w.record(Client, 1000, 2)
				w.record(Server, 1, 2)
			}
		}},
	} {
		w := newTalker(c.facts)
		for _, n := range []int{20, 800, 80, 36} {
			w.record(Server, 0, n)
		}
		w.record(Client, 1, 36)
		c.talk(w)
		if e := w.c.Estimate(); e.Likely != c.want || e.Sides[Server].Messages {
			t.Errorf("%s: %s %v: %v", c.name, e.Likely, e.Confidence, e.Why)
		}
	}
}

// TestJoinedMidway loses the beginning, within a record.
func TestJoinedMidway(t *testing.T) {
	c := New(func() Facts { return Facts{} }, true)
	c.Search(Client)
	c.Search(Server)
	c.Data(Client, []byte("the rest of a record"), 1, 1)
	w := &talker{c: c, now: 1e9}
	for i := range 20 {
		w.record(Client, 30, frame(Client, 3*i))
		w.record(Server, 2, frame(Server, 3*i))
	}
	e := c.Estimate()
	if e.Likely != WebSocket || e.Confidence > 0.9 || e.Sides[Client].Records != 20 || e.Sides[Client].About != 20 {
		t.Errorf("%+v", e)
	}
}

// TestGaps takes bytes away: within a record its length is known all the same.
func TestGaps(t *testing.T) {
	w := newTalker(tls13())
	w.open()
	for i := range 20 {
		w.record(Client, 30, frame(Client, 3*i))
		w.record(Server, 2, frame(Server, 3*i))
	}
	b := make([]byte, headerLen+100)
	b[0], b[1], b[2], b[4] = typeData, 3, 3, 200
	w.c.Data(Server, b, w.now, 1000)
	w.c.Gap(Server, 100, w.now, 1001)
	w.c.Gap(Client, -1, w.now, 1002)
	w.record(Client, 30, 20)
	e := w.c.Estimate()
	if d := e.Sides[Server]; d.About != 21 || d.LostBytes != 100 || d.Holes != 0 {
		t.Errorf("server: %+v", d)
	}
	if d := e.Sides[Client]; d.About != 21 || d.Holes != 1 {
		t.Errorf("client: %+v", d)
	}
}

// TestBounds holds the bounds to WebSockets of many shapes: at least is never more than there were, and the
// payload is within its error.
func TestBounds(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := newTalker(tls13())
		w.open()
		var count, payload [2]int64
		most := 1 + r.IntN(40000)
		for range 5 + r.IntN(60) {
			s := Side(r.IntN(2))
			n := r.IntN(most)
			if r.IntN(2) == 0 {
				n = r.IntN(100)
			}
			wait := r.ExpFloat64() * 60
			for left := frame(s, n); left > 0; left -= 16384 {
				w.record(s, wait, min(left, 16384))
				wait = 0.1
			}
			count[s]++
			payload[s] += int64(n)
		}
		e := w.c.Estimate()
		for s, d := range e.Sides {
			if d.AtLeast > count[s] || d.Payload-payload[s] > d.PayloadError || payload[s]-d.Payload > d.PayloadError {
				t.Errorf("seed %d, side %d: %d messages, %d bytes; %+v", seed, s, count[s], payload[s], d)
			}
		}
	}
}

// TestEveryCut gives the same bytes in segments of all lengths.
func TestEveryCut(t *testing.T) {
	var want Estimate
	for cut := range 60 {
		w := newTalker(tls13())
		w.cut = cut
		w.open()
		for i := range 30 {
			w.record(Client, 30, frame(Client, i))
			w.record(Server, 2, frame(Server, 2*i))
		}
		e := w.c.Estimate()
		if cut == 0 {
			want = e
		} else if !reflect.DeepEqual(e, want) {
			t.Fatalf("segments of %d bytes: %+v, want %+v", cut, e, want)
		}
	}
}

// FuzzConn takes any bytes, holes and ends in any order.
func FuzzConn(f *testing.F) {
	f.Add([]byte{1, 0x17, 3, 3, 0, 19, 0, 0, 2, 9}, false)
	f.Add([]byte{}, true)
	f.Fuzz(func(t *testing.T, b []byte, midway bool) {
		suites := []Facts{{}, tls13(), {Version: "1.0", Cipher: "TLS_RSA_WITH_AES_128_CBC_SHA"}, {Version: "1.2", Cipher: "TLS_RSA_WITH_AES_128_CCM_8"}}
		k := 0
		if len(b) > 0 {
			k = int(b[0]) % len(suites)
		}
		c := New(func() Facts { return suites[k] }, midway)
		now := int64(0)
		for len(b) > 1 {
			op, n := b[0], min(int(b[1]), len(b)-2)
			s := Side(op & 1)
			part := b[2 : 2+n]
			b = b[2+n:]
			now += int64(op) * 1e6
			switch op >> 1 & 7 {
			case 6:
				c.Gap(s, int64(n)-1, now, now)
			case 7:
				c.End(s, Ending(n%3), now)
			default:
				for i := range part { // most of it shall be records
					if i == 0 && n > 5 {
						part[0], part[1], part[2], part[3] = typeData, 3, 3, 0
					}
				}
				c.Data(s, part, now, now)
			}
		}
		if len(c.recent) > maxPrefix {
			t.Fatalf("%d events are kept", len(c.recent))
		}
		e := c.Estimate()
		for s, d := range e.Sides {
			if d.AtLeast < 0 || d.About < d.AtLeast || d.Payload < 0 || d.PayloadError < 0 || d.AtLeast > d.Records {
				t.Fatalf("side %d: %+v", s, d)
			}
		}
	})
}
