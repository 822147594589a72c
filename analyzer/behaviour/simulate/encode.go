package simulate

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

const (
	textFrame   = 1
	binaryFrame = 2
)

// ritual is what a family's connections begin with.
func (s *session) ritual() {
	u := s.u
	say := func(client bool, opcode byte, payload string) {
		at := u.now + u.w.hop() + u.w.work(200*time.Microsecond)
		s.raw(at, client, opcode, []byte(payload))
		u.now = at + u.w.hop()
	}
	switch u.p.Family {
	case "socketio":
		say(false, textFrame, `0{"sid":"`+newID(u.r, "nano")+`","upgrades":[],"pingInterval":300,"pingTimeout":200}`)
		say(true, textFrame, "40")
		say(false, textFrame, `40{"sid":"`+newID(u.r, "nano")+`"}`)
	case "graphql":
		say(true, textFrame, `{"type":"connection_init"}`)
		say(false, textFrame, `{"type":"connection_ack"}`)
	case "mqtt":
		name := newID(u.r, u.p.ids)
		say(true, binaryFrame, string(packet(0x10, append([]byte("\x00\x04MQTT\x04\x02\x00\x3c\x00"+string(rune(len(name)))), name...))))
		say(false, binaryFrame, "\x20\x02\x00"+string(rune(u.change.returnCode())))
		say(true, binaryFrame, string(packet(0x82, []byte("\x00\x01\x00\x03a/#\x01"))))
		say(false, binaryFrame, "\x90\x03\x00\x01\x01")
	case "phoenix":
		s.joined = fmt.Sprint(1 + u.r.IntN(9))
		say(true, textFrame, fmt.Sprintf(`[%q,%q,"room:%s","phx_join",{}]`, s.joined, s.joined, s.topic))
		say(false, textFrame, fmt.Sprintf(`[%q,%q,"room:%s","phx_reply",{"status":"ok","response":{}}]`, s.joined, s.joined, s.topic))
	case "yjs":
		say(true, binaryFrame, "\x00\x00\x01\x00")
		say(false, binaryFrame, "\x00\x01\x02\x00\x00")
		say(false, binaryFrame, "\x00\x00\x01\x00")
		say(true, binaryFrame, "\x00\x01\x02\x00\x00")
	case "terminal":
		say(true, binaryFrame, `{"AuthToken":"`+newID(u.r, "hex")+`","columns":80,"rows":24}`)
		say(false, binaryFrame, "1sh (demo)")
	}
}

// packet is one of MQTT's.
func packet(head byte, body []byte) []byte {
	return append(binary.AppendUvarint([]byte{head}, uint64(len(body))), body...)
}

