package upgrade

import (
	"bytes"

	"wscope/assembly"
)

// sniffer is the stage that finds out what a layer speaks. It keeps what it sees until it
// knows, and then hands all of it to the stage that fits.
type sniffer struct {
	layer    *layer
	seen     *replayBuffer
	first    [2]int         // by side: index in seen.bytes of what is taken for its first bytes
	kind     [2]kind        // what they are
	sides    [2]*sideSearch // of those that begin with nothing known
	passed   [2]bool        // bytes were let go in front of seen
	late     [2]bool        // bytes before first are missing
	early    [2]bool        // the capture lacks the stream's beginning
	ended    [2]bool
	http     *http1          // who had the layer before, where HTTP/1 was spoken until a gap
	pending  *upgradeRequest // the request for another protocol that was not answered by then
	switched bool            // a 101 was seen, but not to what
}

func newSniffer(l *layer) *sniffer { return &sniffer{layer: l, seen: l.newReplayBuffer()} }

// Data implements assembly.Handler.
func (f *sniffer) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	f.seen.Data(s, b, at)
	if f.kind[s] == nothing && f.midway() && (likeHTTP(b) || f.early[s] && likeRecords(b)) {
		// A message most often begins a segment.
		f.first[s] = len(f.seen.bytes[s]) - len(b)
		f.kind[s] = undecided
	}
	if f.asksSOCKS(s.Other()) {
		f.socks(s.Other(), at)
		return
	}
	if f.kind[s] == undecided || f.asksSOCKS(s) {
		f.kind[s] = firstBytes(f.seen.bytes[s][f.first[s]:])
		if f.http != nil && (f.kind[s] == request && s != f.http.client || f.kind[s] == response && s == f.http.client) {
			f.kind[s] = nothing // who is the client does not change
		}
		if f.hand(s, at) {
			return
		}
	}
	switch f.kind[s] {
	case nothing:
		f.search(false, at)
	case undecided:
		if f.seen.crowded(2 * maxTape) {
			f.give(at)
		}
	}
}

// midway reports whether the conversation may have begun before what was seen of it.
func (f *sniffer) midway() bool {
	return f.http != nil || f.early[0] || f.early[1] || f.late[0] || f.late[1] || f.layer.midway != ""
}

// likeHTTP reports whether a segment plainly begins with an HTTP/1 head.
func likeHTTP(b []byte) bool {
	return len(b) > 16 && (string(b[:7]) == "HTTP/1." || string(b[:4]) == "GET ")
}

// likeRecords reports whether a segment plainly begins with a TLS record of application data: no frame
// and no text begins so (see firstRecord). Where the next record begins inside, that is looked at too.
func likeRecords(b []byte) bool {
	if len(b) < 6 || b[0] != 0x17 || firstRecord(b) != tlsMidway {
		return false
	}
	next := 5 + int(b[3])<<8 + int(b[4])
	return next+6 > len(b) || firstRecord(b[next:]) != nothing
}

// hand gives the layer to the stage for what side s begins with. It is false where that is
// not known.
func (f *sniffer) hand(s assembly.Side, at *assembly.Mark) bool {
	switch f.kind[s] {
	case request:
		f.toHTTP1(s, at)
	case response:
		f.toHTTP1(s.Other(), at)
	case clientHello:
		f.toTLS(s, at)
	case serverHello:
		f.toTLS(s.Other(), at)
	case preface:
		f.lose(at)
		f.leave()
		f.layer.switchTo(newHTTP2(f.layer, s), f.seen)
	case proxyV1, proxyV2:
		return f.proxyHeader(s, at)
	case socks4, socks5:
		return f.socks(s, at)
	case tlsMidway:
		f.toSealed(at)
	case ssh:
		f.lose(at)
		f.leave()
		f.layer.spendAll(f.seen, Unwanted)
		f.layer.ignore("ssh")
	default:
		return false
	}
	return true
}

// toHTTP1 hands over to HTTP/1, to who had the layer before where there is one.
func (f *sniffer) toHTTP1(client assembly.Side, at *assembly.Mark) {
	h := f.http
	if h == nil {
		h = newHTTP1(f.layer, client)
	}
	if f.pending != nil {
		if f.kind[client] == request { // it sent another: this one came to nothing
			f.lose(at)
		} else {
			h.pending = f.pending
			h.pending.unsure = h.pending.unsure || f.seen.hasGap(client.Other())
		}
	}
	f.backTo(h)
}

// backTo hands over to HTTP/1. The gaps in what was seen do not bring the sniffer back.
func (f *sniffer) backTo(h *http1) {
	h.replaying = true
	f.layer.switchTo(h, f.seen)
	h.replaying = false
}

