package upgrade

import (
	"bytes"

	"wscope/assembly"
	"wscope/wsparse"
)

// firstSearch is how many bytes of a side the first search for frames wants; each further
// one wants twice as many, up to maxSearch. They look at just so many, so that the outcome
// does not depend on how the bytes came.
const firstSearch = 64

// search looks for a conversation that began before what was seen, in the bytes of the
// sides that begin with nothing known. final says that no more will come. It is true when
// the lane was handed on.
func (f *sniffer) search(final bool, at *assembly.Mark) bool {
	l := f.lane
	if f.told() {
		f.settleTold(at)
		return true
	}
	if l.root.hooks.NoMidway && f.up == nil {
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
	if !final && (f.searched[0] >= maxSearch || f.searched[1] >= maxSearch || f.seen.size() > 2*maxTape) {
		f.give(at)
		return true
	}
	return false
}

// searchSide searches what is there of one side.
func (f *sniffer) searchSide(s assembly.Side, final bool, at *assembly.Mark) bool {
	b := f.seen.bytes[s][f.first[s]:]
	if (f.asked() || f.switched) && beginsFrames(b, s == f.http.client) {
		f.settleSwitched(s, at)
		return true
	}
	for {
		want := max(2*f.searched[s], firstSearch)
		switch {
		case len(b) >= want && want <= maxSearch:
		case final && len(b) > f.searched[s]:
			want = len(b)
		default:
			return false
		}
		f.searched[s] = want
		found, ok := findFrames(b[:want], f.lane.sender(s))
		if i := h2Boundary(b[:want], 3); i >= 0 && (!ok || i < found.Offset) || ok && inData(b[:found.Offset]) {
			f.lose(at)
			f.lane.become(newHTTP2Midway(f.lane), f.seen)
			return true
		}
		if ok {
			f.settleMidway(s, found, at)
			return true
		}
	}
}

// findFrames looks for frames that nothing but their bytes speaks for. Periodic bytes can
// read as frames that are all the same, so it wants frames that differ from the one
// before, or text, and one that begins a message or is a control frame.
// from is FromUnknown where it is not known who sent them.
func findFrames(b []byte, from wsparse.Role) (wsparse.Boundary, bool) {
	found, ok := wsparse.FindBoundary(b, from)
	if !ok {
		return found, false
	}
	var last []byte
	telling, begins := 0, false
	for rest := b[found.Offset:]; ; {
		h, n := wsparse.ParseHeader(rest)
		if n == 0 || h.LenPayload > uint64(len(rest)-n) {
			return found, begins && telling >= 2
		}
		frame := rest[:n+int(h.LenPayload)]
		begins = begins || h.Opcode != wsparse.Continuation
		if !bytes.Equal(frame, last) || h.Opcode == wsparse.Text && h.LenPayload > 3 {
			telling++
		}
		last, rest = frame, rest[len(frame):]
	}
}

// inData says whether the header of an HTTP/2 DATA frame stands at the end of b.
func inData(b []byte) bool {
	if len(b) < h2HeaderLen {
		return false
	}
	f := readH2Head(b[len(b)-h2HeaderLen:])
	return f.kind == h2Data && f.length > 0 && f.plain()
}

// settleMidway makes the lane a WebSocket whose frames were found on side s. Clients mask
// theirs; where neither side does, who connected is the client.
func (f *sniffer) settleMidway(s assembly.Side, found wsparse.Boundary, at *assembly.Mark) {
	client := s
	if !found.Masked {
		client = s.Other()
		c := f.lane.root.conn
		other, ok := findFrames(f.seen.bytes[client][f.first[client]:], f.lane.sender(client))
		if ok && !other.Masked && c.Initiator {
			client = assembly.A
		}
	}
	if f.asked() {
		f.settleSwitched(s, at)
		return
	}
	ws := f.lane.webSocket(client, Midstream)
	ws.Begin = f.seen.markAt(s, f.first[s]+found.Offset)
	ws.Aligned[role(s, client)-wsparse.FromClient] = f.first[s]+found.Offset == 0
	f.lane.settle(f.lane.find(ws, at), client, f.seen)
}

// asked says whether a WebSocket was asked for and the answer not seen.
func (f *sniffer) asked() bool { return f.up != nil && f.up.ws != nil }

// settleSwitched makes the lane the WebSocket that was asked for, or one of which only is
// known that something was. Its frames begin where its heads ended.
func (f *sniffer) settleSwitched(s assembly.Side, at *assembly.Mark) {
	client := f.http.client
	if f.asked() {
		f.lane.settle(f.up.recv, client, f.seen)
		return
	}
	ws := f.lane.webSocket(client, Midstream)
	ws.Begin = f.seen.markAt(s, f.first[s])
	ws.Aligned = [2]bool{f.first[client] == 0, f.first[client.Other()] == 0}
	f.lane.settle(f.lane.find(ws, at), client, f.seen)
}

// told says whether the user wants this connection taken for a WebSocket.
func (f *sniffer) told() bool {
	k := &f.lane.root.conn.Key
	as := f.lane.root.hooks.DecodeAs
	return len(as) > 0 && f.http == nil && !f.lane.inner && (as[k.SrcPort] || as[k.DstPort])
}

// settleTold makes the lane a WebSocket because the user says so. The port that was named
// is the server's.
func (f *sniffer) settleTold(at *assembly.Mark) {
	c := f.lane.root.conn
	client := assembly.A
	if !f.lane.root.hooks.DecodeAs[c.Key.DstPort] {
		client = assembly.B
	}
	ws := f.lane.webSocket(client, Told)
	ws.Begin = f.seen.events[0].at
	for s := assembly.A; s <= assembly.B; s++ {
		// Frames may stand at the first byte that was captured all the same.
		ws.Aligned[role(s, client)-wsparse.FromClient] = !f.early[s] || beginsFrames(f.seen.bytes[s], s == client)
	}
	f.lane.settle(f.lane.find(ws, at), client, f.seen)
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
