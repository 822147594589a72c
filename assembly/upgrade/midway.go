package upgrade

import (
	"wscope/assembly"
	"wscope/assembly/h2"
	"wscope/wsparse"
)

// search looks for a conversation that began before what was seen, in the bytes of the
// sides that begin with nothing known. final says that no more will come. It reports whether
// the layer was handed on.
func (f *sniffer) search(final bool, at *assembly.Mark) bool {
	l := f.layer
	if f.forced() {
		f.startForced(at)
		return true
	}
	if f.pending == nil && (l.root.hooks.NoMidway || !f.midway()) {
		// What a connection begins with was captured, and is no upgrade.
		if f.kind == [2]kind{nothing, nothing} || f.seen.size() > maxTape/8 {
			f.give(at)
			return true
		}
		return false
	}
	for s := assembly.A; s <= assembly.B; s++ {
		if f.kind[s] == nothing && f.searchSide(s, final, at) {
			return true
		}
	}
	if final {
		return false
	}
	if limit := f.limit(); f.seen.crowded(limit) {
		if limit == maxTape && f.seen.size() > limit {
			f.give(at)
			return true
		}
		f.forget()
	}
	return false
}

// limit is how much the replayBuffer may cost while frames are searched: more where there is a hypothesis
// that only bytes which are far can prove.
func (f *sniffer) limit() int {
	for _, s := range f.sides {
		if s != nil && s.frames.Promising() {
			return maxSearch
		}
	}
	return maxTape
}

// side is the search in what one side sent.
type sideSearch struct {
	frames *wsparse.Search
	shift  int64     // offset in frames minus index in seen.bytes
	fed    int       // bytes of seen.bytes that were given to frames
	packet int64     // Mark.Index of the latest of them
	h2     h2.Search // in seen.bytes
}

// sideOf returns the search of a side, which begins where its first bytes are.
func (f *sniffer) sideOf(s assembly.Side) *sideSearch {
	if f.sides[s] == nil {
		f.sides[s] = &sideSearch{
			frames: wsparse.NewSearch(wsparse.SearchConfig{From: f.layer.sender(s), Deflate: true, Strict: true}),
			shift:  -int64(f.first[s]), fed: f.first[s], packet: -1,
		}
	}
	return f.sides[s]
}

// searchSide searches what is there of one side.
func (f *sniffer) searchSide(s assembly.Side, final bool, at *assembly.Mark) bool {
	b := f.seen.bytes[s]
	if (f.upgradePending() || f.switched) && beginsFrames(b[f.first[s]:], s == f.http.client) {
		f.startSwitched(s, at)
		return true
	}
	w := f.sideOf(s)
	if w.packet != at.Index && !final {
		w.frames.Segment()
		w.packet = at.Index
	}
	w.frames.Feed(b[w.fed:])
	w.fed = len(b)
	found, ok := w.look(final)
	if i := w.h2.Look(b, f.first[s], 3); i >= 0 && (!ok || i < found.index) || ok && h2.EndsInData(b[:max(found.index, 0)]) {
		f.lose(at)
		f.leave()
		f.layer.switchTo(newHTTP2Midway(f.layer), f.seen)
		return true
	}
	if ok && f.contradicted(s) {
		return false
	}
	if ok {
		f.startMidway(s, found, at)
	}
	return ok
}

// contradicted reports whether the other side sends something else than frames, so far, and what was found on
// side s is not so sure that this does not matter.
func (f *sniffer) contradicted(s assembly.Side) bool {
	const segments, sure = 3, 14
	o := f.sides[s.Other()]
	return o != nil && o.frames.Segments() >= segments && !o.frames.Leans(true) && !o.frames.Leans(false) && f.sides[s].frames.Surplus() < sure
}

// boundary is where frames were found.
type boundary struct {
	index  int // in seen.bytes
	masked bool
}

// look works on what was fed.
func (w *sideSearch) look(final bool) (found boundary, ok bool) {
	if w.frames.Look(final) {
		var at int64
		at, found.masked, ok = w.frames.Settle()
		found.index = int(at - w.shift)
	}
	w.frames.Trim()
	return found, ok
}

// forget lets go of what was seen: what is searched for stands further on.
func (f *sniffer) forget() {
	for s, w := range f.sides {
		n := len(f.seen.bytes[s])
		f.first[s] = 0
		if w != nil {
			w.shift += int64(n)
			w.fed = 0
			w.h2 = h2.Search{}
		}
		f.passed[s] = f.passed[s] || n > 0
	}
	f.layer.spendAll(f.seen, Unread)
	f.seen = f.layer.newReplayBuffer()
}

