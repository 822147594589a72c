package simulate

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Families are the sorts of programs: how they encode what they say.
var Families = []string{"socketio", "feed", "graphql", "ocpp", "phoenix", "msgpack", "yjs", "terminal", "jupyter", "mqtt", "gateway", "envelope", "commands", "cbor", "protobuf", "rpc"}

// Program is a program with a suite of tests.
type Program struct {
	Family string
	Seed   uint64

	style    string // how the suite connects: each, long, shuffled, pair
	ids      string // form of the identifiers
	path     []string
	query    []string
	offered  []string
	agreed   string
	deflate  bool
	headers  [][2]string
	hello    *kind // what the server says first
	login    *operation
	ops      []*operation
	tests    [][]step
	ticks    []tick
	beat     beat
	bye      string // how connections end: client, server, both, empty, drop
	keyword  string // what the field is called that names a message
	correl   string // and the one that ties answers to requests
	decoy    bool   // the envelope has fields that look like the name
	numbered map[string]int
}

// kind is a kind of message.
type kind struct {
	name   string
	fields []field
}

// field is a field of a kind.
type field struct {
	name     string
	form     string // id, words, number, decimal, time, iso, state, choice, flag, sequence, nested, list, byid
	of       []field
	words    []string // of a state or choice
	optional bool
}

// operation is what a client asks for.
type operation struct {
	request kind
	reply   *kind // nil where nothing is answered
	work    time.Duration
	pushes  []kind // events that come of it, in this order
	least   int    // of each
	more    int    // and up to so many besides, at random
	race    bool   // the first event may come before the reply
	fails   string // code of the error that it always ends in
}

// step is what a test does: an operation, several at once, or a pause.
type step struct {
	op       int
	parallel []int
	pause    time.Duration
}

// tick is an event that comes by a timer.
type tick struct {
	kind   kind
	period time.Duration
	random bool // at random times
}

// beat is how a connection is kept alive.
type beat struct {
	period time.Duration // 0 is not at all
	client bool          // who begins
	frames bool          // by frames of WebSocket's own
	name   string
	answer string // "" where none comes
}

var verbs = strings.Fields("create update delete list open close join leave start stop move place cancel fetch save load sync publish query assign approve reject pause resume invite kick rename")
var nouns = strings.Fields("order room item task user ticket board card player match device meter charge session cell kernel document cursor lobby trade alert build stage report invoice")
var names = strings.Fields("price amount title label owner total count level weight score color region side note author power voltage progress size depth limit offset email status2 reason source target mode lang currency speed angle")
var states = [][]string{{"ok"}, {"accepted"}, {"Accepted"}, {"active", "idle"}, {"open", "closed", "pending"}, {"success"}, {"done"}, {"buy", "sell"}}
var failures = strings.Fields("NOT_FOUND FORBIDDEN E_CONFLICT bad_request InvalidState rate_limited")

// maker draws a program.
type maker struct {
	r    *rand.Rand
	used map[string]bool
	join string
}

