package wsparse

import "wscope/wsparse/rule"

// The drafts before RFC 6455 whose frames are no header and length but bytes between 0x00 and 0xff.
const (
	hixie75 = "hixie-75"
	hixie76 = "hixie-76"
)

// draftNames is how a finding names them.
var draftNames = map[string]string{
	hixie75: "none: Hixie-75 (draft-hixie-thewebsocketprotocol-75), whose frames are others",
	hixie76: "none: Hixie-76 (draft-ietf-hybi-thewebsocketprotocol-00), whose frames are others",
}

// requestDraft names the draft of a request, as far as it says alone.
func requestDraft(r *Request) string {
	_, version := lookup(r.Fields, "Sec-WebSocket-Version")
	_, key := lookup(r.Fields, "Sec-WebSocket-Key")
	_, key1 := lookup(r.Fields, "Sec-WebSocket-Key1")
	_, key2 := lookup(r.Fields, "Sec-WebSocket-Key2")
	switch {
	case version > 0 || key > 0:
		return ""
	case key1 > 0 && key2 > 0:
		return hixie76
	}
	return ""
}

// answersDraft reports whether the answer is one of a draft: Hixie-75's says so alone, by the fields
// that RFC 6455 does not have, to a request that has no key and no version.
func (h *Handshake) answersDraft() bool {
	if h.Draft != "" {
		return true
	}
	r := h.Request
	_, version := lookup(r.Fields, "Sec-WebSocket-Version")
	_, key := lookup(r.Fields, "Sec-WebSocket-Key")
	_, location := lookup(h.Response.Fields, "WebSocket-Location")
	_, accept := lookup(h.Response.Fields, "Sec-WebSocket-Accept")
	if r.http2() || version+key+accept > 0 || location == 0 {
		return false
	}
	h.Draft = hixie75
	h.Findings = nil
	h.find(FromClient, rule.Version, draftNames[h.Draft])
	return true
}
