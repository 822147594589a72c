package apps

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"wscope/analyzer/record"
)

// mqtt reads MQTT 3.1, 3.1.1 and 5.0. Its control packets are a stream: WebSocket
// messages need not hold whole ones (MQTT 3.1.1 §6, MQTT 5 §6).
//
// Sections in comments are of MQTT 5.0; 3.1.1 lacks the properties and most reason codes.
type mqtt struct {
	sides [2]packets
	level byte // of CONNECT: 3, 4 or 5; 0 where it was not seen
	alias [2]map[uint16]string
	part  bool    // the packet in hand lacks its end
	lax   [2]bool // where a side's packets begin is not known
	joins [2]joiner
}

// maxAliases is how many topic aliases of a side are remembered.
const maxAliases = 512

func openMQTT() dialect { return new(mqtt) }

// mqttSpot knows a CONNECT packet, which must be the client's first, §3.1.
func mqttSpot(b []byte, from side) bool {
	if from != client || len(b) < 12 || b[0] != 0x10 {
		return false
	}
	n, size := mqttLength(b[1:])
	if size <= 0 || n != uint64(len(b)-1-size) {
		return false
	}
	f := fields{b: b[1+size:]}
	name := string(f.text())
	return name == "MQTT" || name == "MQIsdp"
}

func (d *mqtt) lost(from side) {
	d.sides[from].reset()
	d.joins[from].reset()
	d.lax[from] = true
}

// joined says that the conversation was joined midway.
func (d *mqtt) joined() { d.lax = [2]bool{true, true} }

// find is a message from where its packets begin; nil while that is not known.
func (d *mqtt) find(c *conversation, m *record.Message) []byte {
	j := &d.joins[c.from]
	g := glance{from: c.from, binary: true}
	weigh := func(b []byte) int { g.b = b; return mqttMidway(&g) }
	j.add(m.Data)
	b := j.find(weigh, 40)
	if len(m.Data) > maxJoined && weigh(m.Data) >= 40 {
		b = m.Data
	}
	if b != nil {
		d.lax[c.from] = false
		j.reset()
	}
	return b
}

func (d *mqtt) read(c *conversation, m *record.Message) bool {
	p := &d.sides[c.from]
	data := m.Data
	if d.lax[c.from] {
		if data = d.find(c, m); data == nil {
			return m.Type == "binary" && len(m.Data) < 64 // a part of a packet, it may be
		}
	}
	for b := p.take(data); len(b) > 0; {
		n, size := mqttLength(b[1:])
		if size < 0 || !mqttHead(b[0]) {
			p.reset()
			return false
		}
		whole := n + uint64(1+size)
		if size == 0 || whole > uint64(len(b)) {
			if p.keep(b) {
				return true
			}
			if size == 0 {
				return false // it cannot be: a length has four bytes at most
			}
			p.skip = whole - uint64(len(b))
			whole, d.part = uint64(len(b)), true
		}
		ok := d.packet(c, b[0], b[1+size:whole])
		d.part = false
		if !ok {
			p.reset()
			return false
		}
		b = b[whole:]
	}
	p.done()
	return true
}

// mqttHead is whether a first byte is one: its flags are fixed but for PUBLISH, §2.1.3,
// whose QoS is not 3, §3.3.1.2.
func mqttHead(b byte) bool {
	switch b >> 4 {
	case 0:
		return false
	case 3:
		return b&6 != 6
	case 6, 8, 10:
		return b&15 == 2
	}
	return b&15 == 0
}

