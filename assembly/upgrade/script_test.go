package upgrade

import (
	"fmt"
	"strings"
	"testing"
	"wscope/assembly/engineio"

	"wscope/assembly"
	"wscope/wsparse"
)

// A script is a conversation, a step an element. Its first letter is the side, A or B, and
// then comes what happens:
//
//	"A:bytes"   these bytes
//	"A-5"       a gap of 5 bytes ("A-?" of unknown length)
//	"A/5"       5 bytes that the capture cut
//	"A^"        the stream began before the capture
//	"A."        FIN; "A!" RST; "A_" the capture ends
//
// Each step is a packet of its own, numbered from 1.
type script []string

// cut says in which pieces a step's bytes come.
type cut func(n int) []int

func whole(n int) []int { return []int{n} }

func bytewise(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = 1
	}
	return p
}

func cutAt(k int) cut {
	return func(n int) []int {
		if k >= n {
			return []int{n}
		}
		return []int{k, n - k}
	}
}

// play runs the script through h.
func (sc script) play(t *testing.T, h assembly.Handler, cut cut) {
	t.Helper()
	for i, step := range sc {
		at := &assembly.Mark{Index: int64(i), Number: int64(i + 1), Time: int64(i+1) * 1000}
		s := assembly.Side(step[0] - 'A')
		switch step[1] {
		case ':':
			b := step[2:]
			for _, n := range cut(len(b)) {
				piece := []byte(b[:n])
				h.Data(s, piece, at)
				for i := range piece { // nobody may keep it
					piece[i] = 0xee
				}
				b = b[n:]
			}
		case '-':
			n := int64(-1)
			fmt.Sscanf(step[2:], "%d", &n)
			h.Gap(s, n, assembly.Lost, at)
		case '/':
			n := int64(0)
			fmt.Sscanf(step[2:], "%d", &n)
			h.Gap(s, n, assembly.Cut, at)
		case '^':
			h.Gap(s, -1, assembly.Early, at)
		case '.':
			h.End(s, assembly.FIN, at)
		case '!':
			h.End(s, assembly.RST, at)
		case '_':
			h.End(s, assembly.CaptEnd, at)
		default:
			t.Fatalf("step %q", step)
		}
	}
}

// recorder writes down what Hooks and Receivers are told, a line a call; data that follow
// each other in one line.
type recorder struct {
	lines   []string
	flows   []*WebSocket
	lastRun string // of data, to which more is appended
	skip    bool   // Found returns nil
}

type recorded struct {
	rec *recorder
	n   int
	end [3]bool
}

func (r *recorder) add(format string, v ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, v...))
	r.lastRun = ""
}

func (r *recorder) hooks() *Hooks {
	return &Hooks{
		Found: func(ws *WebSocket, at *assembly.Mark) Receiver {
			r.flows = append(r.flows, ws)
			n := len(r.flows)
			var b strings.Builder
			fmt.Fprintf(&b, "%d found", n)
			switch ws.Pickup {
			case Midstream:
				b.WriteString(" midstream")
			case Forced:
				b.WriteString(" told")
			}
			fmt.Fprintf(&b, " client=%c", 'A'+ws.Client)
			if ws.HTTP != "" {
				b.WriteString(" http=" + ws.HTTP)
			}
			if ws.StreamID != 0 {
				fmt.Fprintf(&b, " stream=%d", ws.StreamID)
			}
			for _, hop := range ws.Via {
				fmt.Fprintf(&b, " via=%s(%s)", hop.Kind, hop.Target)
			}
			if ws.RealIP != "" {
				b.WriteString(" real=" + ws.RealIP)
			}
			if ws.Secure != nil {
				fmt.Fprintf(&b, " in=%v", ws.Secure)
			}
			r.add("%s @%d,%d", b.String(), ws.Begin.Number, ws.Asked.Number)
			if r.skip {
				return nil
			}
			return &recorded{rec: r, n: n}
		},
		Other: func(c *assembly.Conn, what string) { r.add("other %s", what) },
		Polled: func(p *engineio.Poll) {
			unread := ""
			if p.Unread {
				unread = " unread"
			}
			r.add("poll %s client=%c @%d,%d status %d messages %d %d%s", p.Session, 'A'+p.Client, p.Asked.Number, p.Ended.Number, p.Status,
				p.Messages[0], p.Messages[1], unread)
		},
	}
}

var roles = [...]string{"?", "c", "s"}

func (d *recorded) Answered(at *assembly.Mark) {
	d.rec.add("%d answered @%d", d.n, at.Number)
}

func (d *recorded) Data(from wsparse.Role, b []byte, at *assembly.Mark) {
	run := fmt.Sprintf("%d %s: ", d.n, roles[from])
	if d.rec.lastRun == run {
		d.rec.lines[len(d.rec.lines)-1] += string(b)
		return
	}
	d.rec.add("%s%s", run, b)
	d.rec.lastRun = run
}

func (d *recorded) Gap(from wsparse.Role, n int64, why assembly.Cause, at *assembly.Mark) {
	d.rec.add("%d %s gap %d", d.n, roles[from], n)
}

func (d *recorded) End(from wsparse.Role, why assembly.Cause, code uint64, at *assembly.Mark) {
	causes := map[assembly.Cause]string{assembly.FIN: "fin", assembly.RST: "rst", assembly.CaptEnd: "captend",
		assembly.Reused: "passed", assembly.Idle: "idle"}
	if d.end[from] {
		d.rec.add("%d %s ENDED TWICE", d.n, roles[from])
	}
	d.end[from] = true
	d.rec.add("%d %s %s %d", d.n, roles[from], causes[why], code)
}

// run plays a script over a new connection and gives what was recorded.
func run(t *testing.T, sc script, cut cut, change func(*assembly.Conn, *Hooks)) (*recorder, *assembly.Conn) {
	t.Helper()
	rec := new(recorder)
	c := &assembly.Conn{Initiator: true}
	hooks := rec.hooks()
	if change != nil {
		change(c, hooks)
	}
	sc.play(t, New(c, hooks), cut)
	return rec, c
}

// behaviour is a script and what comes of it.
type behaviour struct {
	name   string
	script script
	want   []string
	change func(*assembly.Conn, *Hooks)
	uncut  bool // the result depends on where segments begin: not tried in pieces
}

// hold runs behaviours whole, byte by byte and cut in two at every place.
func hold(t *testing.T, table []behaviour) {
	for _, b := range table {
		t.Run(b.name, func(t *testing.T) {
			want := strings.Join(b.want, "\n")
			check := func(how string, c cut) {
				t.Helper()
				rec, _ := run(t, b.script, c, b.change)
				if got := strings.Join(rec.lines, "\n"); got != want {
					t.Fatalf("%s, got:\n%q\nwant:\n%q", how, got, want)
				}
			}
			check("whole", whole)
			if b.uncut {
				return
			}
			check("byte by byte", bytewise)
			longest := 0
			for _, s := range b.script {
				longest = max(longest, len(s)-2)
			}
			for k := 1; k < min(longest, 400); k++ {
				check(fmt.Sprintf("cut at %d", k), cutAt(k))
			}
		})
	}
}