// Draw draws a program of a family.
func Draw(family string, seed uint64) *Program {
	m := &maker{r: rand.New(rand.NewPCG(seed, hash(family))), used: map[string]bool{}}
	p := &Program{Family: family, Seed: seed, numbered: map[string]int{}}
	m.join = pick(m.r, "", "_", ".", ":", "-")
	p.style = pick(m.r, "each", "each", "long", "shuffled", "shuffled", "pair")
	p.ids = pick(m.r, idStyles...)
	p.keyword = pick(m.r, "type", "event", "op", "action", "cmd", "kind", "t", "method", "msgType", "messageType", "name", "what", "subject")
	p.correl = pick(m.r, "id", "ref", "requestId", "seq", "rid", "nonce")
	p.decoy = m.r.IntN(3) == 0
	p.bye = pick(m.r, "client", "client", "server", "both", "empty", "drop")
	p.deflate = m.r.IntN(2) == 0
	p.headers = [][2]string{{"User-Agent", "suite/" + pick(m.r, "1.2", "3.0", "0.9")}, {"Origin", "https://" + pick(m.r, "app", "play", "desk") + ".example.org"}}
	if m.r.IntN(2) == 0 {
		p.headers = append(p.headers, [2]string{"Cookie", "session={id}; theme=dark"})
	}
	if m.r.IntN(2) == 0 {
		p.headers = append(p.headers, [2]string{"Authorization", "Bearer {token}"})
	}
	p.path = []string{pick(m.r, "ws", "live", "socket", "api", "rt")}
	if m.r.IntN(2) == 0 {
		p.path = append(p.path, pick(m.r, "rooms", "devices", "docs", "users"), "{id}")
	}
	if m.r.IntN(2) == 0 {
		p.query = append(p.query, "token={token}", "v=2")
	}
	if m.r.IntN(2) == 0 {
		k := m.kind(pick(m.r, "hello", "welcome", "ready", "connected"))
		p.hello = &k
	}
	for range 5 + m.r.IntN(5) {
		p.ops = append(p.ops, m.operation())
	}
	if m.r.IntN(2) == 0 {
		k := m.kind(pick(m.r, "session", "authenticated", "loggedIn"))
		p.login = &operation{request: m.kind(pick(m.r, "login", "auth", "identify", "hi")), reply: &k, work: m.work()}
	}
	for range m.r.IntN(3) {
		p.ticks = append(p.ticks, tick{m.kind(m.name()), time.Duration(60+m.r.IntN(240)) * time.Millisecond, m.r.IntN(3) == 0})
	}
	m.beats(p)
	m.suite(p)
	m.adapt(p)
	p.giveNumbers()
	return p
}

// giveNumbers gives all names their numbers, so that runs do not differ in them.
func (p *Program) giveNumbers() {
	var fields func(list []field)
	fields = func(list []field) {
		for i := range list {
			p.number(list[i].name)
			fields(list[i].of)
		}
	}
	for _, name := range []string{"kind", "id", "code", "message", "kind challenge", "kind proof", "body of challenge", "body of proof", "nonce", "algorithm", "proof"} {
		p.number(name)
	}
	for _, k := range p.kinds() {
		p.number("kind " + k.name)
		p.number("body of " + k.name)
		fields(k.fields)
	}
	p.number("kind " + p.beat.name)
	p.number("kind " + p.beat.answer)
}

// kinds are all kinds of messages.
func (p *Program) kinds() (list []*kind) {
	add := func(k *kind) {
		if k != nil {
			list = append(list, k)
		}
	}
	add(p.hello)
	for _, o := range append(slices.Clone(p.ops), p.login) {
		if o == nil {
			continue
		}
		add(&o.request)
		add(o.reply)
		for i := range o.pushes {
			add(&o.pushes[i])
		}
	}
	for i := range p.ticks {
		add(&p.ticks[i].kind)
	}
	return list
}

func (m *maker) beats(p *Program) {
	b := beat{period: time.Duration(250+m.r.IntN(700)) * time.Millisecond, client: m.r.IntN(2) == 0}
	switch m.r.IntN(5) {
	case 0:
		b.period = 0
	case 1, 2:
		b.frames = true
	case 3:
		b.name, b.answer = "ping", "pong"
	default: // under any name
		b.name = pick(m.r, "tick-tock", "alive", "noop", "lub", "poke")
		b.answer = pick(m.r, "", "yes", "dub", "alive_ack")
	}
	p.beat = b
}

// suite draws the tests; the last operations are in one of them alone.
func (m *maker) suite(p *Program) {
	n := 6 + m.r.IntN(8)
	for i := range n {
		var t []step
		for range 1 + m.r.IntN(4) {
			s := step{op: m.r.IntN(len(p.ops))}
			if i == 0 && len(t) < len(p.ops) {
				s.op = len(t)
			}
			if m.r.IntN(8) == 0 {
				s.parallel = []int{m.r.IntN(len(p.ops)), m.r.IntN(len(p.ops)), m.r.IntN(len(p.ops))}
			}
			if m.r.IntN(4) == 0 {
				s.pause = time.Duration(50+m.r.IntN(400)) * time.Millisecond
			}
			t = append(t, s)
		}
		p.tests = append(p.tests, t)
	}
	for op := range p.ops { // each is used
		if !slices.ContainsFunc(p.tests, func(t []step) bool {
			return slices.ContainsFunc(t, func(s step) bool { return s.op == op })
		}) {
			at := m.r.IntN(len(p.tests))
			p.tests[at] = append(p.tests[at], step{op: op})
		}
	}
}

