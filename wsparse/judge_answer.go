package wsparse

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"wscope/wsparse/rule"
)

// AcceptKey is the Sec-WebSocket-Accept that answers a Sec-WebSocket-Key as sent, RFC 6455
// §4.2.2.
func AcceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// judgeRefusal judges an answer that is no upgrade, RFC 6455 §4.2.2 and §4.4: 426 asks for
// another version, and has to say which.
func (h *Handshake) judgeRefusal() {
	version, _ := lookup(h.Request.Fields, "Sec-WebSocket-Version")
	_, told := lookup(h.Response.Fields, "Sec-WebSocket-Version")
	if h.Response.Status == 426 && !h.Response.Cut && version != "13" && told == 0 {
		h.find(FromServer, rule.VersionsMissing, fmt.Sprintf("426 to version %q", version))
	}
}

// judgeAcceptance reports a server that accepts a request which it MUST answer with an error,
// RFC 6455 §4.2.1. A server may support other versions than 13, and offers of extensions
// are for it to decline.
func (h *Handshake) judgeAcceptance() {
	var why []string
	for i := range h.Findings {
		switch r := h.Findings[i].Rule; {
		case r.Severity != Error, r == rule.DeflateOffer, r == rule.EarlyData:
		case r == rule.Version && h.Findings[i].Detail != noVersion:
		case !slices.Contains(why, r.ID):
			why = append(why, r.ID)
		}
	}
	if len(why) > 0 {
		h.find(FromServer, rule.AcceptsInvalid, strings.Join(why, ", "))
	}
}

// judgeAnswerHead judges Upgrade and Connection of a 101, RFC 6455 §4.1, second list,
// items 2 and 3.
func (h *Handshake) judgeAnswerHead() {
	fields := h.Response.Fields
	upgrades := list(fields, "Upgrade")
	other := func(name string) bool { return !strings.EqualFold(name, "websocket") }
	if len(upgrades) == 0 || slices.ContainsFunc(upgrades, other) {
		h.refuse(rule.AnswerUpgrade, strings.Join(upgrades, ", "))
	}
	if !hasToken(fields, "Connection", "upgrade") {
		value, _ := lookup(fields, "Connection")
		h.refuse(rule.AnswerConnection, value)
	}
}

// judgeAccept judges Sec-WebSocket-Accept, item 4.
func (h *Handshake) judgeAccept() {
	key, _ := lookup(h.Request.Fields, "Sec-WebSocket-Key")
	accept, times := lookup(h.Response.Fields, "Sec-WebSocket-Accept")
	want := AcceptKey(key)
	switch {
	case times == 0:
		h.refuse(rule.AcceptMissing, "")
		return
	case accept != want:
		h.refuse(rule.AcceptWrong, accept+" where the key asks for "+want)
	default:
		h.AcceptValid = true
	}
	if times > 1 {
		h.refuse(rule.AcceptRepeated, fmt.Sprintf("%d times", times))
	}
}

// IsAnsweredBy reports whether r is the answer to this request and no other, by its
// Sec-WebSocket-Accept.
func (h *Handshake) IsAnsweredBy(r *Response) bool {
	key, _ := lookup(h.Request.Fields, "Sec-WebSocket-Key")
	accept, _ := lookup(r.Fields, "Sec-WebSocket-Accept")
	return accept == AcceptKey(key)
}

// judgeSubprotocol judges Sec-WebSocket-Protocol, item 6.
func (h *Handshake) judgeSubprotocol() {
	value, times := lookup(h.Response.Fields, "Sec-WebSocket-Protocol")
	if times == 0 {
		return
	}
	h.Subprotocol = value
	if !slices.Contains(h.SubprotocolsOffered, value) {
		h.refuse(rule.ProtocolNotOffered, value)
	}
	if times > 1 {
		h.refuse(rule.ProtocolRepeated, fmt.Sprintf("%d times", times))
	}
}

// judgeExtensions judges Sec-WebSocket-Extensions, item 5, and what it puts in force.
func (h *Handshake) judgeExtensions() {
	fields := h.Response.Fields
	answers := readExtensions(fields)
	h.Extensions = texts(answers)
	if _, times := lookup(fields, "Sec-WebSocket-Extensions"); times > 1 {
		h.refuse(rule.ExtensionsRepeated, fmt.Sprintf("%d times", times))
	}
	seen := map[string]bool{}
	for i := range answers {
		e := &answers[i]
		name := strings.ToLower(e.name)
		switch {
		case e.wrong != "":
			h.refuse(rule.OfferMalformed, e.wrong)
		case !h.offered(e):
			h.refuse(rule.ExtensionNotOffered, e.text)
		case seen[name]:
			h.refuse(rule.ExtensionTwice, e.name+" twice")
		}
		if e.isDeflate() {
			h.judgeDeflate(e)
		} else {
			h.Extended = true
		}
		seen[name] = true
	}
}

// offered reports whether an extension of this name was in the request.
func (h *Handshake) offered(e *extension) bool {
	return slices.ContainsFunc(h.offers, func(o extension) bool { return strings.EqualFold(o.name, e.name) })
}

// judgeDeflate judges the answer to permessage-deflate against the offers, RFC 7692 §7.1:
// it has to fit one of them. What it says is in force even if it should not be: the frames
// will show.
func (h *Handshake) judgeDeflate(e *extension) {
	answer, wrong := readDeflate(e, true)
	if h.Deflate == nil {
		h.Deflate = answer.params()
	}
	if wrong != "" {
		h.refuse(rule.DeflateAnswer, wrong)
		return
	}
	why := ""
	for i := range h.offers {
		if !h.offers[i].isDeflate() {
			continue
		}
		offer, invalid := readDeflate(&h.offers[i], false)
		if invalid != "" {
			why = "the offer was invalid: " + invalid
			continue
		}
		if why = answer.answers(offer); why == "" {
			return
		}
	}
	if why != "" {
		h.refuse(rule.DeflateAnswer, why)
	}
}

func statusLine(r *Response) string {
	return strings.TrimRight(fmt.Sprintf("%d %s", r.Status, r.Reason), " ")
}
