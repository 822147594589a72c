package page

import (
	"encoding/json"
	"strconv"

	"wscope/analyzer/record"
)

// append appends what json.Marshal makes of m, of which a capture may have millions.
func (m *more) append(dst []byte) []byte {
	o := object{append(dst, '{')}
	o.text("type", m.Type)
	o.text("file", m.File)
	if m.Code != nil {
		o.b = strconv.AppendInt(o.name("code"), int64(*m.Code), 10)
	}
	o.text("reason", m.Reason)
	if m.App != nil {
		o.b = appendApp(o.name("app"), m.App)
	}
	if m.Error != 0 {
		o.b = strconv.AppendInt(o.name("error"), m.Error, 10)
	}
	return append(o.b, '}')
}

// appendApp appends what a subprotocol says of a message; Decoded, which the page leaves out, is nil.
func appendApp(dst []byte, a *record.App) []byte {
	o := object{append(dst, '{')}
	o.b = appendText(o.name("protocol"), a.Protocol)
	o.b = appendText(o.name("kind"), a.Kind)
	o.text("name", a.Name)
	o.text("id", a.ID)
	o.text("topic", a.Topic)
	o.text("error", a.Error)
	o.text("gist", a.Gist)
	if a.Answers != nil {
		o.b = strconv.AppendInt(o.name("answers"), *a.Answers, 10)
	}
	if a.After != nil {
		o.b = a.After.Append(o.name("after"))
	}
	o.text("credential", a.Credential)
	if a.DecodedCut {
		o.b = append(o.name("decoded_cut"), "true"...)
	}
	return append(o.b, '}')
}

// object is a JSON object that is written from its brace on.
type object struct{ b []byte }

func (o *object) name(name string) []byte {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(append(o.b, '"'), name...)
	return append(o.b, `":`...)
}

// text appends a member that is left out where it is empty.
func (o *object) text(name, value string) {
	if value != "" {
		o.b = appendText(o.name(name), value)
	}
}

// appendText appends a string as json.Marshal does, which escapes what HTML reads as its own.
func appendText(dst []byte, s string) []byte {
	begin := len(dst)
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(append(dst, s[from:i]...), '\\', c)
		case c == '<' || c == '>' || c == '&':
			dst = append(append(dst, s[from:i]...), `\u00`...)
			dst = append(dst, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		case c < ' ' || c >= 0x7f: // seldom
			b, err := json.Marshal(s)
			if err != nil {
				panic("page: a text that is no JSON: " + err.Error()) // every string is
			}
			return append(dst[:begin], b...)
		default:
			continue
		}
		from = i + 1
	}
	return append(append(dst, s[from:]...), '"')
}