// adapt gives a family what it must have.
func (m *maker) adapt(p *Program) {
	switch p.Family {
	case "socketio":
		p.path, p.query = []string{"socket.io", ""}, []string{"EIO=4", "transport=websocket"}
		p.beat = beat{period: 300 * time.Millisecond, name: "2", answer: "3"}
	case "ocpp":
		p.path, p.ids = []string{"ocpp", "{id}"}, pick(m.r, "CP", "slug", "base36")
		p.offered, p.agreed = []string{"ocpp1.6"}, "ocpp1.6"
	case "graphql":
		p.path, p.offered, p.agreed = []string{"graphql"}, []string{"graphql-transport-ws"}, "graphql-transport-ws"
	case "mqtt":
		p.path, p.offered, p.agreed = []string{"mqtt"}, []string{"mqtt"}, "mqtt"
		p.beat = beat{period: 400 * time.Millisecond, client: true, name: "PINGREQ", answer: "PINGRESP"}
		p.hello, p.login = nil, nil
	case "phoenix":
		p.path, p.query = []string{"socket", "websocket"}, []string{"vsn=2.0.0"}
	case "jupyter":
		p.path, p.query = []string{"api", "kernels", "{id}", "channels"}, []string{"session_id={id}"}
		p.ids = pick(m.r, "uuid", "hex")
	case "yjs":
		p.path = []string{"{id}"}
		p.beat.name, p.beat.frames = "", true
	case "terminal":
		p.path, p.offered, p.agreed = []string{"token", "ws"}, []string{"tty"}, "tty"
		p.beat.name, p.beat.frames = "", true
	default:
		if m.r.IntN(2) == 0 {
			p.offered = []string{"v2." + p.Family + ".example", "v1." + p.Family + ".example"}
			p.agreed = p.offered[0]
		}
	}
}

func (m *maker) work() time.Duration {
	return time.Duration(1+m.r.IntN(3)*m.r.IntN(12)) * time.Millisecond
}

func (m *maker) operation() *operation {
	o := &operation{request: m.kind(m.name()), work: m.work()}
	switch m.r.IntN(6) {
	case 0: // fire and forget
	case 1:
		o.fails = pick(m.r, failures...)
		fallthrough
	default:
		k := m.kind(m.name())
		o.reply = &k
	}
	for range m.r.IntN(3) {
		o.pushes = append(o.pushes, m.kind(m.name()))
	}
	o.least = 1
	if m.r.IntN(3) == 0 {
		o.more = 1 + m.r.IntN(4)
	}
	o.race = m.r.IntN(4) == 0
	return o
}

// name draws a name that is not taken.
func (m *maker) name() string {
	for {
		verb, noun := pick(m.r, verbs...), pick(m.r, nouns...)
		s := verb + strings.ToUpper(noun[:1]) + noun[1:]
		if m.join != "" {
			s = noun + m.join + verb
		}
		if !m.used[s] {
			m.used[s] = true
			return s
		}
	}
}

func (m *maker) kind(name string) kind {
	return kind{name, m.fields(2+m.r.IntN(5), 0)}
}

func (m *maker) fields(n, depth int) (list []field) {
	taken := map[string]bool{}
	for len(list) < n {
		f := field{name: pick(m.r, names...), optional: m.r.IntN(20) == 0}
		if taken[f.name] {
			continue
		}
		taken[f.name] = true
		f.form = pick(m.r, "words", "number", "decimal", "flag", "id", "iso", "time", "state", "choice", "number", "words")
		if depth < 2 && m.r.IntN(5) == 0 {
			f.form = pick(m.r, "nested", "list", "list", "byid")
		}
		switch f.form {
		case "state":
			f.words = states[m.r.IntN(len(states))][:1]
			f.name = pick(m.r, "status", "state", "result", "phase")
		case "choice":
			f.words = states[m.r.IntN(len(states))]
			if len(f.words) < 2 {
				f.words = []string{"low", "high"}
			}
		case "nested", "list", "byid":
			f.of = m.fields(2+m.r.IntN(2), depth+1)
		}
		if taken[f.name] && f.form == "state" {
			continue
		}
		taken[f.name] = true
		list = append(list, f)
	}
	return list
}

func pick(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
