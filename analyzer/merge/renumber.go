package merge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// renumber appends a record's line with its flow's new number.
func renumber(dst, text []byte, l *line, number int64) ([]byte, error) {
	name := []byte(`{"flow":`)
	if !bytes.HasPrefix(text, name) {
		name = []byte(`,"flow":`) // behind what a fleet puts before; in a text its quotation marks would have backslashes
	}
	before, rest, ok := bytes.Cut(text, name)
	digits := strconv.AppendInt(nil, l.Flow, 10)
	if !ok || !bytes.HasPrefix(rest, digits) {
		return dst, errors.New("the flow's number stands where no record of wscope has it")
	}
	dst = append(append(dst, before...), name...)
	dst = strconv.AppendInt(dst, number, 10)
	return append(dst, rest[len(digits):]...), nil
}

// references are the members of a flow's record that name another flow: at its top, and in an object there.
var references = map[string]string{"reconnects": "", "same_as": "", "proxied": "flow"}

// refer renumbers the flows that a flow's record names.
func refer(text []byte, of func(flow int64) (number int64, ok bool)) ([]byte, error) {
	var out []byte
	from := 0
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	depth, inside := 0, "" // inside is the member of the record
	for {
		t, err := d.Token()
		if err != nil {
			return append(out, text[from:]...), nil // the line's end: it was read as JSON before
		}
		switch t := t.(type) {
		case json.Delim:
			switch t {
			case '{', '[':
				depth++
			default:
				depth--
			}
		case string:
			if depth > 0 && expectsName(d, text) {
				if depth == 1 {
					inside = t
				}
				inner, known := references[inside]
				if !known || depth == 1 && inner != "" || depth == 2 && t != inner || depth > 2 {
					continue
				}
				v, err := d.Token()
				n, isNumber := v.(json.Number)
				old, err2 := strconv.ParseInt(n.String(), 10, 64)
				if err != nil || !isNumber || err2 != nil || old == 0 {
					continue
				}
				number, ok := of(old)
				if !ok {
					return nil, fmt.Errorf("%s names flow %d, which is not among the records", inside, old)
				}
				end := int(d.InputOffset())
				out = append(append(out, text[from:end-len(n)]...), strconv.FormatInt(number, 10)...)
				from = end
			}
		}
	}
}

// expectsName reports whether the text that was just read is a member's name: a colon follows.
func expectsName(d *json.Decoder, text []byte) bool {
	rest := bytes.TrimLeft(text[d.InputOffset():], " \t")
	return len(rest) > 0 && rest[0] == ':'
}
