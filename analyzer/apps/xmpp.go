package apps

import (
	"bytes"
	"encoding/xml"
	"io"

	"wscope/analyzer/record"
)

// xmpp reads XMPP over WebSocket, RFC 7395: each message is one XML element.
type xmpp struct{ stateless }

func openXMPP() dialect { return xmpp{} }

// xmppSpot knows the client's <open/>, RFC 7395 §3.4.
func xmppSpot(b []byte, from side) bool {
	return from == client && bytes.HasPrefix(b, []byte("<open ")) && bytes.Contains(b[:min(len(b), 1024)], []byte("urn:ietf:params:xml:ns:xmpp-framing"))
}

// stanza is what is looked at of an element: its own tag, its first child's and the first
// text inside it.
type stanza struct {
	name           string
	attributes     map[string]string
	child, childNS string
	grand          string // the first child of <error/>
	text           string
}

// maxTokens is how many tokens of a stanza are looked at.
const maxTokens = 200

func (xmpp) read(c *conversation, m *record.Message) bool {
	s, ok := readStanza(m.Data)
	if !ok {
		return false
	}
	if c.version == "" {
		c.version = s.attributes["version"]
	}
	u := unit{kind: s.name, id: s.attributes["id"], topic: s.attributes["to"], gist: gist(m.Data)}
	if c.from == server && s.attributes["from"] != "" {
		u.topic = s.attributes["from"]
	}
	kind := s.attributes["type"]
	switch s.name {
	case "iq": // RFC 6120 §8.2.3
		u.name = join(s.child, s.childNS)
		switch kind {
		case "get", "set":
			u.part, u.beat = asks, s.child == "ping" && s.childNS == "urn:xmpp:ping" // XEP-0199
			u.kind = "iq " + kind
		case "result":
			u.part, u.kind, u.name = answers, "iq result", ""
		case "error":
			u.part, u.kind, u.name = fails, "iq error", ""
		}
	case "message", "presence":
		u.name = kind
		if s.text != "" && s.child != "" {
			u.gist = gist(s.child + ": " + s.text)
		}
	case "open":
		u.part, u.key, u.id = asks, "open", ""
		if c.from == server {
			u.part, u.id = answers, s.attributes["id"]
			c.session = u.id
		}
	case "auth":
		u.name, u.part, u.key, u.op = s.attributes["mechanism"], asks, "auth", "auth"
		u.gist = "" // it holds secrets
		if saslPlain(s.text, u.name) {
			c.credential("SASL PLAIN password")
		}
	case "response", "challenge":
		u.gist = ""
	case "success":
		u.part, u.key, u.gist = answers, "auth", ""
	case "failure":
		u.part, u.key, u.err = fails, "auth", s.child
	}
	if kind == "error" {
		u.err = s.grand
		if u.err == "" {
			u.err = "error"
		}
	}
	c.add(u)
	return true
}

// readStanza reads the beginning of an element; it returns false where that is none, or
// does not end where the message does.
func readStanza(b []byte) (s stanza, ok bool) {
	b = bytes.TrimSpace(b)
	if len(b) < 4 || b[0] != '<' || b[len(b)-1] != '>' {
		return s, false
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	depth, parent := 0, ""
	for range maxTokens {
		t, err := d.RawToken()
		if err == io.EOF {
			return s, s.name != "" && depth == 0
		}
		if err != nil {
			return s, false
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth == 0 && s.name != "" {
				return s, false // a second element
			}
			depth++
			s.begin(t, depth, parent)
			parent = t.Name.Local
		case xml.EndElement:
			depth--
			parent = ""
		case xml.CharData:
			if s.text == "" && (depth == 2 || depth == 1 && s.name == "auth") {
				s.text = gist([]byte(t))
			}
		case xml.Directive, xml.ProcInst:
			return s, false // RFC 6120 §11.1 allows none
		}
		if depth < 0 || depth > maxDepth {
			return s, false
		}
	}
	return s, s.name != "" // too long to be looked at whole
}

func (s *stanza) begin(t xml.StartElement, depth int, parent string) {
	switch {
	case depth == 1:
		if s.name = short(t.Name.Local); t.Name.Space != "" {
			s.name = short(t.Name.Space + ":" + t.Name.Local) // <stream:features>
		}
		s.attributes = map[string]string{}
		for _, a := range t.Attr {
			if a.Name.Space == "" && len(s.attributes) < 16 {
				s.attributes[short(a.Name.Local)] = short(a.Value)
			}
		}
	case depth == 2 && s.child == "":
		s.child = short(t.Name.Local)
		for _, a := range t.Attr {
			if a.Name.Local == "xmlns" {
				s.childNS = short(a.Value)
			}
		}
	case depth == 3 && parent == "error" && s.grand == "":
		s.grand = short(t.Name.Local)
	}
}

// xmppMidway knows stanzas of the namespace that RFC 7395 §3.3.3 demands of each.
func xmppMidway(g *glance) int {
	b := bytes.TrimSpace(g.b)
	if len(b) < 8 || b[0] != '<' || g.binary {
		return 0
	}
	head := b[:min(len(b), 1024)]
	switch {
	case bytes.Contains(head, []byte("jabber:client")), bytes.Contains(head, []byte("urn:ietf:params:xml:ns:xmpp-")), bytes.Contains(head, []byte("urn:xmpp:")):
		return certain
	case bytes.HasPrefix(b, []byte("<message ")), bytes.HasPrefix(b, []byte("<presence")), bytes.HasPrefix(b, []byte("<iq ")):
		return 60
	}
	return 0
}