// startMidway makes the layer a WebSocket whose frames were found on side s. Clients mask
// theirs; where neither side does, who connected is the client.
func (f *sniffer) startMidway(s assembly.Side, found boundary, at *assembly.Mark) {
	if f.upgradePending() {
		f.startSwitched(s, at)
		return
	}
	f.leave()
	client := s
	if !found.masked {
		client = s.Other()
		if f.layer.secure == nil && (f.unmasked(client) || f.connects(s)) {
			client = f.connector(client)
		}
	}
	ws := f.layer.webSocket(client, Midstream)
	ws.Begin = f.seen.markAt(s, found.index)
	ws.Aligned[role(s, client)-wsparse.FromClient] = found.index == 0 && !f.passed[s]
	f.layer.toWebSocket(f.layer.find(ws, at), client, f.seen)
}

// unmasked reports whether a side sends frames that are not masked.
func (f *sniffer) unmasked(s assembly.Side) bool {
	b := f.seen.bytes[s][f.first[s]:]
	if w := f.sides[s]; w != nil && w.frames.Leans(false) {
		return true
	}
	return len(b) > 0 && beginsFrames(b, false)
}

// connects reports whether a side is, by its ports, hardly one that others connect to.
func (f *sniffer) connects(s assembly.Side) bool {
	const ephemeral, service = 32768, 10000 // RFC 6335 §6, and what systems draw from
	k := f.layer.root.conn.Key
	if s == assembly.B {
		k = k.Reverse()
	}
	return k.SrcPort >= ephemeral && k.DstPort < service
}

// connector is the side that is the client by what else is known: who sent the SYN, or who does not
// have the lower port.
func (f *sniffer) connector(guess assembly.Side) assembly.Side {
	c := f.layer.root.conn
	switch {
	case c.Initiator, c.Key.SrcPort > c.Key.DstPort:
		return assembly.A
	case c.Key.SrcPort < c.Key.DstPort:
		return assembly.B
	}
	return guess
}

// upgradePending says whether a WebSocket was asked for and the answer not seen.
func (f *sniffer) upgradePending() bool { return f.pending != nil && f.pending.ws != nil }

// startSwitched makes the layer the WebSocket that was asked for, or one of which only is
// known that something was. Its frames begin where its heads ended.
func (f *sniffer) startSwitched(s assembly.Side, at *assembly.Mark) {
	client := f.http.client
	f.leave()
	if f.upgradePending() {
		f.layer.toWebSocket(f.pending.recv, client, f.seen)
		return
	}
	ws := f.layer.webSocket(client, Midstream)
	ws.Begin = f.seen.markAt(s, f.first[s])
	for s := assembly.A; s <= assembly.B; s++ {
		// Something else may stand before the frames of the other side: a proxy's negotiation, a request.
		b := f.seen.bytes[s]
		ws.Aligned[role(s, client)-wsparse.FromClient] = f.first[s] == 0 && (len(b) == 0 || beginsFrames(b, s == client))
	}
	f.layer.toWebSocket(f.layer.find(ws, at), client, f.seen)
}

// forced says whether the user wants this connection taken for a WebSocket.
func (f *sniffer) forced() bool {
	k := &f.layer.root.conn.Key
	as := f.layer.root.hooks.DecodeAs
	return len(as) > 0 && f.http == nil && !f.layer.inner && (as[k.SrcPort] || as[k.DstPort])
}

// startForced makes the layer a WebSocket because the user says so. The port that was named
// is the server's.
func (f *sniffer) startForced(at *assembly.Mark) {
	c := f.layer.root.conn
	client := assembly.A
	if !f.layer.root.hooks.DecodeAs[c.Key.DstPort] {
		client = assembly.B
	}
	ws := f.layer.webSocket(client, Forced)
	ws.Begin = f.seen.events[0].at
	for s := assembly.A; s <= assembly.B; s++ {
		// Frames may stand at the first byte that was captured all the same.
		ws.Aligned[role(s, client)-wsparse.FromClient] = !f.early[s] || beginsFrames(f.seen.bytes[s], s == client)
	}
	f.layer.toWebSocket(f.layer.find(ws, at), client, f.seen)
}

// beginsFrames says whether b begins with WebSocket frames, where there is reason to think
// so: up to four headers are looked at.
func beginsFrames(b []byte, masked bool) bool {
	for i := range 4 {
		h, n := wsparse.ParseHeader(b)
		if n == 0 {
			return i > 0
		}
		if h.Reserved&3 != 0 || h.Opcode.IsReserved() || h.IsMasked != masked || h.LenPayload >= 1<<40 ||
			h.Opcode.IsControl() && (h.LenPayload > 125 || !h.Finished) {
			return false
		}
		if h.LenPayload > uint64(len(b)-n) {
			return true
		}
		b = b[n+int(h.LenPayload):]
	}
	return true
}