// mqttLength reads a Variable Byte Integer, §1.5.5: its value and size; size 0 where more
// bytes are needed, -1 where it is none.
func mqttLength(b []byte) (v uint64, size int) {
	for i := range min(len(b), 4) {
		v |= uint64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	if len(b) >= 4 {
		return 0, -1
	}
	return 0, 0
}

// mqttKinds names the control packets, §2.1.2.
var mqttKinds = [16]string{
	"", "connect", "connack", "publish", "puback", "pubrec", "pubrel", "pubcomp",
	"subscribe", "suback", "unsubscribe", "unsuback", "pingreq", "pingresp", "disconnect", "auth",
}

// packet reads one control packet; head is its first byte. The body may lack its end
// where it was too long to be kept.
func (d *mqtt) packet(c *conversation, head byte, body []byte) bool {
	kind := head >> 4
	u := unit{kind: mqttKinds[kind]}
	f := fields{b: body}
	switch kind {
	case 1:
		d.connect(c, &u, &f)
	case 2:
		d.connack(c, &u, &f)
	case 3:
		d.publish(c, &u, &f, head)
	case 4, 5, 6, 7:
		d.acknowledge(&u, &f, kind)
	case 8, 10:
		d.filters(&u, &f, kind)
	case 9, 11:
		d.granted(&u, &f, kind)
	case 12:
		u.part = beats
	case 13:
		u.part = returns
	case 14, 15:
		if len(body) > 0 {
			d.reason(&u, f.byte(), kind)
		}
	}
	if f.short && !d.part {
		return false
	}
	c.add(u)
	return true
}

// connect reads CONNECT, §3.1.
func (d *mqtt) connect(c *conversation, u *unit, f *fields) {
	f.text()
	d.level = f.byte()
	flags := f.byte()
	keepAlive := f.uint16()
	if d.level == 5 {
		f.properties(nil)
	}
	c.session = short(f.text())
	c.version = map[byte]string{3: "3.1", 4: "3.1.1", 5: "5.0"}[d.level]
	u.part, u.key, u.id = asks, "connect", c.session
	if flags&0x80 != 0 || flags&0x40 != 0 {
		d.login(c, f, flags)
	}
	will, user := "", ""
	if flags&4 != 0 {
		will = "will"
	}
	if flags&0x80 != 0 {
		user = "with user name" // which is not told
	}
	u.gist = join("keep alive", strconv.Itoa(int(keepAlive))+" s", will, user)
}

// login finds the user name and password behind the will, §3.1.3.
func (d *mqtt) login(c *conversation, f *fields, flags byte) {
	if flags&4 != 0 {
		if d.level == 5 {
			f.properties(nil)
		}
		f.text()
		f.text()
	}
	if flags&0x80 != 0 {
		f.text()
	}
	if flags&0x40 != 0 && len(f.text()) > 0 {
		c.credential("MQTT CONNECT password")
	}
}

// connack reads CONNACK, §3.2: the server may give the client the identifier that it did not bring.
func (d *mqtt) connack(c *conversation, u *unit, f *fields) {
	f.byte()
	u.part, u.key = answers, "connect"
	d.reason(u, f.byte(), 2)
	if d.level == 5 || d.level == 0 && len(f.b) > 0 {
		var p mqttProperties
		if f.properties(&p); p.clientID != "" {
			c.session = p.clientID
			u.gist = join("client identifier", p.clientID)
		}
	}
}

// publish reads PUBLISH, §3.3.
func (d *mqtt) publish(c *conversation, u *unit, f *fields, head byte) {
	qos := head >> 1 & 3
	topic := short(f.text())
	if qos > 0 {
		u.id = strconv.Itoa(int(f.uint16()))
		u.key, u.op = "publish "+u.id, "publish QoS "+strconv.Itoa(int(qos))
		// DUP sends again what waits already; on a new connection it is what waited on the one before, §4.4.
		if head&8 == 0 || !c.waits(c.from, u.key) {
			u.part = asks
		}
	}
	if d.level == 5 || d.level == 0 && publishProperties(f.b) {
		var p mqttProperties
		f.properties(&p)
		// §3.3.2.3.4: an empty topic stands for the alias's.
		if p.alias > 0 {
			known := d.alias[c.from]
			if known == nil {
				known = map[uint16]string{}
				d.alias[c.from] = known
			}
			if topic == "" {
				topic = known[p.alias]
			} else if _, again := known[p.alias]; again || len(known) < maxAliases {
				known[p.alias] = topic
			}
		}
	}
	u.topic = topic
	retain := ""
	if head&1 != 0 {
		retain = "retained"
	}
	u.gist = join("QoS", strconv.Itoa(int(qos)), retain, payloadGist(f.b))
}

// acknowledge reads PUBACK, PUBREC, PUBREL and PUBCOMP, §3.4 to §3.7.
func (d *mqtt) acknowledge(u *unit, f *fields, kind byte) {
	u.id = strconv.Itoa(int(f.uint16()))
	u.key = "publish " + u.id
	if kind == 4 || kind == 7 {
		u.part = answers
	}
	if len(f.b) > 0 {
		d.reason(u, f.byte(), kind)
	}
}

// filters reads the topic filters of SUBSCRIBE and UNSUBSCRIBE, §3.8 and §3.10.
func (d *mqtt) filters(u *unit, f *fields, kind byte) {
	u.part, u.id = asks, strconv.Itoa(int(f.uint16()))
	u.key = u.kind + " " + u.id
	if d.level == 5 || d.level == 0 && !filtersFit(f.b, kind) {
		f.properties(nil)
	}
	n := 0
	for ; len(f.b) > 0 && !f.short; n++ {
		filter := short(f.text())
		qos := ""
		if kind == 8 {
			qos = "QoS " + strconv.Itoa(int(f.byte()&3))
		}
		if n == 0 {
			u.topic = filter
		}
		if n < maxFailures {
			u.gist = join(u.gist, filter, qos)
		}
	}
	if n > maxFailures {
		u.gist = more(u.gist, int64(n-maxFailures))
	}
}

// granted reads SUBACK and UNSUBACK, §3.9 and §3.11.
func (d *mqtt) granted(u *unit, f *fields, kind byte) {
	u.part, u.id = answers, strconv.Itoa(int(f.uint16()))
	u.key = mqttKinds[kind-1] + " " + u.id
	if d.level == 5 || d.level == 0 && len(f.b) > 1 && f.b[0] == 0 {
		f.properties(nil)
	}
	refused := 0
	for _, code := range f.b {
		if code >= 0x80 {
			if refused++; refused == 1 {
				d.reason(u, code, kind)
			}
		}
	}
	if refused > 0 && len(f.b) > 1 {
		u.err = join(u.err+":", strconv.Itoa(refused), "of", strconv.Itoa(len(f.b)))
	}
}

// reason reads a reason code: from 0x80 on it is an error, §2.4. CONNACK of 3.1.1 has
// return codes of its own, 3.1.1 §3.2.2.3.
func (d *mqtt) reason(u *unit, code, kind byte) {
	if code < 0x80 && (kind != 2 || code == 0) {
		return
	}
	u.err = mqttReason(code)
	switch {
	case u.part == answers || kind == 5: // a refused PUBREC ends the exchange, §4.3.3
		u.part = fails
	case kind == 6:
		u.part = says
	}
}

func mqttReason(code byte) string {
	text := "reason code 0x" + strconv.FormatUint(uint64(code), 16)
	if name := mqttReasons[code]; name != "" {
		return text + " " + name
	}
	return text
}

// mqttReasons names the reason codes of errors, §2.4, and 3.1.1's return codes.
var mqttReasons = map[byte]string{
	1: "unacceptable protocol version", 2: "identifier rejected", 3: "server unavailable", 4: "bad user name or password", 5: "not authorized",
	0x80: "unspecified error", 0x81: "malformed packet", 0x82: "protocol error", 0x83: "implementation specific error",
	0x84: "unsupported protocol version", 0x85: "client identifier not valid", 0x86: "bad user name or password",
	0x87: "not authorized", 0x88: "server unavailable", 0x89: "server busy", 0x8a: "banned", 0x8b: "server shutting down",
	0x8c: "bad authentication method", 0x8d: "keep alive timeout", 0x8e: "session taken over", 0x8f: "topic filter invalid",
	0x90: "topic name invalid", 0x91: "packet identifier in use", 0x92: "packet identifier not found",
	0x93: "receive maximum exceeded", 0x94: "topic alias invalid", 0x95: "packet too large", 0x96: "message rate too high",
	0x97: "quota exceeded", 0x98: "administrative action", 0x99: "payload format invalid", 0x9a: "retain not supported",
	0x9b: "QoS not supported", 0x9c: "use another server", 0x9d: "server moved", 0x9e: "shared subscriptions not supported",
	0x9f: "connection rate exceeded", 0xa0: "maximum connect time", 0xa1: "subscription identifiers not supported",
	0xa2: "wildcard subscriptions not supported",
}

// mqttMidway weighs a message that holds whole packets: their heads, lengths and bodies must all agree.
func mqttMidway(g *glance) int {
	b, weight := g.b, 0
	if !g.binary {
		return 0
	}
	for n := 0; len(b) > 0 && n < 8; n++ {
		length, size := mqttLength(b[1:])
		if !mqttHead(b[0]) || size <= 0 || length > uint64(len(b)-1-size) {
			return 0
		}
		body := b[1+size : 1+size+int(length)]
		w := mqttBody(b[0], body, g.from)
		if w == 0 {
			return 0
		}
		weight += w
		b = b[1+size+int(length):]
	}
	return weight
}

// mqttBody weighs a packet's body by its kind; 0 where it can be none of it.
func mqttBody(head byte, body []byte, from side) int {
	switch kind := head >> 4; kind {
	case 3:
		f := fields{b: body}
		topic := f.text()
		if f.short || !printable(topic) || !utf8.Valid(topic) || len(topic) == 0 && head&6 == 0 {
			return 0
		}
		switch {
		case len(topic) >= 3 && bytes.IndexByte(topic, '/') >= 0:
			return certain
		case len(topic) >= 3:
			return 60
		}
		return 20
	case 4, 5, 6, 7:
		switch len(body) {
		case 2:
			return 40
		case 3, 4:
			return 20
		}
	case 8, 10:
		f := fields{b: body}
		if f.uint16(); from == client && (filtersFit(f.b, kind) || len(f.b) > 0 && f.b[0] == 0 && filtersFit(f.b[1:], kind)) {
			return certain
		}
	case 9, 11:
		if from == server && len(body) >= 3 {
			return 40
		}
	case 12:
		if from == client && len(body) == 0 {
			return 40
		}
	case 13:
		if from == server && len(body) == 0 {
			return 40
		}
	case 14:
		if len(body) == 0 {
			return 30
		}
	}
	return 0
}

// filtersFit reports whether b is topic filters of a SUBSCRIBE or UNSUBSCRIBE, and nothing else.
func filtersFit(b []byte, kind byte) bool {
	f := fields{b: b}
	for len(f.b) > 0 && !f.short {
		if t := f.text(); len(t) == 0 || !printable(t) || !utf8.Valid(t) {
			return false
		}
		if kind == 8 && f.byte() > 0x3f {
			return false
		}
	}
	return len(b) > 0 && !f.short
}

// publishProperties reports whether the properties of MQTT 5 stand before a payload, where the version is not known.
func publishProperties(b []byte) bool {
	n, size := mqttLength(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return false
	}
	if n == 0 {
		return true
	}
	var p mqttProperties
	f := fields{b: b}
	f.properties(&p)
	return !f.short && p.known
}
