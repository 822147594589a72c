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
	byPlace map[place]*hop
}

// hop is a flow that another may be the continuation of.
type hop struct {
	flow           *flow.Ref
	key            string
	route          route // none where nothing can be passed on
	client, server record.Endpoint
	at             record.Time
	place          place
}

// place is where in TCP's streams a flow begins, and on which stream of HTTP/2. An address translation changes neither.
type place struct {
	numbers [2]uint32 // Flow.Numbers
	stream  uint64
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
	if asked == 0 {
		asked = f.Start
	}
	for len(h.waiting) > 0 && (asked-h.waiting[0].at > hopWithin || len(h.waiting) >= maxHops) {
		h.forget(h.waiting[0])
		h.waiting = h.waiting[1:]
	}
	me := &hop{flow: n, client: f.Client, server: f.Server, at: asked, place: place{numbers: f.Numbers}}
	if f.HTTP != nil {
		me.key, me.place.stream = keyHeader(f), f.HTTP.StreamID
	}
	if o := h.byPlace[me.place]; o != nil && me.isCopyOf(o) {
		seen(o.flow).SameAs, seen(n).SameAs = n.Number(), o.flow.Number()
		return
	}
	h.remember(me)
	if f.HTTP == nil || f.Handshake == nil {
		return
	}
	if front, key := h.byKey[me.key], me.key; key != "" && front != nil && !proxied(front.flow) {
		if asked < front.at { // the capture has the packets of the two in another order
			join(n, front.flow, "key", "certain")
		} else {
			join(front.flow, n, "key", "certain")
		}
	} else if front := h.only(route{f.Client.IP, f.HTTP.Path}, me); front != nil && asked >= front.at {
		join(front.flow, n, "time and path", "likely")
	}
	if h.byKey == nil {
		h.byKey, h.byRoute = map[string]*hop{}, map[route][]*hop{}
	}
	me.route = route{f.Server.IP, f.HTTP.Path}
	h.byKey[me.key] = me
	h.byRoute[me.route] = append(h.byRoute[me.route], me)
}

// remember keeps a flow as one that others may be of.
func (h *hops) remember(me *hop) {
	if h.byPlace == nil {
		h.byPlace = map[place]*hop{}
	}
	h.waiting = append(h.waiting, me)
	h.byPlace[me.place] = me
}

const (
	copyWithinTime = record.Time(1e8) // of capture time, from one side of an address translation to the other
	madeUp         = 1 << 20          // tools that make captures begin all connections at the same small number
)

// isCopyOf reports whether two flows that begin at the same place are one connection, seen on both sides of an
// address translation: with the same key, or at numbers that agree by no chance.
func (me *hop) isCopyOf(o *hop) bool {
	switch n := me.place.numbers; {
	case me.client == o.client && me.server == o.server, n == [2]uint32{}:
		return false
	case me.key != "" || o.key != "":
		return me.key == o.key
	default:
		return min(n[0], n[1]) > madeUp && me.at-o.at < copyWithinTime && (me.client == o.client || me.server == o.server)
	}
}

// only is the one flow that waits for its answer at a place, and that me may pass on; nil where there is none or
// several, which cannot be told apart. No proxy passes on to itself: two that ask the same server from its own
// machine are two clients.
func (h *hops) only(at route, me *hop) *hop {
	var found *hop
	for _, o := range h.byRoute[at] {
		if proxied(o.flow) || o.flow.Answered || o.server == me.server || o.key != "" && o.key == me.key {
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
	if h.byPlace[o.place] == o {
		delete(h.byPlace, o.place)
	}
	if list := h.byRoute[o.route]; len(list) > 1 {
		h.byRoute[o.route] = list[1:] // the oldest of all is the oldest of its place
	} else {
		delete(h.byRoute, o.route)
	}
}

// seen is where else a flow was captured, to be written to.
func seen(ref *flow.Ref) *flow.Seen {
	if ref.Seen == nil {
		ref.Seen = new(flow.Seen)
	}
	return ref.Seen
}

func proxied(ref *flow.Ref) bool { return ref.Seen != nil && ref.Seen.Proxied != nil }

func join(front, back *flow.Ref, by, sure string) {
	seen(front).Proxied = &record.Proxied{Flow: back.Number(), Role: "front", By: by, Sure: sure}
	seen(back).Proxied = &record.Proxied{Flow: front.Number(), Role: "back", By: by, Sure: sure}
}

func keyHeader(f *record.Flow) string {
	for _, h := range f.HTTP.RequestHeaders {
		if strings.EqualFold(h[0], "Sec-WebSocket-Key") {
			return h[1]
		}
	}
	return ""
}
