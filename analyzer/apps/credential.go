package apps

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// Credentials are found where a protocol's login carries them, as those in the opening handshake are. What is
// kept is what they are, and which side sent them; never they themselves.

// credential notes that the message in hand holds a credential of a kind.
func (c *conversation) credential(what string) {
	switch {
	case c.trying:
	case c.outer != nil:
		c.outer.credential(what)
	case c.secret == "":
		c.secret = what
	}
}

// credentials looks for those that any message may hold.
func (c *conversation) credentials(m *record.Message) {
	if c.secret == "" && c.jwts < maxTokens && jwtIn(m.Data) {
		c.jwts++
		c.secret = "a JSON Web Token in a message"
	}
}

// maxLogins is how many of a client's messages are looked at for a login where the protocol is not known.
const maxLogins = 16

// secretMembers are members whose texts are credentials, in lower case and without - and _.
var secretMembers = []string{
	"password", "passwd", "pass", "passcode", "token", "accesstoken", "authtoken", "apikey", "secret", "clientsecret", "jwt", "authorization", "authtoken", "bearer",
	"idtoken", "refreshtoken", "sessiontoken", "usertoken", "xapikey", "credentials", "nkey", "sig",
}

// hasCredential reports whether an object has a member, at its top or one below, that holds a credential.
func hasCredential(v []byte) bool { return credentialIn(v, 0) }

func credentialIn(v []byte, depth int) bool {
	if !isObject(v) || depth > 2 {
		return false
	}
	for it := (members{b: v}); ; {
		name, val := it.next()
		if name == nil {
			return false
		}
		if isString(val) && len(val) > 2 && secretMember(name[1:len(name)-1]) || credentialIn(val, depth+1) {
			return true
		}
	}
}

func secretMember(name []byte) bool {
	if len(name) < 3 || len(name) > 24 {
		return false
	}
	var folded [24]byte
	n := 0
	for _, c := range name {
		switch {
		case c >= 0x80: // some letters beyond ASCII have one of ASCII as their lower case
			return slices.Contains(secretMembers, strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(string(name))))
		case c == '-' || c == '_':
			continue
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		}
		folded[n] = c
		n++
	}
	for _, s := range secretMembers {
		if s == string(folded[:n]) {
			return true
		}
	}
	return false
}

// saslPlain reports whether an initial response is one of PLAIN with a password, RFC 4616.
func saslPlain(text, mechanism string) bool {
	if mechanism != "PLAIN" {
		return false
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return len(text) > 0
	}
	last := bytes.LastIndexByte(b, 0)
	return last >= 0 && last < len(b)-1
}

// jwtIn reports whether a message holds a JSON Web Token, RFC 7519: three parts in base64url, of which the first two are JSON.
func jwtIn(b []byte) bool {
	b = b[:min(len(b), maxHeld)]
	for {
		i := indexToken(b)
		if i < 0 {
			return false
		}
		if i > 0 && isTokenByte(b[i-1]) {
			b = b[i+3:]
			continue
		}
		b = b[i:]
		end, dots, second := 0, 0, 0
		for end < len(b) && (isTokenByte(b[end]) || b[end] == '.') {
			if b[end] == '.' {
				if dots++; dots == 1 {
					second = end + 1
				}
			}
			end++
		}
		if dots == 2 && bytes.HasPrefix(b[second:], []byte("eyJ")) && end > 32 {
			return true
		}
		b = b[max(end, 3):]
	}
}

// indexToken is where b has "eyJ" first; -1 where it has not. Of the three letters J is the rare one.
func indexToken(b []byte) int {
	for at := 2; at < len(b); at++ {
		i := bytes.IndexByte(b[at:], 'J')
		if i < 0 {
			break
		}
		if at += i; b[at-1] == 'y' && b[at-2] == 'e' {
			return at - 2
		}
	}
	return -1
}

func isTokenByte(c byte) bool { return c == '-' || c == '_' || isNameByte(c) }
