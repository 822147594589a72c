package wsparse

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"wscope/wsparse/rule"
)

// readOffers reads the subprotocols and extensions that a request offers. A list without an
// element breaks the grammar, but is sent by clients that have nothing to offer, and
// offers nothing: it is let pass.
func (h *Handshake) readOffers() {
	fields := h.Request.Fields
	h.SubprotocolsOffered = list(fields, "Sec-WebSocket-Protocol")
	// RFC 6455 §4.1, item 10: tokens, and MUST all be unique.
	seen := map[string]bool{}
	for _, p := range h.SubprotocolsOffered {
		switch {
		case !isToken(p):
			h.find(FromClient, rule.OfferedProtocol, p)
		case seen[p]:
			h.find(FromClient, rule.OfferedProtocol, p+" twice")
		}
		seen[p] = true
	}
	h.offers = readExtensions(fields)
	h.ExtensionsOffered = texts(h.offers)
	for i := range h.offers {
		e := &h.offers[i]
		switch {
		case e.wrong != "":
			h.find(FromClient, rule.OfferMalformed, e.wrong)
		case e.isDeflate():
			if _, wrong := readDeflate(e, false); wrong != "" {
				h.find(FromClient, rule.DeflateOffer, wrong)
			}
		case !e.isRegistered():
			h.find(FromClient, rule.Unregistered, e.name)
		}
	}
}

// judgeRequestHead judges the request line, Host and Connection, RFC 6455 §4.1.
func (h *Handshake) judgeRequestHead() {
	r := h.Request
	// Item 2: the method MUST be GET, and the version at least 1.1.
	if r.Method != "GET" {
		h.find(FromClient, rule.Method, r.Method)
	}
	if r.Version < "1.1" {
		h.find(FromClient, rule.HTTPVersion, "HTTP/"+r.Version)
	}
	// Item 3.
	if !strings.HasPrefix(r.Target, "/") && !isAbsolute(r.Target) {
		h.find(FromClient, rule.Target, r.Target)
	}
	if strings.Contains(r.Target, "#") {
		h.find(FromClient, rule.Fragment, r.Target)
	}
	// Item 4.
	if r.Host == "" {
		h.find(FromClient, rule.Host, "")
	}
	// Item 5.
	if !r.IsUpgrade() {
		value, _ := lookup(r.Fields, "Upgrade")
		h.find(FromClient, rule.Upgrade, value)
	}
	// Item 6: MUST include the Upgrade token.
	if !hasToken(r.Fields, "Connection", "upgrade") {
		value, _ := lookup(r.Fields, "Connection")
		h.find(FromClient, rule.Connection, value)
	}
}

// isAbsolute reports whether a request's target is a URI of HTTP with an authority.
func isAbsolute(target string) bool {
	scheme, rest, ok := strings.Cut(target, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")) && rest != "" && rest[0] != '/'
}

// noVersion is the Detail of rule.Version where the header field is missing.
const noVersion = "none"

// judgeVersion judges Sec-WebSocket-Version, RFC 6455 §4.1 item 9, RFC 8441 §5.
func (h *Handshake) judgeVersion() {
	value, times := lookup(h.Request.Fields, "Sec-WebSocket-Version")
	switch {
	case times == 0:
		h.find(FromClient, rule.Version, noVersion)
	case value != "13":
		h.find(FromClient, rule.Version, value)
	}
	if times > 1 {
		h.find(FromClient, rule.VersionRepeated, fmt.Sprintf("%d times", times))
	}
}

// judgeKey judges Sec-WebSocket-Key, RFC 6455 §4.1 item 7.
func (h *Handshake) judgeKey() {
	key, times := lookup(h.Request.Fields, "Sec-WebSocket-Key")
	if times == 0 {
		h.find(FromClient, rule.KeyMissing, "")
		return
	}
	if times > 1 {
		h.find(FromClient, rule.KeyRepeated, fmt.Sprintf("%d times", times))
	}
	nonce, err := base64.StdEncoding.DecodeString(key)
	switch {
	case err != nil:
		h.find(FromClient, rule.KeyLength, "not base64: "+key)
	case len(nonce) != 16:
		h.find(FromClient, rule.KeyLength, bytesInWords(int64(len(nonce))))
	case bytes.Count(nonce, nonce[:1]) == len(nonce):
		h.find(FromClient, rule.KeyConstant, fmt.Sprintf("16 bytes 0x%02x", nonce[0]))
	}
}

func bytesInWords(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
