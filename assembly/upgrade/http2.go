package upgrade

import (
	"encoding/binary"
	"maps"
	"slices"
	"wscope/assembly/h2"

	"wscope/assembly"
)

// http2 is the stage of a layer that speaks HTTP/2, RFC 9113. It follows the frames of both
// directions and opens the streams that are WebSockets, RFC 8441, or tunnels, RFC 9113
// §8.5; DATA of all others is counted down unread.
type http2 struct {
	carrier
	client  assembly.Side
	sure    bool // client is known, not guessed
	preface int  // bytes of the client's preface still to come
	in      [2]h2.Frame
	blocks  [2]headerBlock
	open    [2]h2Open          // the header block that is not complete
	lost    [2]*replayBuffer   // where a frame's boundary is searched: what came since
	scan    [2]h2.Search       // of lost
	streams map[uint32]*stream // those that matter; with midway also those known not to
	top     uint32             // highest stream that the client opened
	held    *replayBuffer      // what the server sent on a stream before it was opened
	loose   bool               // requests may be missing
	midway  bool               // streams may have been opened unseen
	enabled Setting            // of extended CONNECT, by the server
	unsaid  bool               // SETTINGS of the server lack bytes: what it does not say is not known
	resets  []*stream          // WebSockets that a RST_STREAM ended, oldest first: their peers may not have heard of it
	fatal   uint64             // the error code of a GOAWAY
	failed  assembly.Side      // with fatal: who sent it
	ended   [2]bool
	why     [2]assembly.Cause // with ended
}

// h2Open is a header block whose CONTINUATION is still to come.
type h2Open struct {
	stream    uint32 // 0 while there is none
	begin     assembly.Mark
	endStream bool
	push      bool
}

// maxStreams bounds the streams that are kept of one connection.
const maxStreams = 1 << 14

// newHTTP2 is HTTP/2 from its first byte.
func newHTTP2(l *layer, client assembly.Side) *http2 {
	return &http2{carrier: carrier{layer: l, version: "2"}, client: client, sure: true, preface: len(h2.Preface), loose: !l.root.conn.Initiator,
		streams: make(map[uint32]*stream)}
}

// newHTTP2Midway is HTTP/2 whose beginning was not captured.
func newHTTP2Midway(l *layer) *http2 {
	h := &http2{carrier: carrier{layer: l, version: "2"}, loose: true, midway: true, streams: make(map[uint32]*stream)}
	h.lost = [2]*replayBuffer{h.layer.newReplayBuffer(), h.layer.newReplayBuffer()}
	return h
}

// Data implements assembly.Handler.
func (h *http2) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	if h.lost[s] != nil {
		h.lost[s].Data(s, b, at)
		h.resync(s)
		return
	}
	if h.held != nil && s != h.client {
		h.hold(b, at)
		return
	}
	for len(b) > 0 {
		f := &h.in[s]
		if !f.In {
			if s == h.client && h.preface > 0 {
				b = h.takePreface(b)
				continue
			}
			b = f.TakeHead(b, at)
			if !f.In {
				return
			}
			if h.early(s, f) {
				raw, begin := f.Raw, f.Begin
				f.Done()
				h.held = h.layer.newReplayBuffer()
				h.hold(raw[:], &begin)
				if h.held == nil { // let go at once
					h.Data(s, b, at)
				} else {
					h.hold(b, at)
				}
				return
			}
			h.layer.spend(s, h2.HeaderLen, Framing)
			h.settle(at.Time - inFlight)
			if !f.Valid() || h.open[s].stream != 0 && (f.Kind != h2.FrameContinuation || f.Stream != h.open[s].stream) {
				h.loseBoundary(s, at)
				h.Data(s, b, at)
				return
			}
			if f.Left > 0 {
				continue
			}
		}
		var piece []byte
		had := len(b)
		piece, b = f.Take(b)
		framing := had - len(b)
		if f.Kind == h2.FrameData {
			framing -= len(piece)
		}
		h.layer.spend(s, framing, Framing)
		h.payload(s, f, piece, at)
	}
}

// takePreface passes over the client's connection preface, RFC 9113 §3.4.
func (h *http2) takePreface(b []byte) []byte {
	want := h2.Preface[len(h2.Preface)-h.preface:]
	n := min(len(want), len(b))
	if string(b[:n]) != want[:n] {
		h.preface = 0
		return b
	}
	h.layer.spend(h.client, n, Framing)
	h.preface -= n
	return b[n:]
}

// early reports whether a frame of the server is on a stream that its client has yet to
// open: packets change places in captures.
func (h *http2) early(s assembly.Side, f *h2.Frame) bool {
	return s != h.client && !h.loose && f.Stream&1 == 1 && f.Stream > h.top && f.Kind != h2.FrameWindowUpdate && !h.ended[h.client]
}

