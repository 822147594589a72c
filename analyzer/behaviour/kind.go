package behaviour

import (
	"encoding/json"
	"strconv"
	"strings"

	"wscope/analyzer"
)

// What the fields that tell messages apart are called, and those that tie an answer to its
// request, the most telling first.
var (
	kindKeys = []string{"event", "type", "op", "action", "method", "kind", "cmd", "command", "__typename", "name", "topic", "channel", "msg"}
	idKeys   = []string{"id", "request_id", "requestId", "ref", "correlation_id", "correlationId", "reply_to", "replyTo", "in_reply_to", "msg_id"}
)

// meaning is what a data message is about.
type meaning struct {
	kind string
	id   string // ties requests and answers; "" where it has none
	bare bool   // kind says nothing but what the payload looks like
}

// mean tells what a message is about: what its subprotocol says, or what its JSON says of
// itself. v is its JSON, or nil.
func mean(m *analyzer.Message, v any) meaning {
	object, list := parts(v)
	if a := m.App; a != nil && (a.Kind != "" || a.Name != "") {
		words := []string{a.Kind}
		switch {
		case a.Name != "":
			words = append(words, name(a.Name))
		case a.Topic != "":
			words = append(words, name(a.Topic))
		case list != "":
			words = append(words, list)
		}
		return meaning{kind: strings.TrimSpace(strings.Join(words, " ")), id: a.ID}
	}
	id := identifier(object)
	for _, key := range kindKeys {
		switch x := object[key].(type) {
		case string:
			if word(x) {
				return meaning{kind: name(x), id: id}
			}
		case float64:
			if (key == "op" || key == "type" || key == "kind") && x == float64(int(x)) {
				return meaning{kind: key + " " + strconv.Itoa(int(x)), id: id}
			}
		}
	}
	switch {
	case list != "":
		return meaning{kind: list, id: id}
	case object != nil:
		return meaning{kind: "json", id: id, bare: true}
	case v != nil:
		return meaning{kind: "json list", bare: true}
	}
	return meaning{kind: m.Type, bare: true}
}

// parts gives the object that a message is or, of a list such as ["news", {…}], the name at
// its head and the object in it.
func parts(v any) (object map[string]any, head string) {
	switch x := v.(type) {
	case map[string]any:
		return x, ""
	case []any:
		if len(x) > 0 {
			if s, ok := x[0].(string); ok && word(s) {
				head = name(s)
			}
		}
		if head != "" && len(x) > 1 {
			object, _ = x[1].(map[string]any)
		}
	}
	return object, head
}

func identifier(object map[string]any) string {
	for _, key := range idKeys {
		switch x := object[key].(type) {
		case string:
			if x != "" && len(x) <= 128 {
				return x
			}
		case float64:
			return strconv.FormatFloat(x, 'g', -1, 64)
		}
	}
	return ""
}

// word says whether a text looks like a name that programmers give, not like prose.
func word(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.ContainsRune("_.:/-@#$", c), c > 127:
		default:
			return false
		}
	}
	return true
}

// name is a kind's or topic's name without the identifiers in it.
func name(s string) string {
	for _, separator := range []string{"/", ":", "."} {
		words := strings.Split(s, separator)
		for i, w := range words {
			words[i] = withoutID(w)
		}
		s = strings.Join(words, separator)
	}
	return s[:min(len(s), 100)]
}

// maxParse is the longest message whose JSON is looked at.
const maxParse = 1 << 20

// parse is a text message's JSON; nil where it is none. Digits may stand before it, as in
// Socket.IO.
func parse(m *analyzer.Message) any {
	if !m.IsText || m.Type != "text" || len(m.Data) > maxParse {
		return nil
	}
	text := strings.TrimLeft(strings.TrimSpace(string(m.Data)), "0123456789")
	if text == "" || text[0] != '{' && text[0] != '[' {
		return nil
	}
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return v
}
