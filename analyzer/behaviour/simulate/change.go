package simulate

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Change is one way in which a program became worse. A nil Change changes nothing.
type Change struct {
	Class string   // what sort of change it is
	Areas []string // areas of behaviour.Difference, one of which names it

	kind, then string // that it is about
	field      string
	op         *operation
}

func (c *Change) is(class string) bool { return c != nil && c.Class == class }

// String says what the change is about.
func (c *Change) String() string {
	return strings.TrimSpace(c.Class + " " + strings.TrimSpace(c.kind+" "+c.field))
}

// held is a message and when it is said.
type held struct {
	at time.Duration
	m  *message
}

// Changes are those that a program can suffer, drawn from a seed.
func (p *Program) Changes(seed uint64) (list []*Change) {
	r := rand.New(rand.NewPCG(seed, p.Seed^hash(p.Family)))
	replies, pushes, flips := p.candidates()
	all := slices.Concat(replies, pushes)
	add := func(class string, areas string, c Change) {
		c.Class, c.Areas = class, strings.Fields(areas)
		list = append(list, &c)
	}
	opaque := slices.Contains([]string{"yjs", "terminal", "mqtt"}, p.Family)
	named := slices.Contains([]string{"socketio", "gateway", "phoenix", "msgpack", "cbor", "envelope", "rpc", "feed", "jupyter", "commands"}, p.Family)
	one := func(from []*kind) *kind { return from[r.IntN(len(from))] }
	if len(replies) > 0 && p.Family != "yjs" && p.Family != "terminal" {
		add("reply-lost", "message count unanswered", Change{kind: one(replies).name})
		add("reply-half-lost", "message count unanswered", Change{kind: one(replies).name})
	}
	if len(pushes) > 0 && p.Family != "yjs" && p.Family != "terminal" {
		add("event-lost", "message count", Change{kind: one(pushes).name})
		add("event-twice", "repeated count", Change{kind: one(pushes).name})
	}
	fields := func(forms ...string) (k *kind, f string) {
		for range 30 {
			k := one(all)
			for i := range k.fields {
				if x := &k.fields[i]; !x.optional && (len(forms) == 0 || slices.Contains(forms, x.form)) {
					return k, x.name
				}
			}
		}
		return nil, ""
	}
	if len(all) > 0 && !opaque && p.Family != "commands" {
		if k, f := fields(); k != nil {
			add("field-lost", "field", Change{kind: k.name, field: f})
		}
		if k, f := fields(); k != nil && p.Family != "protobuf" {
			add("field-renamed", "field", Change{kind: k.name, field: f})
		}
		if k, f := fields("number", "words", "decimal"); k != nil {
			add("field-type", "field", Change{kind: k.name, field: f})
		}
		if k, f := fields("number", "words"); k != nil && p.Family != "protobuf" {
			add("field-null", "field", Change{kind: k.name, field: f})
		}
		if k, f := fields("state"); k != nil {
			add("state-changed", "value field", Change{kind: k.name, field: f})
		}
		if k, f := fields("words"); k != nil {
			add("larger", "size", Change{kind: k.name, field: f})
		}
	}
	if named && len(pushes) > 0 {
		add("renamed", "message", Change{kind: one(pushes).name})
	}
	if len(flips) > 0 && !opaque {
		o := flips[r.IntN(len(flips))]
		add("order-flipped", "order", Change{kind: o.reply.name, then: o.pushes[0].name, op: o})
	}
	var slow []*operation
	for _, o := range p.ops {
		if o.reply != nil && !opaque {
			slow = append(slow, o)
		}
	}
	if len(slow) > 0 {
		add("slower", "latency", Change{op: slow[r.IntN(len(slow))]})
		o := slow[r.IntN(len(slow))]
		if o.work >= 8*time.Millisecond {
			add("tripled", "latency", Change{op: o})
		}
		if o := slow[r.IntN(len(slow))]; o.fails == "" {
			add("new-error", "message value field count", Change{kind: o.reply.name})
		}
		add("round-trip", "message count", Change{op: slow[r.IntN(len(slow))]})
	}
	if p.beat.period > 0 && (p.style == "long" || p.style == "pair") { // where connections last
		add("beats-stopped", "pings heartbeat message count", Change{})
		if p.beat.answer != "" || p.beat.frames {
			add("pong-missing", "pings heartbeat message count", Change{})
		}
	}
	if p.bye == "client" || p.bye == "server" || p.bye == "both" {
		add("close-code", "close", Change{})
	}
	if p.deflate {
		add("deflate-off", "extensions", Change{})
	}
	if p.agreed != "" && p.Family != "mqtt" && p.Family != "ocpp" && p.Family != "graphql" {
		add("subprotocol", "subprotocol", Change{})
	}
	if len(p.headers) > 2 {
		add("header-missing", "request", Change{field: p.headers[2][0]})
	}
	add("origin-missing", "request", Change{field: "Origin"})
	if len(p.query) > 0 && p.Family != "socketio" {
		add("query-missing", "request", Change{field: p.query[0]})
	}
	add("refused-first", "handshake reconnects flows", Change{})
	if p.Family == "gateway" || p.Family == "feed" {
		add("sequence-skips", "sequence", Change{kind: one(pushes).name})
	}
	if p.Family == "mqtt" {
		add("return-code", "value field finding message", Change{})
	}
	return list
}