func (h *http2) hold(b []byte, at *assembly.Mark) {
	if len(b) > 0 {
		h.held.Data(h.client.Other(), b, at)
	}
	if h.held.crowded(maxTape) {
		h.loose = true
		h.release()
	}
}

// release lets the server go on with what was held of it.
func (h *http2) release() {
	if t := h.held; t != nil {
		h.held = nil
		t.replay(h.layer)
	}
}

// payload takes a piece of what a frame carries, and the frame's end.
func (h *http2) payload(s assembly.Side, f *h2.Frame, piece []byte, at *assembly.Mark) {
	last := f.Left == 0
	switch f.Kind {
	case h2.FrameData:
		st := h.stream(s, f.Stream, piece, at)
		switch {
		case st == nil:
			h.layer.spend(s, len(piece), Unwanted)
		case st.ended[s]:
			h.layer.spend(s, len(piece), Over)
		default:
			if len(piece) > 0 {
				st.Data(s, piece, at)
			}
			if last && f.Flags&h2.FlagEndStream != 0 {
				h.endStream(st, s, at)
			}
		}
	case h2.FrameHeaders, h2.FramePushPromise:
		if h.open[s].stream == 0 {
			h.open[s] = h2Open{stream: f.Stream, begin: f.Begin, endStream: f.Flags&h2.FlagEndStream != 0 && f.Kind == h2.FrameHeaders,
				push: f.Kind == h2.FramePushPromise}
		}
		h.block(s, f, piece, last, at)
	case h2.FrameContinuation:
		h.block(s, f, piece, last, at)
	case h2.FrameSettings:
		if s != h.client && h.sure && f.Flags&h2.FlagEndStream == 0 { // the same bit is ACK here
			h.settings(f, piece, last)
		}
	case h2.FrameReset, h2.FrameGoAway:
		f.Got += copy(f.Small[f.Got:], piece)
		if last {
			h.closing(s, f, at)
		}
	}
	if last {
		f.Done()
	}
}

// block takes a fragment of a header block.
func (h *http2) block(s assembly.Side, f *h2.Frame, piece []byte, last bool, at *assembly.Mark) {
	last = last && f.Flags&h2.FlagEndHeaders != 0
	whole := h.blocks[s].add(piece, last)
	if !last {
		return
	}
	o := h.open[s]
	h.open[s] = h2Open{}
	if !whole {
		h.midway = true
	}
	if o.stream != 0 && !o.push {
		h.headers(s, o, whole, at)
	}
}

// settings takes a piece of the server's SETTINGS, RFC 9113 §6.5: of them one says something
// here, RFC 8441 §3. The first SETTINGS are the first frame, so that from then on it is off
// where nothing turned it on; with frames missing it is unknown.
func (h *http2) settings(f *h2.Frame, piece []byte, last bool) {
	const enableConnectProtocol = 8
	for len(piece) > 0 {
		n := copy(f.Small[f.Got:6], piece)
		f.Got, piece = f.Got+n, piece[n:]
		if f.Got < 6 {
			break
		}
		f.Got = 0
		if binary.BigEndian.Uint16(f.Small[:]) == enableConnectProtocol {
			h.enabled = Off
			if binary.BigEndian.Uint32(f.Small[2:]) == 1 {
				h.enabled = On
			}
		}
	}
	if last && h.enabled == Unknown && !h.midway && !h.unsaid {
		h.enabled = Off
	}
}

// closing takes RST_STREAM, RFC 9113 §6.4, or GOAWAY, §6.8.
func (h *http2) closing(s assembly.Side, f *h2.Frame, at *assembly.Mark) {
	if f.Kind == h2.FrameReset {
		if st := h.streams[f.Stream]; st != nil {
			h.reset(st, s, uint64(binary.BigEndian.Uint32(f.Small[:])), at)
		}
		return
	}
	above := binary.BigEndian.Uint32(f.Small[:]) &^ (1 << 31)
	code := uint64(binary.BigEndian.Uint32(f.Small[4:]))
	if code != 0 {
		h.fatal, h.failed = code, s
	}
	if s == h.client {
		return // it speaks of streams that the server opened
	}
	for len(h.resets) > 0 {
		h.over(h.resets[0])
	}
	for _, id := range h.ids() {
		if id > above {
			h.drop(h.streams[id], "GOAWAY", s, code, at)
		}
	}
}

// drop ends both directions of a stream, that of s first.
func (h *http2) drop(st *stream, kind string, s assembly.Side, code uint64, at *assembly.Mark) {
	st.note(kind, s, code)
	st.end(s, assembly.RST, code, at)
	st.end(s.Other(), assembly.RST, code, at)
	h.forget(st)
}

// endStream ends one direction of a stream.
func (h *http2) endStream(st *stream, s assembly.Side, at *assembly.Mark) {
	if !st.ended[s] {
		st.note("END_STREAM", s, 0)
	}
	if st.reset != nil {
		h.over(st)
		return
	}
	st.end(s, assembly.FIN, 0, at)
	if st.ended[0] && st.ended[1] {
		h.forget(st)
	}
}