// encode writes a message as the program's family does.
func (s *session) encode(m *message) (opcode byte, payload []byte) {
	p := s.u.p
	if m.kind == p.beat.name && m.body == nil || m.kind == p.beat.answer && m.body == nil {
		return s.encodeBeat(m)
	}
	s.seq[side(m.client)]++
	m.seq += s.seq[side(m.client)]
	body := m.body
	if m.code != "" && m.reply {
		body = object{{"code", m.code}, {"message", "it failed"}}
	}
	asText := func(v any) (byte, []byte) { return textFrame, text(v) }
	switch p.Family {
	case "socketio":
		switch {
		case m.reply:
			return textFrame, append([]byte("43"+m.id), text([]any{body})...)
		case m.client:
			return textFrame, append([]byte("42"+m.id), text([]any{m.kind, body})...)
		}
		return textFrame, append([]byte("42"), text([]any{m.kind, body})...)
	case "graphql":
		switch {
		case m.client:
			return asText(object{{"id", m.id}, {"type", "subscribe"}, {"payload", object{{"operationName", m.kind}, {"query", "subscription " + m.kind + " { f }"}, {"variables", body}}}})
		case m.reply && m.code != "":
			return asText(object{{"id", m.id}, {"type", "next"}, {"payload", object{{"data", nil}, {"errors", []any{object{{"message", "it failed"}, {"extensions", object{{"code", m.code}}}}}}}}})
		case m.reply:
			return asText(object{{"id", m.id}, {"type", "next"}, {"payload", object{{"data", object{{m.kind, body}}}}}})
		}
		return asText(object{{"id", fmt.Sprint(s.nextID)}, {"type", "next"}, {"payload", object{{"data", object{{m.kind, body}}}}}})
	case "ocpp":
		switch {
		case m.reply && m.code != "":
			return asText([]any{4, m.id, m.code, "it failed", object{}})
		case m.reply:
			return asText([]any{3, m.id, body})
		case m.client:
			return asText([]any{2, m.id, m.kind, body})
		}
		return asText([]any{2, newID(s.u.r, "uuid"), m.kind, body})
	case "phoenix":
		topic := "room:" + s.topic
		switch {
		case m.reply && m.code != "":
			return asText([]any{s.joined, m.id, topic, "phx_reply", object{{"status", "error"}, {"response", object{{"reason", m.code}}}}})
		case m.reply:
			return asText([]any{s.joined, m.id, topic, "phx_reply", object{{"status", "ok"}, {"response", body}}})
		case m.client:
			return asText([]any{s.joined, m.id, topic, m.kind, body})
		}
		return asText([]any{nil, nil, topic, m.kind, body})
	case "mqtt":
		if m.reply {
			return binaryFrame, []byte{0x40, 2, 0, byte(s.nextID)}
		}
		topic := "a/" + s.topic + "/" + m.kind
		b := append([]byte{0, byte(len(topic))}, topic...)
		head := byte(0x30)
		if m.client {
			head = 0x32
			b = append(b, 0, byte(s.nextID))
		}
		return binaryFrame, packet(head, append(b, text(body)...))
	case "yjs":
		if p.kindNumber(m.kind)%4 == 0 {
			return binaryFrame, append([]byte{1}, packet(0, text(body))[1:]...)
		}
		return binaryFrame, append([]byte{0, 2}, packet(0, text(body))[1:]...)
	case "terminal":
		switch {
		case m.client:
			return binaryFrame, []byte("0" + m.kind[:1+s.u.r.IntN(len(m.kind)-1)] + "\r")
		}
		return binaryFrame, []byte("0$ " + m.kind + " " + strings.Repeat("output line\r\n", s.u.r.IntN(4)))
	case "jupyter":
		return asText(s.jupyter(m, body))
	case "gateway":
		switch {
		case m.client:
			return asText(object{{"op", 2 + p.kindNumber(m.kind)}, {"d", body}, {"nonce", m.id}})
		case m.reply:
			return asText(object{{"t", strings.ToUpper(m.kind)}, {"s", m.seq}, {"op", 0}, {"d", body}, {"nonce", m.id}})
		}
		return asText(object{{"t", strings.ToUpper(m.kind)}, {"s", m.seq}, {"op", 0}, {"d", body}})
	case "commands":
		return textFrame, []byte(strings.ToUpper(m.kind) + words(body))
	case "feed":
		switch {
		case m.client:
			return asText(object{{"op", m.kind}, {"id", m.id}, {"args", []any{body}}})
		case m.reply && m.code != "":
			return asText(object{{"event", "error"}, {"id", m.id}, {"code", 4000 + len(m.code)}, {"msg", "it failed"}})
		case m.reply:
			return asText(object{{"event", m.kind}, {"id", m.id}, {"data", body}})
		}
		s.pushed++
		return asText(object{{"channel", "md." + s.topic}, {"seq", s.pushed}, {"header", object{{"kind", m.kind}}}, {"data", body}})
	case "rpc":
		switch {
		case m.reply && m.code != "":
			return asText(object{{"jsonrpc", "2.0"}, {"id", m.id}, {"error", object{{"code", -32000 - len(m.code)}, {"message", "it failed"}}}})
		case m.reply:
			return asText(object{{"jsonrpc", "2.0"}, {"id", m.id}, {"result", body}})
		case m.client:
			return asText(object{{"jsonrpc", "2.0"}, {"id", m.id}, {"method", m.kind}, {"params", body}})
		}
		return asText(object{{"jsonrpc", "2.0"}, {"method", m.kind}, {"params", body}})
	case "protobuf":
		o := object{{"kind", p.kindNumber(m.kind)}}
		if m.id != "" {
			o = append(o, pair{"id", m.id})
		}
		o = append(o, pair{"body of " + m.kind, body})
		return binaryFrame, proto(nil, o, p.number)
	}
	o := s.envelope(m, body)
	switch p.Family {
	case "msgpack":
		return binaryFrame, msgpack(nil, o)
	case "cbor":
		return binaryFrame, cbor(nil, o)
	}
	return asText(o)
}

