package apps

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"wscope/analyzer/record"
)

// protobuf reads Protocol Buffers without a schema: field numbers and wire types. Bytes
// say little of themselves: it begins with a message that is likely to be one, and one that is none ends
// the guess for all.
type protobuf struct {
	stateless
	sure, wrong bool
}

func openProtobuf() dialect { return new(protobuf) }

const maxField = 4096 // larger field numbers are legal, and nearly never meant

func (d *protobuf) read(c *conversation, m *record.Message) bool {
	if m.Type != "binary" || d.wrong {
		return false
	}
	f := protoFields(m.Data, 0)
	likely := len(m.Data) >= 4 && f.text != "" && f.sure
	if !likely && !d.sure {
		return false
	}
	if d.sure = true; f.text == "" && len(m.Data) > 0 {
		d.wrong = true
		c.ledger = ledger{} // and what was said before was said in error
		return false
	}
	c.add(unit{kind: "message", name: "fields " + f.numbers, gist: gist(f.text)})
	return true
}

// seen is what a message's fields look like.
type seen struct {
	numbers string // field numbers, in order of appearance
	text    string // 1: 5 2: "text" 3: {…}
	sure    bool   // a text or a message is among them, or several fields
}

// protoFields reads all of a message; text is "" where b is none.
func protoFields(b []byte, depth int) (s seen) {
	var text, numbers strings.Builder
	last, n := protowire.Number(0), 0
	for ; len(b) > 0; n++ {
		num, kind, size := protowire.ConsumeTag(b)
		if size < 0 || num > maxField {
			return seen{}
		}
		b = b[size:]
		if size = protowire.ConsumeFieldValue(num, kind, b); size < 0 || kind == protowire.StartGroupType || kind == protowire.EndGroupType {
			return seen{}
		}
		if text.Len() < 4*maxGist {
			val, sure := protoValue(kind, b[:size], depth)
			s.sure = s.sure || sure
			if n > 0 {
				text.WriteByte(' ')
			}
			text.WriteString(strconv.Itoa(int(num)) + ": " + val)
		}
		if num != last && numbers.Len() < maxText {
			if last != 0 {
				numbers.WriteByte(',')
			}
			numbers.WriteString(strconv.Itoa(int(num)))
		}
		last = num
		b = b[size:]
	}
	s.text, s.numbers = text.String(), numbers.String()
	s.sure = s.sure || n > 2
	return s
}

// protoValue is a field's value as text; sure where that is likely what it is.
func protoValue(kind protowire.Type, b []byte, depth int) (string, bool) {
	switch kind {
	case protowire.VarintType:
		v, _ := protowire.ConsumeVarint(b)
		return strconv.FormatUint(v, 10), false
	case protowire.Fixed32Type:
		v, _ := protowire.ConsumeFixed32(b)
		return "0x" + strconv.FormatUint(uint64(v), 16), false
	case protowire.Fixed64Type:
		v, _ := protowire.ConsumeFixed64(b)
		return "0x" + strconv.FormatUint(v, 16), false
	}
	v, _ := protowire.ConsumeBytes(b)
	if len(v) > 0 && utf8.Valid(v) && printable(v) {
		return strconv.Quote(gist(v)), len(v) > 2
	}
	if depth < 4 && len(v) > 1 && len(v) <= maxHeld {
		if inner := protoFields(v, depth+1); inner.text != "" {
			return "{" + inner.text + "}", inner.sure
		}
	}
	return bytesOf(len(v)), false
}

// printable is whether the beginning of a text has no control characters.
func printable(b []byte) bool {
	for _, c := range b[:min(len(b), 4*maxGist)] {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}
