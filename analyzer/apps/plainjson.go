package apps

import (
	"strings"

	"wscope/analyzer/record"
)

// plainJSON reads JSON of no known dialect, and MessagePack and CBOR, whose items are the same: the member that
// tells kinds of messages apart is found by looking, and the one that comes back in an answer by learning (echo.go).
type plainJSON struct {
	packing packing
	packed  bool
	echoes
}

func openJSON() dialect    { return new(plainJSON) }
func openMsgPack() dialect { return &plainJSON{packed: true, packing: msgPacking} }
func openCBOR() dialect    { return &plainJSON{packed: true, packing: cborPacking} }

// discriminators is the members that may tell kinds of messages apart, by how sure one is.
var discriminators = []string{
	"type", "event", "op", "action", "method", "cmd", "command", "kind", "msg", "e", "t", "channel", "topic",
	"id", "request_id", "requestId", "req_id", "reqid", "error", "room", // not these: they are read in the same pass
}

const (
	fieldChannel = 11
	fieldTopic   = 12
	fieldID      = 13
	fieldError   = 18
	fieldRoom    = 19
)

func (d *plainJSON) lost(from side) { d.echoes.lost(from) }

func (d *plainJSON) read(c *conversation, m *record.Message) bool {
	v := d.value(c, m)
	if len(v) == 0 || v[0] != '{' && v[0] != '[' {
		return !d.packed && m.Type == "text" && pingText(c, m.Data) // a lone number or word says nothing else
	}
	u := c.scratch.unit()
	if d.packed {
		if u.said = nil; !c.terse {
			u.gist = packedGist(m.Data, v)
		}
		if u.kind == "object" {
			u.kind = "map"
		}
	}
	if c.from == client && c.messages < maxLogins && hasCredential(v) {
		c.credential("a login in a message")
		u.gist, u.said = "", nil
	}
	if isObject(v) && !jsonBeat(&u) {
		d.echo(c, &u)
	}
	c.add(u)
	return true
}

// value reads the message as JSON into the conversation's scratch; nil where it is none.
func (d *plainJSON) value(c *conversation, m *record.Message) []byte {
	if !d.packed {
		return c.scratch.read(m.Data)
	}
	v := d.unpacked(m)
	c.scratch.forget()
	c.scratch.load(v)
	return v
}

// unpacked is a packed message as JSON; nil where it is none.
func (d *plainJSON) unpacked(m *record.Message) []byte {
	b := m.Data
	if m.Type != "binary" || len(b) < 3 {
		return nil
	}
	if d.packing == cborPacking {
		// A map or a tagged item: an array is more likely MessagePack.
		if major := b[0] >> 5; major != 5 && major != 6 {
			return nil
		}
		return packedValue(b, cborPacking)
	}
	v := packedValue(b, msgPacking)
	if len(v) == 0 || v[0] == '[' && array(v, nil) < 2 || v[0] == '{' && !msgpackNamed(b) {
		return nil
	}
	return v
}

// packedGist is what a packed message holds, in a few words; its size where it is long.
func packedGist(b, v []byte) string {
	if len(b) > 8*maxGist {
		return bytesOf(len(b))
	}
	return gist(v)
}

// unit is the JSON value that was read as it tells of itself.
func (s *scratch) unit() unit {
	u := unit{kind: "array", said: s.value}
	if !s.isObject() {
		return u
	}
	u.kind = "object"
	var f [20][]byte
	for i := range s.members {
		m := &s.members[i]
		if m.info = nameOf(m.name); m.info == nil {
			m.info = &noName
		} else if m.info.discriminator >= 0 {
			f[m.info.discriminator] = m.value
		}
	}
	for i := range fieldID {
		if isString(f[i]) && len(f[i]) > 2 || i < fieldChannel && isNumber(f[i]) {
			u.kind, u.name = discriminators[i], s.text(f[i])
			break
		}
	}
	for i := fieldID; i < fieldError && u.id == ""; i++ {
		if isString(f[i]) || isNumber(f[i]) {
			u.id = text(f[i])
		}
	}
	for _, i := range [...]int{fieldChannel, fieldTopic, fieldRoom} {
		if isString(f[i]) && u.topic == "" {
			if t := s.text(f[i]); u.name != t {
				u.topic = t
			}
		}
	}
	if isString(f[fieldError]) && len(f[fieldError]) > 2 || isObject(f[fieldError]) {
		u.err = complaint(f[fieldError])
	}
	return u
}

// pingFormat is what is read where texts say ping and pong, and nothing else was said yet.
const pingFormat = "text"

// pings reads texts that are heartbeats.
type pings struct{ stateless }

func (pings) read(c *conversation, m *record.Message) bool {
	return m.Type == "text" && pingText(c, m.Data)
}

// pingText reads a text that is a heartbeat, as many applications send them beside their messages.
func pingText(c *conversation, b []byte) bool {
	if len(b) > 16 {
		return false
	}
	word := strings.Trim(strings.ToLower(string(b)), "\"\r\n ")
	switch beatWord(word) {
	case pulses:
		c.add(unit{kind: "ping", part: pulses})
	case returns:
		c.add(unit{kind: "pong", part: returns})
	case shows:
		c.add(unit{kind: "heartbeat", part: shows})
	default:
		return false
	}
	return true
}

// beatWord is the part of a heartbeat that a word names; says where it names none.
func beatWord(word string) part {
	switch word {
	case "ping", "primus::ping", "ping_req", "#1":
		return pulses
	case "pong", "primus::pong", "ping_ack", "pingack", "heartbeat_ack", "heartbeatack", "#2":
		return returns
	case "heartbeat", "heart-beat", "hb", "keepalive", "keep-alive", "keep_alive", "ka":
		return shows
	}
	return says
}

// lower is a word in lower case, which most are already.
func lower(word string) string {
	for i := range len(word) {
		if c := word[i]; c >= 0x80 || c >= 'A' && c <= 'Z' {
			return strings.ToLower(word)
		}
	}
	return word
}

// jsonBeat gives a unit its part where its name is a heartbeat's, as {"type":"ping"} is.
func jsonBeat(u *unit) bool {
	if u.kind == "object" || u.kind == "channel" || u.kind == "topic" || len(u.name) > 20 {
		return false
	}
	p := beatWord(lower(u.name))
	if p == says {
		return false
	}
	if u.part = p; p == shows {
		u.part = pulses // {"op":"heartbeat"} may be answered
	}
	return true
}
