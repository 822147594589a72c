package upgrade

import "wscope/assembly"

// A RST_STREAM ends both directions of a stream, for its sender at once. Its peer goes on until it
// hears of it: RFC 9113 §5.1 has the sender be ready for frames that are in flight. Those of a
// WebSocket are given, and counted as sent behind the reset; nobody knows whether they were read.

// streamReset is the RST_STREAM that a stream's peer may not have heard of.
type streamReset struct {
	by   assembly.Side
	code uint64
	at   assembly.Mark
}

// inFlight is how long by the capture's clock frames that were sent before a RST_STREAM was heard
// may come behind it.
const inFlight = int64(2e9)

// reset takes a RST_STREAM of side s.
func (h *http2) reset(st *stream, s assembly.Side, code uint64, at *assembly.Mark) {
	peer := s.Other()
	switch {
	case st.reset != nil: // the peer has heard of it, or ended the stream on its own
		if s != st.reset.by {
			h.over(st)
		}
		return
	case st.ended[peer] || st.state != openStream && st.state != layerStream || h.ended[peer]:
		h.drop(st, "RST_STREAM", s, code, at)
		return
	}
	st.note("RST_STREAM", s, code)
	st.end(s, assembly.RST, code, at)
	st.reset = &streamReset{by: s, code: code, at: *at}
	h.resets = append(h.resets, st)
}

// settle ends the streams of which a RST_STREAM was captured before a time.
func (h *http2) settle(before int64) {
	for len(h.resets) > 0 && h.resets[0].reset.at.Time < before {
		h.over(h.resets[0])
	}
}

// over ends what a RST_STREAM left open.
func (h *http2) over(st *stream) {
	r := st.reset
	st.end(r.by.Other(), assembly.RST, r.code, &r.at)
	h.forget(st)
}

// afterReset counts bytes that come behind the peer's RST_STREAM.
func (st *stream) afterReset(s assembly.Side, n int) {
	if st.reset == nil {
		return
	}
	ws := st.webSocket()
	if ws == nil {
		return
	}
	for i := range ws.Ends {
		if e := &ws.Ends[i]; e.Kind == "RST_STREAM" && e.From == role(s.Other(), ws.Client) {
			e.After += int64(n)
			return
		}
	}
}
