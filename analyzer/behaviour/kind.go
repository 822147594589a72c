package behaviour

import (
	"slices"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// What the fields that tell messages apart are called, and those that tie an answer to its
// request, the most telling first.
var (
	kindKeys = []string{"event", "type", "op", "action", "method", "kind", "cmd", "command", "notification", "verb", "function", "messageType", "message_type", "msgType",
		"msg_type", "eventType", "event_type", "eventName", "event_name", "__typename", "name", "what", "subject", "topic", "channel", "msg", "t", "e"}
	headKeys = []string{"header", "head", "meta", "metadata", "envelope"}
	idKeys   = []string{"id", "request_id", "requestId", "ref", "correlation_id", "correlationId", "reply_to", "replyTo", "in_reply_to", "msg_id", "rid", "cid", "callId", "txn"}
	// weakIDs tie an answer to its request where both call it so: a side may count its messages with them.
	weakIDs = []string{"nonce", "seq", "tag"}
	// generic are values that say that something comes, and not what.
	generic = []string{"message", "event", "data", "msg", "notification", "publish", "dispatch", "push", "update"}
)

// meaning is what a data message is about.
type meaning struct {
	kind string
	id   string // ties requests and answers; "" where it has none
	bare bool   // kind says nothing but what the payload looks like
}

// mean tells what a message is about: what its subprotocol says, or what its JSON says of
// itself. v is its JSON, or nil.
func (w *Watcher) mean(r *roleWatch, m *record.Message, v any) meaning {
	object, list := parts(v)
	if w.kind != nil {
		if kind := w.kind(m); kind != "" {
			says := meaning{kind: w.names.fold(kind), id: r.dialect.identifier(object, m.From)}
			if m.App != nil && m.App.ID != "" {
				says.id = m.App.ID
			}
			return says
		}
	}
	says := r.dialect.mean(m, v, object, list)
	says.kind = w.names.fold(says.kind)
	return says
}

func (d *dialect) mean(m *record.Message, v any, object map[string]any, list string) meaning {
	if a := m.App; a != nil && (isProtocol(a) || len(a.Decoded) > 0 && a.Protocol == "protobuf") && (a.Kind != "" || a.Name != "") {
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
	id := d.identifier(object, m.From)
	kind := d.usualKind(m.From, object)
	if at := d.refine[sender(m.From)][masked(kind, false)]; at != "" && object != nil && list == "" {
		kind := masked(kind, false)
		switch inner := valueAt(object, at); {
		case inner == "" || inner == kind:
		case kind == "" || strings.Contains(kind, idWord) || slices.Contains(generic, kind):
			return meaning{kind: inner, id: id}
		default:
			return meaning{kind: kind + " " + inner, id: id}
		}
	}
	if kind != "" {
		return meaning{kind: kind, id: id}
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
	case m.Length == 0 && m.App == nil:
		return meaning{kind: "empty heartbeat"} // it can say nothing but that its sender is there
	case object != nil && m.Type == "binary":
		if lead := d.leading(m); lead != "" {
			return meaning{kind: "binary " + lead, id: id}
		}
		if kind := numberedKind(object); kind != "" {
			return meaning{kind: kind, id: id}
		}
		return meaning{kind: d.binary[sender(m.From)], id: id, bare: true}
	case object != nil:
		return meaning{kind: "json", id: id, bare: true}
	case v != nil:
		return meaning{kind: "json list", bare: true}
	case m.Type == "text":
		if c := command(m.Data); c != "" {
			return meaning{kind: c}
		}
	case m.Type == "binary" && !isProtocol(m.App):
		if lead := d.leading(m); lead != "" {
			return meaning{kind: "binary " + lead}
		}
	}
	return meaning{kind: m.Type, bare: true}
}

// valueAt is the value of a place such as "header.msg_type", as a kind.
func valueAt(object map[string]any, at string) string {
	key := at
	if head, below, nested := strings.Cut(at, "."); nested {
		if inside, _ := object[head].(map[string]any); inside != nil {
			object, key = inside, below
		}
	}
	switch x := object[key].(type) {
	case string:
		if word(x) {
			return name(x)
		}
	case float64:
		if x == float64(int(x)) {
			return key + " " + strconv.Itoa(int(x))
		}
	}
	return ""
}

// usualKind is the kind that an object says it is: by the key that all of its sender's objects have, where there is one, or else by
// the well-known names.
func (d *dialect) usualKind(from record.Peer, object map[string]any) string {
	if key := d.key[sender(from)]; key != "" && object != nil {
		if kind := valueAt(object, key); kind != "" && !slices.Contains(generic, kind) {
			return kind
		}
	}
	return usualKind(object)
}

// usualKind is the kind that an object says it is by the well-known names; "" where it says nothing.
func usualKind(object map[string]any) string {
	kind := called(object)
	if kind == "" || slices.Contains(generic, kind) {
		for _, key := range headKeys { // {"header": {"type": …}, …}
			if head, _ := object[key].(map[string]any); head != nil {
				if inner := called(head); inner != "" {
					return inner
				}
			}
		}
	}
	if slices.Contains(generic, kind) { // {"type": "message", "channel": "news"}
		for _, key := range kindKeys {
			if x, ok := object[key].(string); ok && word(x) && name(x) != kind {
				return kind + " " + name(x)
			}
		}
	}
	return kind
}

// called is the kind that an object says it is; "" where it says nothing.
func called(object map[string]any) string {
	number := ""
	for _, key := range kindKeys {
		switch x := object[key].(type) {
		case string:
			if word(x) {
				return name(x)
			}
		case float64:
			if (key == "op" || key == "type" || key == "kind" || key == "cmd" || key == "t") && x == float64(int(x)) && number == "" {
				number = key + " " + strconv.Itoa(int(x))
				if s, ok := object["t"].(string); ok && key == "op" && word(s) { // {"op": 0, "t": "MESSAGE_CREATE"}
					return name(s)
				}
			}
		}
		if number != "" && key == "op" {
			return number
		}
	}
	return number
}

// command is the word at the head of a text that is no prose: MOVE north, /join, trade|17|3, price:12. Words in small
// letters are commands only with a separator right behind them.
func command(text []byte) string {
	n := 0
	for n < len(text) && n <= 40 && (isLetter(text[n]) || n > 0 && (text[n] == '_' || text[n] == '-' || text[n] == '.' || text[n] == ':' && n+1 < len(text) && isUpper(text[n-1]) && isUpper(text[n+1])) || n == 0 && text[n] == '/') {
		n++
	}
	if n < 2 || n > 40 {
		return ""
	}
	head, rest := string(text[:n]), text[n:]
	aloud := head == strings.ToUpper(head) || head[0] == '/'
	switch {
	case len(rest) == 0 && aloud:
		return head
	case len(rest) > 0 && strings.IndexByte(" \r\n\t,;", rest[0]) >= 0 && aloud:
		return head
	case n <= 24 && len(rest) > 1 && (rest[0] == ':' || rest[0] == '|') && rest[1] != ' ' && rest[1] != '/':
		return head
	}
	return ""
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

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

// maxBatch is how many objects a list has at most that is taken for several messages.
const maxBatch = 64

// batch is the messages that a message brings as a list, as JSON-RPC's batches and Bayeux do: objects that say of what kind they are, and
// that have an identifier or what they carry. It is nil where a list is none such.
func batch(v any) []any {
	list, _ := v.([]any)
	if len(list) == 0 || len(list) > maxBatch {
		return nil
	}
	for _, e := range list {
		object, _ := e.(map[string]any)
		if object == nil || called(object) == "" {
			return nil
		}
		if identifier(object, "") == "" && object["data"] == nil && object["params"] == nil && object["clientId"] == nil {
			return nil
		}
	}
	return list
}

// identifier is what ties a request and its answer. An answer may name its request's header as its parent's.
func identifier(object map[string]any, from record.Peer) string {
	if parent, _ := object["parent_header"].(map[string]any); parent != nil {
		id, _ := parent["msg_id"].(string)
		if head, _ := object["header"].(map[string]any); head != nil && id == "" && from == "client" {
			id, _ = head["msg_id"].(string)
		}
		return id
	}
	for _, key := range idKeys {
		if id := scalar(object[key]); id != "" {
			return id
		}
	}
	for _, key := range headKeys {
		if head, _ := object[key].(map[string]any); head != nil {
			for _, key := range idKeys {
				if id := scalar(head[key]); id != "" {
					return id
				}
			}
		}
	}
	for _, key := range weakIDs {
		if id := scalar(object[key]); id != "" {
			return key + " " + id
		}
	}
	return ""
}

func scalar(v any) string {
	switch x := v.(type) {
	case string:
		if len(x) <= 128 {
			return x
		}
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
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

// failed says whether an object tells of an error in place of what was asked for.
func failed(v any) bool {
	object, _ := v.(map[string]any)
	if object == nil {
		return false
	}
	switch x := object["error"].(type) {
	case string:
		return x != ""
	case map[string]any:
		return len(x) > 0
	}
	for _, key := range []string{"ok", "success"} {
		if ok, is := object[key].(bool); is && !ok {
			return true
		}
	}
	if list, _ := object["errors"].([]any); len(list) > 0 {
		return true
	}
	return false
}

// hearts are what the messages are called that keep a connection alive.
var hearts = []string{"ping", "pong", "pingreq", "pingresp", "heartbeat", "heartbeats", "hb", "keepalive", "keep_alive", "keep-alive", "ka", "heartbeatack", "heartbeat_ack", "heart-beat", "heart_beat"}

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
func (k *Kind) KeepsAlive() bool { return isHeart(k.Name) || k.periodic() }

// isStream says whether a flow's subprotocol is a stream of bytes, cut into messages anyhow.
func isStream(f *record.Flow) bool {
	return f.Handshake != nil && slices.ContainsFunc(f.Handshake.SubprotocolsOffered, func(s string) bool {
		return strings.HasPrefix(strings.ToLower(s), "mqtt") || strings.HasPrefix(strings.ToLower(s), "amqp")
	})
}
