package flow

import (
	"bytes"
	"strings"

	"wscope/analyzer/record"
	"wscope/assembly"
	"wscope/wsparse"
)

// leak looks for what CRIME and BREACH live on (RFC 7692 §8): in TLS, a side that compresses a
// secret of its own together with text of the other side. The messages' sizes then tell who sees them how much
// the two have in common. Only the messages that are looked into anyway are seen.
type leak struct {
	takeover [2]bool
	sides    [2]struct {
		said   []byte // of the latest text, what the other side may repeat
		secret string // the member that holds a secret of this side's, compressed
		echoed bool   // text of the other side was compressed
	}
	reported [2]bool
}

const (
	leakLook = 4 << 10 // bytes of a message that are looked at
	leakKept = 64      // bytes kept of a text
)

// message takes a text message of a side; it returns the member that may leak, "" if none.
func (l *leak) message(from int, m *wsparse.Message) string {
	s, other := &l.sides[from], &l.sides[1-from]
	data := m.Data[:min(len(m.Data), leakLook)]
	if m.Compressed {
		if !l.takeover[from] {
			s.secret, s.echoed = "", false
		}
		echo := len(other.said) > 0 && bytes.Contains(data, other.said)
		s.echoed = s.echoed || echo
		if name := secretMember(data, other.said); name != "" {
			s.secret = name
		}
	}
	if said := longestText(data); len(said) >= record.SecretLeast {
		s.said = append(s.said[:0], said[:min(len(said), leakKept)]...)
	}
	if s.secret == "" || !s.echoed || l.reported[from] {
		return ""
	}
	l.reported[from] = true
	return s.secret
}

// leaks looks at a text message for secrets that compression gives away.
func (f *flow) checkLeak(from int, m *wsparse.Message, at *assembly.Mark) {
	if f.leak == nil || m.Opcode != wsparse.Text {
		return
	}
	if name := f.leak.message(from, m); name != "" {
		f.findings.report(f, record.RuleLeak, fromNames[from], name+" beside text of the "+string(fromNames[1-from]), at)
	}
}

// secretMember is the name of a JSON member that holds a secret which is not what the other side said.
func secretMember(data, other []byte) string {
	for len(data) > 0 {
		name, rest, ok := quoted(data)
		if !ok {
			return ""
		}
		data = rest
		after := bytes.TrimLeft(rest, " \t\r\n")
		if len(after) == 0 || after[0] != ':' || !secretName(string(name)) || len(name) < 5 {
			continue
		}
		after = bytes.TrimLeft(after[1:], " \t\r\n")
		if len(after) == 0 || after[0] != '"' {
			continue
		}
		value, rest, ok := quoted(after)
		if ok && len(value) >= record.SecretLeast && (len(other) == 0 || !bytes.Contains(value, other) && !bytes.Contains(other, value)) {
			return strings.ToLower(string(name))
		}
		data = rest
	}
	return ""
}

// longestText is the longest text in quotes that names no member; all of data where there are none.
func longestText(data []byte) (longest []byte) {
	all := data
	for {
		text, rest, ok := quoted(data)
		if !ok {
			break
		}
		named := bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte{':'})
		if len(text) > len(longest) && !named {
			longest = text
		}
		data = rest
	}
	if longest == nil {
		return all
	}
	return longest
}

// quoted is the next text in quotes, and what is behind it.
func quoted(data []byte) (text, rest []byte, ok bool) {
	begin := bytes.IndexByte(data, '"')
	if begin < 0 {
		return nil, nil, false
	}
	for i := begin + 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return data[begin+1 : i], data[i+1:], true
		}
	}
	return nil, nil, false
}
