package apps

import (
	"bytes"
	"cmp"
	"slices"

	"wscope/analyzer"
)

// graphQL reads both protocols for GraphQL over WebSocket: graphql-transport-ws (of the
// graphql-ws library) and the older graphql-ws (of subscriptions-transport-ws), whose
// message types do not contradict each other.
//
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md and
// https://github.com/apollographql/subscriptions-transport-ws/blob/master/PROTOCOL.md
type graphQL struct {
	stateless
	live []running // the latest operations, to name their results
}

type running struct{ id, name string }

func openGraphQL() dialect { return new(graphQL) }

// graphqlSpot knows the client's first message.
func graphqlSpot(b []byte, from side) bool {
	var f [1][]byte
	return from == client && object(value(b), f[:], "type") && is(f[0], "connection_init")
}

func (d *graphQL) read(c *conversation, m *analyzer.Message) bool {
	var f [3][]byte
	if !object(value(m.Data), f[:], "type", "id", "payload") || !isString(f[0]) {
		return false
	}
	payload := f[2]
	u := unit{kind: text(f[0]), id: text(f[1]), gist: words(payload)}
	switch u.kind {
	case "connection_init":
		u.part, u.key = asks, "connection"
	case "connection_ack":
		u.part, u.key = answers, "connection"
	case "connection_error":
		u.part, u.key, u.err = fails, "connection", complaint(payload)
	case "subscribe", "start":
		var q [2][]byte
		object(payload, q[:], "operationName", "query")
		u.name = operationName(q[0], q[1])
		u.part = asks
		d.begin(u.id, u.name)
		if isString(q[1]) {
			u.gist = words(q[1])
		}
	case "next", "data":
		u.name, u.part = d.name(u.id), answers
		var e [1][]byte
		if object(payload, e[:], "errors") && len(e[0]) > 0 && string(e[0]) != "null" {
			u.part, u.err = fails, firstError(e[0])
		}
	case "error":
		u.name, u.part, u.err = d.name(u.id), fails, firstError(payload)
	case "complete", "stop":
		u.name, u.part = d.name(u.id), answers
		if c.from == client {
			u.part = drops
		}
	case "ping":
		u.part = beats
	case "pong":
		u.part = returns
	case "ka":
		u.part = shows
	case "connection_terminate":
	default:
		return false
	}
	c.add(u)
	return true
}

func (d *graphQL) begin(id, name string) {
	if len(d.live) == maxOperations {
		d.live = slices.Delete(d.live, 0, 1)
	}
	d.live = append(d.live, running{id, name})
}

func (d *graphQL) name(id string) string {
	for i := len(d.live) - 1; i >= 0; i-- {
		if d.live[i].id == id {
			return d.live[i].name
		}
	}
	return ""
}

// operationName is the name the client gives, or else the one in the document, or else the first field that the
// operation asks for, or else its type.
func operationName(given, query []byte) string {
	if isString(given) && len(given) > 2 {
		return text(given)
	}
	q := raw(query)
	for _, kind := range []string{"query", "mutation", "subscription"} {
		i := bytes.Index(q[:min(len(q), 4096)], []byte(kind))
		if i < 0 || i > 0 && !bytes.ContainsRune([]byte(" \t\r\n}"), rune(q[i-1])) {
			continue
		}
		rest := q[i+len(kind):]
		rest = rest[space(rest, 0):]
		n := 0
		for n < len(rest) && isNameByte(rest[n]) {
			n++
		}
		if n > 0 {
			return short(rest[:n])
		}
		return cmp.Or(firstField(rest), kind)
	}
	if len(q) > 0 {
		return cmp.Or(firstField(q), "query") // a document that begins with { is one, GraphQL §2.3
	}
	return ""
}

// firstField is the name at the head of a selection set, behind its alias; "" where there is none.
func firstField(q []byte) string {
	_, q, open := bytes.Cut(q[:min(len(q), 4096)], []byte("{"))
	if !open {
		return ""
	}
	name := func() string {
		q = q[space(q, 0):]
		n := 0
		for n < len(q) && isNameByte(q[n]) {
			n++
		}
		word := short(q[:n])
		q = q[n:]
		q = q[space(q, 0):]
		return word
	}
	first := name()
	if len(q) > 0 && q[0] == ':' {
		q = q[1:]
		return name()
	}
	return first
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// firstError is the message of an error, or of the first of a list.
func firstError(v []byte) string {
	var f [1][]byte
	if array(v, f[:]) > 0 {
		v = f[0]
	}
	return complaint(v)
}
