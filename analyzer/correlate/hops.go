package correlate

import (
	"strings"
	"wscope/analyzer/flow"
	"wscope/analyzer/record"
)

// hops links the two flows of one conversation through a reverse proxy, where both hops
// are in the capture. The merger keeps it, since the two may be in different shards.
//
// A proxy asks its own server right after it was asked itself, and before it answers. Most
// hand Sec-WebSocket-Key on, which proves it; one that makes a key of its own (or speaks
// HTTP/2 on one side, where there is none) is recognised by asking for the same path from
// the address that the first flow went to.
type hops struct {
	waiting []*hop // oldest first
	byKey   map[string]*hop
	byRoute map[route][]*hop
}

// hop is a flow that another may be the continuation of.
type hop struct {
	flow    *flow.Ref
	key     string
	route   route
	at      record.Time
	numbers [2]uint32 // Flow.Numbers
}

// route is where a request went: the server's address and the path.
type route struct{ to, path string }

const (
	hopWithin = record.Time(2e9) // of capture time, from one request to the other
	maxHops   = 4096             // flows remembered at once; the oldest goes
)

// begun looks for the flow that f continues; and remembers f.
func (h *hops) begun(f *record.Flow, n *flow.Ref) {
	asked := f.Asked
	if f.HTTP == nil || f.Handshake == nil {
		return
	}
	for len(h.waiting) > 0 && (asked-h.waiting[0].at > hopWithin || len(h.waiting) >= maxHops) {
		h.forget(h.waiting[0])
		h.waiting = h.waiting[1:]
	}
	key := keyHeader(f)
	if front := h.byKey[key]; key != "" && front != nil && front.numbers == f.Numbers {
		front.flow.Proxied = &record.Proxied{Flow: n.Number(), Role: sameConnection}
		n.Proxied = &record.Proxied{Flow: front.flow.Number(), Role: sameConnection}
		return // the same connection, seen on both sides of an address translation
	} else if key != "" && front != nil && front.flow.Proxied == nil {
		join(front.flow, n, "key", "certain")
	} else if front := h.only(route{f.Client.IP, f.HTTP.Path}, key); front != nil {
		join(front.flow, n, "time and path", "likely")
	}
	me := &hop{flow: n, key: key, route: route{f.Server.IP, f.HTTP.Path}, at: asked, numbers: f.Numbers}
	if h.byKey == nil {
		h.byKey, h.byRoute = map[string]*hop{}, map[route][]*hop{}
	}
	h.waiting = append(h.waiting, me)
	h.byKey[key] = me
	h.byRoute[me.route] = append(h.byRoute[me.route], me)
}

// only is the one flow that waits for its answer at a place; nil where there is none or
// several, which cannot be told apart.
func (h *hops) only(at route, key string) *hop {
	var found *hop
	for _, o := range h.byRoute[at] {
		if o.flow.Proxied != nil || o.flow.Answered || o.key != "" && o.key == key {
			continue
		}
		if found != nil {
			return nil
		}
		found = o
	}
	return found
}

// forget lets the oldest go.
func (h *hops) forget(o *hop) {
	if h.byKey[o.key] == o {
		delete(h.byKey, o.key)
	}
	if list := h.byRoute[o.route]; len(list) > 1 {
		h.byRoute[o.route] = list[1:] // the oldest of all is the oldest of its place
	} else {
		delete(h.byRoute, o.route)
	}
}

// sameConnection is the Role of a link that is no proxy's: links makes it Flow.SameAs.
const sameConnection = "same"

func join(front, back *flow.Ref, by, sure string) {
	front.Proxied = &record.Proxied{Flow: back.Number(), Role: "front", By: by, Sure: sure}
	back.Proxied = &record.Proxied{Flow: front.Number(), Role: "back", By: by, Sure: sure}
}

func keyHeader(f *record.Flow) string {
	for _, h := range f.HTTP.RequestHeaders {
		if strings.EqualFold(h[0], "Sec-WebSocket-Key") {
			return h[1]
		}
	}
	return ""
}
