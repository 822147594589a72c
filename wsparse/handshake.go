package wsparse

import "wscope/wsparse/rule"

// Result of a handshake.
type Result uint8

// The results.
const (
	Unanswered Result = iota // no answer (yet)
	Accepted
	Rejected // answered by a status that is no upgrade
	Invalid  // a 101 (over HTTP/2 a 2xx) that a client must refuse, RFC 6455 §4.1
)

// String is the result's name: unanswered, accepted, rejected or invalid.
func (r Result) String() string {
	switch r {
	case Unanswered:
		return "unanswered"
	case Accepted:
		return "accepted"
	case Rejected:
		return "rejected"
	}
	return "invalid"
}

// Handshake is an opening handshake, read and judged by RFC 6455 §4 and RFC 7692 §7
// (RFC 8441 over HTTP/2).
type Handshake struct {
	Request  *Request
	Response *Response // nil while unanswered

	Result              Result
	AcceptValid         bool // HTTP/1.1 with an answer: Sec-WebSocket-Accept fits the key
	SubprotocolsOffered []string
	Subprotocol         string
	ExtensionsOffered   []string // each as sent, one extension an element
	Extensions          []string
	Deflate             *DeflateParams // nil where permessage-deflate is not in force
	// Extended says that an extension other than permessage-deflate is in force, so that
	// reserved bits and opcodes may have a meaning; see StreamConfig.Extended.
	Extended bool
	// Draft names the draft before RFC 6455 by which the peers speak where its frames are others: "hixie-75"
	// (draft-hixie-thewebsocketprotocol-75) or "hixie-76" (draft-ietf-hybi-thewebsocketprotocol-00). Nothing but
	// the version is then judged.
	Draft string
	// Findings of the request have From == FromClient, of the answer FromServer.
	Findings []HandshakeFinding

	offers []extension
}

// HandshakeFinding is a Finding with the side that it is about. Its Offset is 0.
type HandshakeFinding struct {
	From Role
	Finding
}

// JudgeRequest reads what a request offers and what it breaks. The Handshake is
// unanswered until Answer is called. r is kept.
func JudgeRequest(r *Request) *Handshake {
	h := &Handshake{Request: r}
	h.readOffers()
	if r.http2() {
		h.judgeVersion()
		return h
	}
	if h.Draft = requestDraft(r); h.Draft == hixie76 {
		h.find(FromClient, rule.Version, draftNames[h.Draft])
		return h
	}
	h.judgeRequestHead()
	h.judgeVersion()
	h.judgeKey()
	return h
}

// Answer completes the handshake by the final answer (an interim 1xx other than 101 is
// none). r is kept.
func (h *Handshake) Answer(r *Response) {
	h.Response = r
	if !h.upgraded() {
		h.Result = Rejected
		h.find(FromServer, rule.Refused, statusLine(r))
		h.judgeRefusal()
		return
	}
	if h.answersDraft() {
		h.Result = Accepted
		return
	}
	h.Result = Accepted
	h.judgeAcceptance()
	if !h.Request.http2() {
		h.judgeAnswerHead()
		h.judgeAccept()
	}
	h.judgeSubprotocol()
	h.judgeExtensions()
}

// EarlyData adds the finding that the client sent n bytes of frames before the answer.
func (h *Handshake) EarlyData(n int64) {
	h.find(FromClient, rule.EarlyData, bytesInWords(n))
}

// upgraded reports whether the answer's status is that of an accepted upgrade: 101, and over
// HTTP/2 any 2xx (RFC 8441 §5, RFC 9110 §9.3.6).
func (h *Handshake) upgraded() bool {
	if h.Request.http2() {
		return h.Response.Status/100 == 2
	}
	return h.Response.Status == 101
}

func (h *Handshake) find(from Role, r *Rule, detail string) {
	h.Findings = append(h.Findings, HandshakeFinding{from, Finding{Rule: r, Detail: detail}})
}

// refuse adds a finding for which a client must refuse the answer.
func (h *Handshake) refuse(r *Rule, detail string) {
	h.Result = Invalid
	h.find(FromServer, r, detail)
}
