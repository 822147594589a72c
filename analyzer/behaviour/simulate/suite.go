package simulate

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// run is one run of a program's suite.
type run struct {
	p        *Program
	change   *Change
	w        weather
	r        *rand.Rand // what the program does at random
	now      time.Duration
	port     uint16
	segments []segment
	cut      time.Duration // the capture's end; 0 is after everything
	seed     uint64
}

// Run gives the capture of one run of the suite. change may be nil.
func (p *Program) Run(change *Change, seed uint64, c Conditions) []byte {
	u := &run{p: p, change: change, seed: seed, r: rand.New(rand.NewPCG(seed, p.Seed)), now: time.Millisecond}
	u.w = weather{c, rand.New(rand.NewPCG(seed, p.Seed+1))}
	u.port = uint16(32768 + u.r.IntN(20000))
	u.suite()
	if u.cut > 0 {
		u.segments = slices.DeleteFunc(u.segments, func(s segment) bool { return s.at > u.cut })
	}
	return pcap(u.segments, time.Duration(seed%1000)*time.Hour)
}

func (u *run) suite() {
	p := u.p
	order := make([]int, len(p.tests))
	for i := range order {
		order[i] = i
	}
	if p.style == "shuffled" {
		u.r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	cut := u.seed%4 == 2 && u.change == nil // the capture ends before the last connection does
	switch p.style {
	case "each", "shuffled":
		for n, i := range order {
			s := u.connect()
			if s == nil {
				continue
			}
			s.test(p.tests[i])
			s.close(cut && n == len(order)-1)
			u.now += u.w.pause(5 * time.Millisecond)
		}
	default:
		s := u.connect()
		if s == nil {
			return
		}
		if p.style == "pair" {
			if s.other = u.connect(); s.other != nil {
				s.other.other = nil
			}
		}
		for _, i := range order {
			s.test(p.tests[i])
		}
		s.close(cut)
		if s.other != nil {
			s.other.close(cut)
		}
	}
}

// session is a WebSocket of the run.
type session struct {
	u      *run
	c      *conn
	other  *session // another client in the same room
	timers []*timer
	topic  string
	nextID int
	seq    [2]int
	said   map[string]int
	pushed int   // events that were numbered
	held   *held // a message that a change holds back until the next
	joined string
	over   bool
}

type timer struct {
	due  time.Duration
	fire func(s *session, at time.Duration)
	next func() time.Duration
}

// fill draws the values that a text asks for in braces.
func (u *run) fill(s string) string {
	if strings.Contains(s, "{id}") {
		s = strings.ReplaceAll(s, "{id}", newID(u.r, u.p.ids))
	}
	if strings.Contains(s, "{token}") {
		s = strings.ReplaceAll(s, "{token}", draw(u.r, letters62, 24))
	}
	return s
}

// connect opens a connection; nil where it was refused and the client gave up.
func (u *run) connect() *session {
	p := u.p
	up := upgrade{path: "/" + strings.Join(p.path, "/"), offered: p.offered, agreed: p.agreed, deflate: p.deflate}
	for i, q := range p.query {
		up.path += map[bool]string{true: "?", false: "&"}[i == 0] + q
	}
	up.path = u.fill(up.path)
	for _, h := range p.headers {
		up.headers = append(up.headers, [2]string{h[0], u.fill(h[1])})
	}
	up.answers = [][2]string{{"Server", "demo/1.0"}}
	for try := 0; ; try++ {
		again := u.change.handshake(&up, try)
		s := u.open(&up)
		if up.status == 0 {
			s.begin()
			return s
		}
		s.end(false)
		if !again {
			return nil
		}
		u.now += u.w.pause(20 * time.Millisecond)
		up.status, up.answers = 0, [][2]string{{"Server", "demo/1.0"}}
	}
}

func (u *run) open(up *upgrade) *session {
	u.port++
	c := &conn{port: u.port, opened: u.now}
	s := &session{u: u, c: c, said: map[string]int{}, topic: newID(u.r, u.p.ids)}
	key := make([]byte, 16)
	for i := range key {
		key[i] = byte(u.r.Uint32())
	}
	request, answer := up.texts(base64.StdEncoding.EncodeToString(key))
	at := u.now + u.w.hop() + u.w.hop() + u.w.hop() // TCP's handshake before
	at = c.put(at, true, []byte(request), 0)
	at = c.put(at+u.w.work(600*time.Microsecond)+up.answerDelay, false, []byte(answer), 0)
	u.now = at + u.w.hop()
	return s
}

// begin says what connections begin with, and starts the timers.
func (s *session) begin() {
	u, p := s.u, s.u.p
	for i := range p.ticks {
		t := &p.ticks[i]
		next := func() time.Duration {
			if t.random {
				return u.w.pause(u.w.exp(t.period))
			}
			return u.w.pause(t.period)
		}
		s.timers = append(s.timers, &timer{u.now + next(), func(s *session, at time.Duration) {
			s.emit(at, &message{kind: t.kind.name, body: u.values(t.kind.fields), topic: s.topic})
		}, next})
	}
	s.beats()
	if p.hello != nil {
		u.now += u.w.work(200 * time.Microsecond)
		s.emit(u.now, &message{kind: p.hello.name, body: u.values(p.hello.fields)})
		u.now += u.w.hop()
	}
	s.ritual()
	if p.login != nil {
		s.do(p.login)
	}
}

func (s *session) beats() {
	u, b := s.u, s.u.p.beat
	period := u.change.beat(b.period)
	if period == 0 {
		return
	}
	next := func() time.Duration { return u.w.pause(period) }
	fire := func(s *session, at time.Duration) {
		answered := !u.change.is("pong-missing")
		if b.frames {
			s.raw(at, b.client, 9, []byte("hb"))
			if answered {
				s.raw(at+u.w.hop()*2+u.w.work(100*time.Microsecond), !b.client, 10, []byte("hb"))
			}
			return
		}
		s.emit(at, &message{client: b.client, kind: b.name})
		if b.answer != "" && answered {
			s.emit(at+u.w.hop()*2+u.w.work(100*time.Microsecond), &message{client: !b.client, kind: b.answer})
		}
	}
	s.timers = append(s.timers, &timer{u.now + next(), fire, next})
}

// flush lets the timers go off that are due.
func (s *session) flush(until time.Duration) {
	for {
		var first *timer
		for _, t := range s.timers {
			if t.due < until && (first == nil || t.due < first.due) {
				first = t
			}
		}
		if first == nil {
			return
		}
		at := first.due
		first.due += first.next()
		first.fire(s, at)
	}
}

func (s *session) test(steps []step) {
	for _, st := range steps {
		if s.over {
			return
		}
		switch {
		case st.pause > 0:
			s.u.now += s.u.w.pause(st.pause)
			s.flush(s.u.now)
		}
		if len(st.parallel) > 0 {
			s.parallel(st.parallel)
			continue
		}
		s.do(s.u.p.ops[st.op])
	}
}

// parallel asks for several things at once.
func (s *session) parallel(ops []int) {
	start, end := s.u.now, s.u.now
	for i, op := range ops {
		s.u.now = start + time.Duration(i)*20*time.Microsecond
		s.do(s.u.p.ops[op])
		end = max(end, s.u.now)
	}
	s.u.now = end
}

// do has the client ask for an operation and wait for its answer.
func (s *session) do(o *operation) {
	u := s.u
	s.nextID++
	q := &message{client: true, kind: o.request.name, id: s.id(), topic: s.topic, body: u.values(o.request.fields)}
	arrives := u.now + u.w.hop()
	arrives = s.emit(arrives, q)
	u.change.roundTrip(s, q, &arrives)
	work := u.change.work(u.w.work(o.work), q)
	done := arrives + work
	pushes := o.pushes
	early := o.race && len(pushes) > 0 && u.r.Float64() < 0.12
	if early {
		s.pushes(done, pushes[:1], o) // by another part of the program, which was quicker
		pushes, done = pushes[1:], done+u.w.work(2*time.Millisecond)
	}
	back := u.now + u.w.work(100*time.Microsecond)
	if o.reply != nil {
		a := &message{kind: o.reply.name, id: q.id, reply: true, code: o.fails, topic: s.topic, body: u.values(o.reply.fields)}
		s.emit(done, a)
		back = done + u.w.hop()
	}
	s.pushes(done+u.w.work(80*time.Microsecond), pushes, o)
	u.now = max(back, u.now)
}

func (s *session) pushes(at time.Duration, list []kind, o *operation) {
	u := s.u
	for i := range list {
		n := o.least
		if o.more > 0 {
			n += u.r.IntN(o.more + 1)
		}
		for range n {
			m := &message{kind: list[i].name, topic: s.topic, body: u.values(list[i].fields)}
			if s.other != nil {
				s.other.emit(at, m.clone())
			}
			s.emit(at, m)
			at += u.w.work(60 * time.Microsecond)
		}
	}
	u.now = max(u.now, at-u.w.work(200*time.Microsecond))
}

// id is that of the next request.
func (s *session) id() string {
	switch s.u.p.Family {
	case "ocpp", "jupyter":
		return newID(s.u.r, "uuid")
	}
	return fmt.Sprint(s.nextID)
}

// emit says a message, as the change has it.
// It returns when that was: bytes do not overtake.
func (s *session) emit(at time.Duration, m *message) time.Duration {
	if s.over {
		return at
	}
	s.flush(at)
	s.said[m.kind]++
	for _, h := range s.u.change.apply(s, at, m) {
		opcode, payload := s.encode(h.m)
		at = s.raw(h.at, h.m.client, opcode, payload)
	}
	return at
}

func (s *session) raw(at time.Duration, client bool, opcode byte, payload []byte) time.Duration {
	return s.c.put(at, client, frame(client, opcode, payload, s.u.r.Uint32()), 0)
}

// close ends the connection as the program does.
func (s *session) close(cut bool) {
	u := s.u
	u.now += u.w.work(300 * time.Microsecond)
	s.flush(u.now)
	if h := s.held; h != nil {
		s.held = nil
		opcode, payload := s.encode(h.m)
		s.raw(u.now, h.m.client, opcode, payload)
	}
	bye := u.p.bye
	code := u.change.code(1000)
	payload := []byte{byte(code >> 8), byte(code)}
	if bye == "empty" && code == 1000 {
		payload, bye = nil, "client"
	}
	last := max(s.c.last[0], s.c.last[1], u.now)
	if cut && !s.over {
		u.cut = last + 50*time.Microsecond
		last += time.Millisecond
	}
	at := last + u.w.hop()
	crossing := u.p.beat.frames && !u.p.beat.client && u.p.beat.period > 0 && u.r.IntN(5) == 0
	switch bye {
	case "client":
		if crossing { // a ping that the client does not answer any more
			s.raw(at-3*time.Microsecond, false, 9, []byte("hb"))
		}
		at = s.c.put(at, true, frame(true, 8, payload, u.r.Uint32()), 0)
		s.raw(at+u.w.work(100*time.Microsecond), false, 8, payload)
	case "server":
		s.raw(at, false, 8, payload)
		s.c.put(at+2*u.w.hop()+u.w.work(100*time.Microsecond), true, frame(true, 8, payload, u.r.Uint32()), 0)
	case "both":
		s.raw(at, false, 8, payload)
		s.c.put(at+u.w.exp(60*time.Microsecond), true, frame(true, 8, payload, u.r.Uint32()), 0)
	}
	s.end(bye == "drop" || bye == "client")
	u.now = max(s.c.last[0], s.c.last[1]) + u.w.hop()
}

// end ends TCP.
func (s *session) end(client bool) {
	u := s.u
	at := max(s.c.last[0], s.c.last[1], u.now) + u.w.work(50*time.Microsecond)
	if !s.c.dead {
		s.c.put(at, client, nil, flagFIN)
		s.c.put(at+u.w.hop(), !client, nil, flagFIN)
	}
	u.segments = append(u.segments, s.c.segments(2*u.w.relay+40*time.Microsecond)...)
}

// values draws what fields hold.
func (u *run) values(fields []field) (o object) {
	for i := range fields {
		f := &fields[i]
		if f.optional && u.r.IntN(3) == 0 {
			continue
		}
		o = append(o, pair{f.name, u.value(f)})
	}
	return o
}

func (u *run) value(f *field) any {
	r := u.r
	switch f.form {
	case "id":
		return newID(r, u.p.ids)
	case "words":
		n := 1 + r.IntN(6)
		var list []string
		for range n {
			list = append(list, slugThings[r.IntN(len(slugThings))])
		}
		return strings.Join(list, " ")
	case "number":
		return r.IntN(1000)
	case "decimal":
		return float64(r.IntN(100000))/64 + 0.015625
	case "flag":
		return r.IntN(2) == 0
	case "iso":
		return newID(r, "iso")
	case "time":
		return 1_790_000_000_000 + r.IntN(1e9)
	case "state":
		return f.words[0]
	case "choice":
		return f.words[r.IntN(len(f.words))]
	case "nested":
		return u.values(f.of)
	case "list":
		list := []any{}
		for range r.IntN(5) {
			list = append(list, u.values(f.of))
		}
		return list
	case "byid":
		var o object
		for range 1 + r.IntN(4) {
			o = append(o, pair{newID(r, u.p.ids), u.values(f.of)})
		}
		return o
	}
	return nil
}
