package behaviour

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"wscope/analyzer"
)

// What the fields that tell messages apart are called, and those that tie an answer to its
// request, the most telling first.
var (
	kindKeys = []string{"event", "type", "op", "action", "method", "kind", "cmd", "command", "notification", "verb", "function", "messageType", "message_type", "msgType",
		"msg_type", "eventType", "event_type", "eventName", "event_name", "__typename", "name", "topic", "channel", "msg", "t", "e"}
	headKeys = []string{"header", "head", "meta", "metadata", "envelope"}
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
	if a := m.App; a != nil && a.Protocol != "json" && (a.Kind != "" || a.Name != "") {
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
	if kind := called(object); kind != "" {
		return meaning{kind: kind, id: id}
	}
	for _, key := range headKeys { // {"header": {"type": …}, …}
		if head, _ := object[key].(map[string]any); head != nil {
			if kind := called(head); kind != "" {
				return meaning{kind: kind, id: cmp.Or(id, identifier(head))}
			}
		}
	}
	if list != "" {
		return meaning{kind: list, id: id}
	}
	if len(object) == 1 { // {"subscribe": {…}}
		for key, inside := range object {
			switch inside.(type) {
			case map[string]any, []any:
				if word(key) {
					return meaning{kind: name(key), id: id}
				}
			}
		}
	}
	switch {
	case object != nil:
		return meaning{kind: "json", id: id, bare: true}
	case v != nil:
		return meaning{kind: "json list", bare: true}
	case m.Type == "text":
		if c := command(m.Data); c != "" {
			return meaning{kind: c}
		}
	}
	return meaning{kind: m.Type, bare: true}
}

// called is the kind that an object says it is; "" where it says nothing.
func called(object map[string]any) string {
	for _, key := range kindKeys {
		switch x := object[key].(type) {
		case string:
			if word(x) {
				return name(x)
			}
		case float64:
			if (key == "op" || key == "type" || key == "kind") && x == float64(int(x)) {
				return key + " " + strconv.Itoa(int(x))
			}
		}
	}
	return ""
}

// command is the word at the head of a text that is no prose: MOVE north, /join, trade|17|3, price:12. Words in small
// letters are commands only with a separator right behind them.
func command(text []byte) string {
	n := 0
	for n < len(text) && n <= 24 && (isLetter(text[n]) || n > 0 && (text[n] == '_' || text[n] == '-' || text[n] == '.') || n == 0 && text[n] == '/') {
		n++
	}
	if n < 2 || n > 24 {
		return ""
	}
	head, rest := string(text[:n]), text[n:]
	aloud := head == strings.ToUpper(head) || head[0] == '/'
	switch {
	case len(rest) == 0 && aloud:
		return head
	case len(rest) > 0 && strings.IndexByte(" \r\n\t,;", rest[0]) >= 0 && aloud:
		return head
	case len(rest) > 1 && (rest[0] == ':' || rest[0] == '|') && rest[1] != ' ' && rest[1] != '/':
		return head
	}
	return ""
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

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

// hearts are what the messages are called that keep a connection alive.
var hearts = []string{"ping", "pong", "pingreq", "pingresp", "heartbeat", "heartbeats", "hb", "keepalive", "keep_alive", "keep-alive", "ka"}

// isHeart says whether a kind keeps the connection alive.
func isHeart(kind string) bool {
	for word := range strings.FieldsFuncSeq(strings.ToLower(kind), func(r rune) bool { return strings.ContainsRune(" .:/", r) }) {
		if slices.Contains(hearts, word) {
			return true
		}
	}
	return false
}

// KeepsAlive says whether messages of a kind are there to keep the connection alive.
func (k *Kind) KeepsAlive() bool { return isHeart(k.Name) }

// isStream says whether a flow's subprotocol is a stream of bytes, cut into messages anyhow.
func isStream(f *analyzer.Flow) bool {
	return f.Handshake != nil && slices.ContainsFunc(f.Handshake.SubprotocolsOffered, func(s string) bool {
		return strings.HasPrefix(strings.ToLower(s), "mqtt") || strings.HasPrefix(strings.ToLower(s), "amqp")
	})
}