// toTLS hands over to who opens TLS. What comes out is a layer of its own.
func (f *sniffer) toTLS(client assembly.Side, at *assembly.Mark) {
	f.lose(at)
	f.leave()
	l := f.layer
	if l.root.hooks.Security == nil {
		l.spendAll(f.seen, Unwanted)
		l.ignore("tls")
		return
	}
	in := &layer{root: l.root, client: client, via: l.via, realIP: l.realIP, inner: l.inner}
	in.stage = newSniffer(in)
	h, info := l.root.hooks.Security(l.root.conn, client, in)
	if h == nil {
		l.spendAll(f.seen, Unwanted)
		l.ignore("tls")
		return
	}
	in.secure = info
	in.below, _ = h.(handlerSetter)
	l.switchTo(h, f.seen)
	if l.own {
		l.root.conn.SetHandler(h)
	}
}

// toSealed hands over a TLS connection whose handshake is not in the capture.
func (f *sniffer) toSealed(at *assembly.Mark) {
	f.lose(at)
	f.leave()
	l := f.layer
	var h assembly.Handler
	if l.own && l.root.hooks.Sealed != nil {
		h = l.root.hooks.Sealed(l.root.conn, likelyClient(l.root.conn))
	}
	if h == nil {
		l.spendAll(f.seen, Unwanted)
		l.ignore("tls")
		return
	}
	l.switchTo(h, f.seen)
	l.root.conn.SetHandler(h)
}

// likelyClient is who is taken for the client where no handshake says it: who connected, or who has the higher port.
func likelyClient(c *assembly.Conn) assembly.Side {
	if !c.Initiator && c.Key.SrcPort < c.Key.DstPort {
		return assembly.B
	}
	return assembly.A
}

// behind sniffs again behind the first bytes of both sides, which belonged to a proxy.
func (f *sniffer) behind(hop Hop, n [2]int, at *assembly.Mark) {
	f.lose(at)
	f.leave()
	if !f.layer.through(hop) {
		return
	}
	for s := assembly.A; s <= assembly.B; s++ {
		f.layer.spend(s, f.first[s]+n[s], Head)
		f.seen.skip(s, f.first[s]+n[s])
	}
	f.layer.switchTo(newSniffer(f.layer), f.seen)
}

// give gives up: nothing was recognised. Where HTTP/1 was spoken before, it goes on
// waiting for the beginning of a message.
func (f *sniffer) give(at *assembly.Mark) {
	f.lose(at)
	if f.http != nil {
		f.backTo(f.http)
		return
	}
	f.layer.spendAll(f.seen, Unread)
	f.layer.ignore("unknown")
}

// leave counts what HTTP/1 kept, where the layer goes to another stage for good.
func (f *sniffer) leave() {
	if f.http != nil {
		f.http.leave()
	}
}

// lose ends the request that waited for an answer, because the connection goes on
// otherwise.
func (f *sniffer) lose(at *assembly.Mark) {
	if f.pending != nil {
		f.pending.passed(at)
		f.pending = nil
	}
}

// Gap implements assembly.Handler.
func (f *sniffer) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	if why == assembly.Early && len(f.seen.bytes[s]) == 0 {
		f.early[s] = true
		return
	}
	if why == assembly.Cut && f.kind[s] == undecided && bytes.HasPrefix(f.seen.bytes[s][f.first[s]:], []byte("GET /")) {
		f.kind[s] = request
		f.toHTTP1(s, at)
		f.layer.Gap(s, n, why, at)
		return
	}
	f.late[s] = true
	if w := f.sides[s]; w != nil {
		if found, ok := w.look(true); ok && !f.contradicted(s) {
			f.startMidway(s, found, at)
			f.layer.Gap(s, n, why, at)
			return
		}
		w.frames.Gap(n)
		w.shift += max(n, 0)
		w.packet = -1
	}
	f.seen.Gap(s, n, why, at)
	f.first[s] = len(f.seen.bytes[s])
	f.kind[s] = undecided
	if f.seen.crowded(2 * maxTape) {
		f.give(at)
	}
}

// End implements assembly.Handler.
func (f *sniffer) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	f.ended[s] = true
	f.seen.End(s, why, at)
	if !f.ended[s.Other()] || f.search(true, at) {
		return
	}
	if f.pending != nil {
		for i := range f.seen.events {
			if e := &f.seen.events[i]; e.kind == endEvent {
				f.pending.end(role(e.side, f.http.client), e.why, 0, &e.at)
			}
		}
	}
	switch {
	case f.http != nil:
		f.layer.reportOther("http/1.1")
	case len(f.seen.bytes[0])+len(f.seen.bytes[1]) > 0:
		f.layer.reportOther("unknown")
	}
	f.leave()
	f.layer.spendAll(f.seen, Unread)
	f.layer.stage = discard{f.layer}
}
