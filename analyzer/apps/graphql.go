package apps

import (
	"bytes"
	"cmp"
	"slices"

	"wscope/analyzer/record"
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
	return from == client && contains(b, "connection_init") && object(value(b), f[:], "type") && is(f[0], "connection_init")
}

func (d *graphQL) read(c *conversation, m *record.Message) bool {
	var f [3][]byte
	if !object(value(m.Data), f[:], "type", "id", "payload") || !isString(f[0]) {
		return false
	}
	payload := f[2]
	u := unit{kind: text(f[0]), id: text(f[1]), gist: textOf(payload)}
	switch u.kind {
	case "start", "data", "stop", "ka", "connection_terminate":
		d.label(c, "graphql-ws")
	case "subscribe", "next":
		d.label(c, "graphql-transport-ws")
	}
	switch u.kind {
	case "connection_init":
		u.part, u.key = asks, "connection"
		if hasCredential(payload) {
			c.credential("GraphQL connection_init")
			u.gist = ""
		}
	case "connection_ack":
		u.part, u.key = answers, "connection"
	case "connection_error":
		u.part, u.key, u.err = fails, "connection", complaint(payload)
	case "subscribe", "start":
		var q [2][]byte
		object(payload, q[:], "operationName", "query")
		u.name = operationName(q[0], q[1])
		if data := value(unquoted(appSyncData(payload))); data != nil { // AppSync has the request as a text, and credentials beside it
			object(data, q[:], "operationName", "query")
			u.name = operationName(q[0], q[1])
			c.version = "AppSync"
		}
		u.part = asks
		if hasCredential(extensions(payload)) {
			c.credential("GraphQL authorization")
		}
		d.begin(u.id, u.name)
		if isString(q[1]) {
			u.gist = textOf(q[1])
		}
	case "start_ack": // AppSync's
		u.name, u.part = d.name(u.id), answers
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

// label says which of the two protocols is spoken, where the subprotocol does not.
func (d *graphQL) label(c *conversation, protocol string) {
	if c.by != "subprotocol" {
		c.protocol = protocol
	}
}

// graphqlMidway knows the types that tell the results of an operation, with its id.
func graphqlMidway(g *glance) int {
	if len(g.json) == 0 || g.binary {
		return 0
	}
	var f [3][]byte
	if !g.object(f[:], "type", "id", "payload") || !isString(f[0]) {
		return 0
	}
	kind := string(raw(f[0]))
	var p [4][]byte
	object(f[2], p[:], "query", "data", "errors", "message")
	switch {
	case g.from == client && (kind == "subscribe" || kind == "start") && f[1] != nil && isString(p[0]):
		return certain
	case g.from == server && (kind == "next" || kind == "data") && isString(f[1]) && (p[1] != nil || p[2] != nil):
		return certain
	case g.from == server && kind == "error" && isString(f[1]) && array(f[2], nil) > 0:
		return certain
	case kind == "complete" && isString(f[1]) && f[2] == nil, kind == "stop" && isString(f[1]) && g.from == client:
		return 40
	case kind == "connection_ack" && g.from == server && !contains(g.b, "connectionTimeoutMs") || kind == "start_ack" && isString(f[1]):
		return certain
	case kind == "ka" && g.from == server && f[1] == nil:
		return 1 // AppSync's events have it too
	}
	return 0
}

func appSyncData(payload []byte) []byte {
	var f [1][]byte
	object(payload, f[:], "data")
	return f[0]
}

func extensions(payload []byte) []byte {
	var f [1][]byte
	object(payload, f[:], "extensions")
	return f[0]
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

// operationName is the name the client gives, or else that of the document's operation, or else the first field that the
// operation asks for, or else its type.
func operationName(given, query []byte) string {
	if isString(given) && len(given) > 2 {
		return text(given)
	}
	if q := unquotedHead(query); len(q) > 0 {
		return documentName(q)
	}
	return ""
}

// unquotedHead is the beginning of a string, as much as is looked at of a document.
func unquotedHead(v []byte) []byte {
	if len(v) > maxDocument { // cut where no escape is broken
		cut := maxDocument
		for cut > 1 && v[cut-1] == '\\' {
			cut--
		}
		v = append(v[:cut:cut], '"')
	}
	return unquoted(v)
}

// maxDocument is how much is looked at of a GraphQL document.
const maxDocument = 64 << 10

// documentName names the first operation of a document, GraphQL §2.3: its own name, that stands before the selection set and
// outside of comments and strings. A document that begins with { is a query.
func documentName(q []byte) string {
	depth, kind := 0, ""
	lex := graphqlLexer{b: q}
	for {
		t := lex.next()
		switch {
		case t == "":
			return kind
		case t == "{":
			if depth == 0 {
				if kind == "fragment" {
					kind = ""
					depth++
					continue
				}
				return cmp.Or(lex.field(), kind, "query")
			}
			depth++
		case t == "(" || t == "[":
			depth++
		case t == "}" || t == ")" || t == "]":
			depth = max(depth-1, 0)
		case depth > 0:
		case kind == "" && (t == "query" || t == "mutation" || t == "subscription"):
			if name := lex.name(); name != "" {
				return short(name)
			}
			kind = t
		case kind == "" && t == "fragment":
			kind = t
		}
	}
}

// graphqlLexer cuts a document into names and punctuators; comments, strings and numbers are passed over.
type graphqlLexer struct {
	b []byte
	i int
}

// next is the next name or punctuator; "" at the end.
func (l *graphqlLexer) next() string {
	for l.i < len(l.b) {
		switch c := l.b[l.i]; {
		case c == '#':
			for l.i < len(l.b) && l.b[l.i] != '\n' && l.b[l.i] != '\r' {
				l.i++
			}
		case c == '"':
			l.skipString()
		case c == '{' || c == '}' || c == '(' || c == ')' || c == '[' || c == ']' || c == ':' || c == '@' || c == '$' || c == '!' || c == '=':
			l.i++
			return string(c)
		case isNameByte(c):
			from := l.i
			for l.i < len(l.b) && isNameByte(l.b[l.i]) {
				l.i++
			}
			return string(l.b[from:l.i])
		default:
			l.i++
		}
	}
	return ""
}

func (l *graphqlLexer) skipString() {
	end := []byte(`"`)
	if bytes.HasPrefix(l.b[l.i:], []byte(`"""`)) {
		end = []byte(`"""`)
	}
	for l.i += len(end); l.i < len(l.b); l.i++ {
		switch {
		case l.b[l.i] == '\\':
			l.i++
		case bytes.HasPrefix(l.b[l.i:], end):
			l.i += len(end)
			return
		}
	}
}

// name is the next token where it is a name; else it is not taken.
func (l *graphqlLexer) name() string {
	at := l.i
	t := l.next()
	if t == "" || !isNameByte(t[0]) {
		l.i = at
		return ""
	}
	return t
}

// field is the name of a selection set's first field, behind its alias; of a fragment, its name.
func (l *graphqlLexer) field() string {
	first := l.name()
	if at := l.i; first != "" && l.next() == ":" {
		return short(l.name())
	} else {
		l.i = at
	}
	return short(first)
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// firstError is the message of an error, or of the first of a list.
func firstError(v []byte) string {
	var f [1][]byte
	if object(v, f[:], "errors") && array(f[0], nil) > 0 { // AppSync's
		v = f[0]
	}
	if array(v, f[:]) > 0 {
		v = f[0]
	}
	return complaint(v)
}
