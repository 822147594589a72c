package wsparse

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// readOffers reads the subprotocols and extensions that a request offers.
func (h *Handshake) readOffers() {
	fields := h.Request.Fields
	h.SubprotocolsOffered = list(fields, "Sec-WebSocket-Protocol")
	// RFC 6455 §4.1, item 10: tokens, and MUST all be unique.
	seen := map[string]bool{}
	for _, p := range h.SubprotocolsOffered {
		switch {
		case !isToken(p):
			h.find(FromClient, ruleOfferedProtocol, p)
		case seen[p]:
			h.find(FromClient, ruleOfferedProtocol, p+" twice")
		}
		seen[p] = true
	}
	h.offers = readExtensions(fields)
	h.ExtensionsOffered = texts(h.offers)
	for i := range h.offers {
		e := &h.offers[i]
		if e.wrong != "" {
			h.find(FromClient, ruleOfferMalformed, e.wrong)
		} else if e.isDeflate() {
			if _, wrong := readDeflate(e, false); wrong != "" {
				h.find(FromClient, ruleDeflateOffer, wrong)
			}
		}
	}
}

// judgeRequestHead judges the request line, Host and Connection, RFC 6455 §4.1.
func (h *Handshake) judgeRequestHead() {
	r := h.Request
	// Item 2: the method MUST be GET, and the version at least 1.1.
	if r.Method != "GET" {
		h.find(FromClient, ruleMethod, r.Method)
	}
	if r.Version < "1.1" {
		h.find(FromClient, ruleHTTPVersion, "HTTP/"+r.Version)
	}
	if strings.Contains(r.Target, "#") {
		h.find(FromClient, ruleFragment, r.Target)
	}
	// Item 4.
	if r.Host == "" {
		h.find(FromClient, ruleHost, "")
	}
	// Item 6: MUST include the Upgrade token.
	if !hasToken(r.Fields, "Connection", "upgrade") {
		value, _ := lookup(r.Fields, "Connection")
		h.find(FromClient, ruleConnection, value)
	}
}

// judgeVersion judges Sec-WebSocket-Version, RFC 6455 §4.1 item 9, RFC 8441 §5.
func (h *Handshake) judgeVersion() {
	value, times := lookup(h.Request.Fields, "Sec-WebSocket-Version")
	switch {
	case times == 0:
		h.find(FromClient, ruleVersion, "none")
	case value != "13":
		h.find(FromClient, ruleVersion, value)
	}
	if times > 1 {
		h.find(FromClient, ruleVersionRepeated, fmt.Sprintf("%d times", times))
	}
}

// judgeKey judges Sec-WebSocket-Key, RFC 6455 §4.1 item 7.
func (h *Handshake) judgeKey() {
	key, times := lookup(h.Request.Fields, "Sec-WebSocket-Key")
	if times == 0 {
		h.find(FromClient, ruleKeyMissing, "")
		return
	}
	if times > 1 {
		h.find(FromClient, ruleKeyRepeated, fmt.Sprintf("%d times", times))
	}
	nonce, err := base64.StdEncoding.DecodeString(key)
	switch {
	case err != nil:
		h.find(FromClient, ruleKeyLength, "not base64: "+key)
	case len(nonce) != 16:
		h.find(FromClient, ruleKeyLength, bytesInWords(int64(len(nonce))))
	}
}

func bytesInWords(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