func (h *http2) forget(st *stream) {
	if st.reset != nil {
		h.resets = slices.DeleteFunc(h.resets, func(o *stream) bool { return o == st })
	}
	st.letGo()
	delete(h.streams, uint32(st.id))
}

// ids is the streams in their order.
func (h *http2) ids() []uint32 { return slices.Sorted(maps.Keys(h.streams)) }

// Gap implements assembly.Handler.
func (h *http2) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	if t := h.lost[s]; t != nil {
		h.layer.spendAll(t, Unread)
		h.lost[s] = h.layer.newReplayBuffer() // no frame can be whole across it
		h.scan[s] = h2.Search{}
		return
	}
	h.loose = true
	h.release()
	if why == assembly.Early {
		return
	}
	f := &h.in[s]
	known := int64(0)
	if f.In && n > 0 {
		known = h.missing(s, f, n, why, at)
	}
	if n < 0 || known < n {
		h.loseBoundary(s, at)
	}
}

// missing passes over the part of a gap that lies within the frame at hand, and returns
// its length.
func (h *http2) missing(s assembly.Side, f *h2.Frame, n int64, why assembly.Cause, at *assembly.Mark) int64 {
	n = min(n, int64(f.Left))
	front := min(int64(f.Front), n)
	if front > 0 && f.Pad < 0 {
		f.Pad = 0
	}
	f.Front -= int(front)
	carried := min(n-front, int64(max(f.Left-int(front)-f.Pad, 0)))
	f.Left -= int(n)
	switch f.Kind {
	case h2.FrameHeaders, h2.FramePushPromise, h2.FrameContinuation:
		h.blocks[s].Lose()
	case h2.FrameData:
		if st := h.streams[f.Stream]; st != nil && carried > 0 && !st.ended[s] {
			st.Gap(s, carried, why, at)
		}
	case h2.FrameSettings:
		if s != h.client {
			h.unsaid = true
			if h.enabled == Off {
				h.enabled = Unknown
			}
		}
		f.Kind = h2.FrameUnread // which setting comes next is not known
	}
	if f.Left == 0 {
		if f.Kind == h2.FrameReset || f.Kind == h2.FrameGoAway {
			f.Done() // what it said is not known
		} else {
			h.payload(s, f, nil, at)
		}
	}
	return n
}

// loseBoundary begins to look for a frame's boundary in the direction of s. Any stream may lack
// bytes, and any header block may have been missed.
func (h *http2) loseBoundary(s assembly.Side, at *assembly.Mark) {
	h.midway, h.loose = true, true
	h.blocks[s].Reset()
	h.open[s] = h2Open{}
	h.layer.spend(s, h.in[s].Started(), Framing)
	h.in[s].Done()
	if s != h.client && h.enabled == Off {
		h.enabled = Unknown // once on it stays on: "MUST NOT send … 0 after previously sending a value of 1"
	}
	h.layer.spendAll(h.lost[s], Unread)
	h.lost[s], h.scan[s] = h.layer.newReplayBuffer(), h2.Search{}
	if s == h.client {
		h.preface = 0
	}
	for _, id := range h.ids() {
		if st := h.streams[id]; !st.ended[s] {
			st.Gap(s, -1, assembly.Lost, at)
		}
	}
}

// resync goes on from the next frame's boundary if it is there.
func (h *http2) resync(s assembly.Side) {
	t := h.lost[s]
	if i := h.scan[s].Look(t.bytes[s], 0, 2); i >= 0 {
		h.lost[s] = nil
		h.layer.spend(s, i, Unread)
		t.skip(s, i)
		t.replay(h.layer)
		return
	}
	if t.crowded(maxTape) {
		h.layer.spendAll(t, Unread)
		h.lost[s], h.scan[s] = h.layer.newReplayBuffer(), h2.Search{}
	}
}

// End implements assembly.Handler.
func (h *http2) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	if h.lost[s] != nil {
		h.resync(s)
	}
	if t := h.lost[s]; t != nil {
		h.layer.spendAll(t, Unread)
		h.lost[s] = h.layer.newReplayBuffer()
	}
	h.layer.spend(s, h.in[s].Started(), Framing)
	h.in[s].Done()
	h.ended[s], h.why[s] = true, why
	h.loose = true
	h.release()
	code := uint64(0)
	if h.fatal != 0 {
		why, code = assembly.RST, h.fatal
	}
	for len(h.resets) > 0 {
		h.over(h.resets[0])
	}
	for _, id := range h.ids() {
		st := h.streams[id]
		if h.fatal != 0 && !st.ended[0] && !st.ended[1] {
			st.note("GOAWAY", h.failed, code)
		}
		st.end(s, why, code, at)
	}
	if h.ended[0] && h.ended[1] {
		h.layer.reportOther("h2")
	}
}