// envelope is an object around what a message says.
func (s *session) envelope(m *message, body object) object {
	p := s.u.p
	var o object
	if p.decoy && !m.client {
		o = append(o, pair{"channel", "room-" + s.topic}, pair{"v", 1})
	}
	o = append(o, pair{p.keyword, m.kind})
	if m.id != "" {
		o = append(o, pair{p.correl, m.id})
	}
	if m.reply && m.code != "" {
		return append(o, pair{"ok", false}, pair{"error", body})
	}
	return append(o, pair{"data", body})
}

func (s *session) jupyter(m *message, body object) object {
	header := object{{"msg_id", m.id}, {"msg_type", m.kind}, {"username", "suite"}, {"session", s.topic}, {"date", newID(s.u.r, "iso")}, {"version", "5.3"}}
	parent := object{}
	channel := "shell"
	if !m.client {
		header.set("msg_id", newID(s.u.r, "uuid"))
		parent = object{{"msg_id", m.id}, {"msg_type", "execute_request"}, {"session", s.topic}}
	}
	if m.id == "" {
		parent.set("msg_id", newID(s.u.r, "uuid"))
		channel = "iopub"
	}
	return object{{"header", header}, {"parent_header", parent}, {"channel", channel}, {"metadata", object{}}, {"content", body}, {"buffers", []any{}}}
}

func (s *session) encodeBeat(m *message) (byte, []byte) {
	p := s.u.p
	switch p.Family {
	case "socketio":
		return textFrame, []byte(m.kind)
	case "mqtt":
		if m.client {
			return binaryFrame, []byte{0xc0, 0}
		}
		return binaryFrame, []byte{0xd0, 0}
	case "graphql", "commands":
		if p.Family == "commands" {
			return textFrame, []byte(strings.ToUpper(m.kind))
		}
		return textFrame, text(object{{"type", m.kind}})
	case "phoenix":
		return textFrame, text([]any{nil, "9", "phoenix", m.kind, object{}})
	case "ocpp":
		if m.kind == p.beat.name {
			return textFrame, text([]any{2, "hb-1", "Heartbeat", object{}})
		}
		return textFrame, text([]any{3, "hb-1", object{{"currentTime", newID(s.u.r, "iso")}}})
	case "gateway":
		if m.kind == p.beat.name {
			return textFrame, text(object{{"op", 1}, {"d", s.seq[1]}})
		}
		return textFrame, text(object{{"op", 11}})
	case "msgpack":
		return binaryFrame, msgpack(nil, object{{p.keyword, m.kind}})
	case "cbor":
		return binaryFrame, cbor(nil, object{{p.keyword, m.kind}})
	case "protobuf":
		return binaryFrame, proto(nil, object{{"kind", p.kindNumber(m.kind)}}, p.number)
	}
	return textFrame, text(object{{p.keyword, m.kind}})
}

// kindNumber is the number of a kind in families that number them.
func (p *Program) kindNumber(name string) int {
	return p.number("kind "+name) - 1
}

// number gives names numbers as they come: those of a program are given when it is drawn.
func (p *Program) number(name string) int {
	if p.numbered[name] == 0 {
		p.numbered[name] = len(p.numbered) + 1
	}
	return p.numbered[name]
}

// words writes an object as words of a line.
func words(o object) string {
	var b strings.Builder
	for _, p := range o {
		switch x := p.value.(type) {
		case object, []any, nil:
		case string:
			b.WriteString(" " + p.name + "=" + strings.ReplaceAll(x, " ", "_"))
		default:
			fmt.Fprintf(&b, " %s=%v", p.name, x)
		}
	}
	return b.String()
}