// candidates are the kinds that changes can be about: replies, events, and operations whose reply always comes before an event.
func (p *Program) candidates() (replies, pushes []*kind, flips []*operation) {
	used := map[int]bool{}
	for _, t := range p.tests {
		for _, s := range t {
			if len(s.parallel) == 0 {
				used[s.op] = true
			}
		}
	}
	for i, o := range p.ops {
		if !used[i] {
			continue
		}
		if o.reply != nil && o.fails == "" && p.Family != "mqtt" {
			replies = append(replies, o.reply)
		}
		for j := range o.pushes {
			pushes = append(pushes, &o.pushes[j])
		}
		if o.reply != nil && len(o.pushes) > 0 && !o.race {
			flips = append(flips, o)
		}
	}
	return replies, pushes, flips
}

// apply is what is said in place of a message.
func (c *Change) apply(s *session, at time.Duration, m *message) []held {
	same := []held{{at, m}}
	if c == nil || m.client {
		return same
	}
	if s.held != nil && m.kind == c.then { // what was held back comes after this
		h := s.held
		s.held = nil
		return append(same, held{at + 30*time.Microsecond, h.m})
	}
	if m.kind != c.kind || c.kind == "" {
		return same
	}
	n := s.said[m.kind]
	switch c.Class {
	case "reply-lost", "event-lost":
		return nil
	case "reply-half-lost":
		if s.u.r.IntN(2) == 0 {
			return nil
		}
	case "event-twice":
		return append(same, held{at + 40*time.Microsecond, m.clone()})
	case "renamed":
		m.kind += "_v2"
	case "order-flipped":
		s.held = &held{at, m}
		return nil
	case "new-error":
		if n%2 == 1 {
			m.code = "E_INTERNAL"
		}
	case "sequence-skips":
		s.seq[1]++
		s.pushed++
	default:
		m.body = c.spoil(s, slices.Clone(m.body))
	}
	return same
}

// spoil changes a field.
func (c *Change) spoil(s *session, o object) object {
	i := o.index(c.field)
	if i < 0 {
		return o
	}
	switch c.Class {
	case "field-lost":
		return slices.Delete(o, i, i+1)
	case "field-renamed":
		o[i].name += "Value"
	case "field-null":
		o[i].value = nil
	case "field-type":
		if _, ok := o[i].value.(string); ok {
			o[i].value = 7
		} else {
			o[i].value = "seven"
		}
	case "state-changed":
		o[i].value = "degraded"
	case "larger":
		o[i].value = strings.Repeat("lorem ipsum dolor sit amet ", 60+s.u.r.IntN(20))
	}
	return o
}

// handshake changes how a connection is asked for and answered, at the client's nth try; it reports whether the client tries again
// where it is refused.
func (c *Change) handshake(up *upgrade, try int) (again bool) {
	if c == nil {
		return false
	}
	switch c.Class {
	case "deflate-off":
		up.deflate = false
	case "subprotocol":
		up.agreed = up.offered[len(up.offered)-1]
		if len(up.offered) == 1 {
			up.agreed = ""
		}
	case "header-missing", "origin-missing":
		up.headers = slices.DeleteFunc(slices.Clone(up.headers), func(h [2]string) bool { return h[0] == c.field })
	case "query-missing":
		path, query, _ := strings.Cut(up.path, "?")
		if _, rest, more := strings.Cut(query, "&"); more {
			path += "?" + rest
		}
		up.path = path
	case "refused-first":
		if try == 0 {
			up.status = 401
			up.answers = append(up.answers, [2]string{"WWW-Authenticate", "Bearer"})
		}
		return true
	}
	return false
}

// beat is the period of heartbeats.
func (c *Change) beat(period time.Duration) time.Duration {
	if c.is("beats-stopped") {
		return 0
	}
	return period
}

// work is how long the server takes for a request.
func (c *Change) work(d time.Duration, q *message) time.Duration {
	if c == nil || c.op == nil || q.kind != c.op.request.name {
		return d
	}
	switch c.Class {
	case "slower":
		return d + 60*time.Millisecond
	case "tripled":
		return 3 * d
	}
	return d
}

// roundTrip puts a challenge and its answer between a request and its reply.
func (c *Change) roundTrip(s *session, q *message, at *time.Duration) {
	if !c.is("round-trip") || c.op.request.name != q.kind {
		return
	}
	u := s.u
	*at += u.w.work(200 * time.Microsecond)
	s.emit(*at, &message{kind: "challenge", body: object{{"nonce", newID(u.r, "hex")}, {"algorithm", "hmac"}}})
	*at += 2*u.w.hop() + u.w.work(200*time.Microsecond)
	s.nextID++
	s.emit(*at, &message{client: true, kind: "proof", id: s.id(), body: object{{"proof", newID(u.r, "hex")}}})
}

// code is the code of a Close.
func (c *Change) code(code int) int {
	if c.is("close-code") {
		return 1011
	}
	return code
}

// returnCode is that of MQTT's CONNACK.
func (c *Change) returnCode() int {
	if c.is("return-code") {
		return 5
	}
	return 0
}
