package behaviour

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// AsyncAPI writes what a run shows as an AsyncAPI 3.0 document in JSON: a channel a role, its messages with JSON Schemas of their
// payloads, and what the server sends and receives. It says what was seen, which may be less than what there can be: a field is required
// where all messages have it, and only states have enumerations.
//
// https://www.asyncapi.com/docs/reference/specification/v3.0.0
type AsyncAPI struct {
	*Watcher
	w io.Writer
}

// NewAsyncAPI writes to w.
func NewAsyncAPI(w io.Writer) *AsyncAPI { return &AsyncAPI{NewWatcher(), w} }

// Wants asks for messages with their payloads.
func (a *AsyncAPI) Wants() record.Wants { return record.Wants{Messages: true, Payload: true} }

// Close writes the document; nothing after a failed run, of which there is no summary.
func (a *AsyncAPI) Close(sum *record.Summary) error {
	if sum == nil {
		return nil
	}
	e := json.NewEncoder(a.w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(a.Behaviour().AsyncAPI())
}

type object = map[string]any

// AsyncAPI is the document as a value that encodes as JSON.
func (b *Behaviour) AsyncAPI() any {
	channels, operations := object{}, object{}
	for _, r := range b.Roles {
		if strings.HasPrefix(r.Name, "encrypted") || r.Handshakes["accepted"] == 0 && len(r.Messages) == 0 {
			continue
		}
		id := unused(identifierOf(r.Name), channels)
		channels[id] = r.channel(id, operations)
	}
	return object{
		"asyncapi": "3.0.0",
		"info": object{"title": "WebSocket channels as captured", "version": "0.0.0",
			"description": "Written by wscope from a capture: what was seen, which may be less than what there can be."},
		"defaultContentType": "application/json",
		"channels":           channels,
		"operations":         operations,
	}
}

// channel is a role's, and puts what the server does on it with the operations.
func (r *Role) channel(id string, operations object) object {
	messages := object{}
	names := map[string]string{} // of messages, by sender and kind
	for _, k := range r.Messages {
		if k.Name == framePing {
			continue
		}
		name := unused(identifierOf(k.From+" "+k.Name), messages)
		names[k.From+" "+k.Name] = name
		messages[name] = k.message()
	}
	ref := func(name string) object { return object{"$ref": "#/channels/" + id + "/messages/" + name} }
	here := object{"$ref": "#/channels/" + id}
	replies := map[string][]any{} // by the request's name
	var sent []any
	for _, k := range r.Messages {
		name := names[k.From+" "+k.Name]
		switch request := names[string(senders[1-sender(record.Peer(k.From))])+" "+k.Answers]; {
		case name == "" || k.From != "server":
		case k.Answers != "" && k.Replies > 0 && request != "":
			replies[request] = append(replies[request], ref(name))
		default:
			sent = append(sent, ref(name))
		}
	}
	if sent != nil {
		operations[unused("send_"+id, operations)] = object{"action": "send", "channel": here, "messages": sent}
	}
	var received []any
	for _, k := range r.Messages {
		name := names[k.From+" "+k.Name]
		if name == "" || k.From != "client" {
			continue
		}
		if list := replies[name]; list != nil {
			operations[unused("receive_"+id+"_"+name, operations)] = object{"action": "receive", "channel": here, "messages": []any{ref(name)},
				"reply": object{"channel": here, "messages": list}}
			continue
		}
		received = append(received, ref(name))
	}
	if received != nil {
		operations[unused("receive_"+id, operations)] = object{"action": "receive", "channel": here, "messages": received}
	}
	c := object{"address": addressOf(r.Name), "messages": messages}
	if p := parametersOf(r.Name); p != nil {
		c["parameters"] = p
	}
	if q := r.query(); q != nil {
		c["bindings"] = object{"ws": object{"method": "GET", "query": q, "bindingVersion": "0.1.0"}}
	}
	return c
}

// query is a schema of the query that opening handshakes ask with; nil where they have none.
func (r *Role) query() any {
	properties := object{}
	required := []any{}
	for _, name := range slices.Sorted(maps.Keys(r.Requests)) {
		if key, ok := strings.CutPrefix(name, "query "); ok {
			properties[key] = object{"type": "string"}
			if r.Requests[name] == r.Flows.sum() {
				required = append(required, key)
			}
		}
	}
	if len(properties) == 0 {
		return nil
	}
	s := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// message is the Message Object of a kind.
func (k *Kind) message() object {
	m := object{"name": k.Name, "summary": "from the " + k.From}
	if _, known := k.Fields["$"]; known && !k.Words {
		m["contentType"] = "application/json"
		m["payload"] = k.Schema()
	} else {
		m["payload"] = object{"type": "string"}
		m["contentType"] = "application/octet-stream"
		if k.Words {
			m["contentType"] = "text/plain"
		}
	}
	return m
}

// addressOf is the address of a role's channel: its path, with names for its parameters.
func addressOf(role string) string {
	if i := strings.IndexByte(role, '/'); i >= 0 {
		role = role[i:]
	}
	for i := range strings.Count(role, idWord) {
		role = strings.Replace(role, idWord, "{"+parameter(i)+"}", 1)
	}
	return role
}

func parametersOf(role string) object {
	p := object{}
	for i := range strings.Count(role, idWord) {
		p[parameter(i)] = object{"description": "an identifier"}
	}
	if len(p) == 0 {
		return nil
	}
	return p
}

func parameter(i int) string { return "id" + decimal(int64(i+1)) }

// identifierOf is a name made of what AsyncAPI has in keys that references name.
func identifierOf(s string) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	name := strings.Trim(b.String(), "_")
	if name == "" {
		return "root"
	}
	return name[:min(len(name), 80)]
}

// unused is a name that is no key of a map, numbered where it was one.
func unused(name string, of object) string {
	if _, taken := of[name]; !taken {
		return name
	}
	for n := int64(2); ; n++ {
		if _, taken := of[name+"_"+decimal(n)]; !taken {
			return name + "_" + decimal(n)
		}
	}
}
