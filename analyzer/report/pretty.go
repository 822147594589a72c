package report

import (
	"bytes"
	"encoding/json"
	"strings"
)

// prettyDepth and prettyLines bound what is shown of one JSON payload; deeper objects and
// further lines are folded.
const (
	prettyDepth = 6
	prettyLines = 40
)

// prettyJSON is a JSON text over several lines of clean text, or nil if data is no JSON
// object or list. What fits width stays on one line; beyond some depth and number of
// lines it is folded. Numbers and the order of names stay as they were sent.
func prettyJSON(data []byte, width int) []string {
	head := bytes.TrimLeft(data, " \t\r\n")
	if len(head) == 0 || head[0] != '{' && head[0] != '[' || !json.Valid(data) {
		return nil
	}
	var b bytes.Buffer
	if json.Compact(&b, data) != nil {
		return nil
	}
	p := &printer{width: width}
	p.value(b.Bytes(), "", 0, "", "")
	if n := len(p.lines); n > prettyLines {
		p.lines = append(p.lines[:prettyLines-1], "… "+Count(int64(n-prettyLines+1), "more line"))
	}
	return p.lines
}

// longestLine is how many bytes of a line of a payload are shown.
const longestLine = 2000

// shortened is clean text of which not too much is shown.
func shortened(s string) string {
	most := longestLine
	if len(s) <= most {
		return s
	}
	for most > 0 && s[most]&0xc0 == 0x80 {
		most--
	}
	return s[:most] + "… " + Bytes(int64(len(s))) + " in all"
}

type printer struct {
	width int
	lines []string
}

// value prints a compact JSON value after a lead (indentation and name) and before a tail (a comma).
func (p *printer) value(v []byte, indent string, depth int, name, tail string) {
	if len(p.lines) > 4*prettyLines {
		return
	}
	flat := string(AppendClean(nil, v))
	if v[0] != '{' && v[0] != '[' {
		flat = shortened(flat)
	}
	if v[0] != '{' && v[0] != '[' || len(v) == 2 || width(indent)+width(name)+width(flat)+len(tail) <= p.width {
		p.lines = append(p.lines, indent+name+flat+tail)
		return
	}
	parts := elements(v)
	end := string(v[len(v)-1])
	if depth >= prettyDepth {
		p.lines = append(p.lines, indent+name+string(v[:1])+"… "+Number(int64(len(parts)))+" …"+end+tail)
		return
	}
	p.lines = append(p.lines, indent+name+string(v[:1]))
	for i, e := range parts {
		comma := ","
		if i == len(parts)-1 {
			comma = ""
		}
		key, rest := "", e
		if v[0] == '{' {
			n := stringEnd(e) + 1 // past the colon
			key, rest = string(AppendClean(nil, e[:n]))+" ", e[n:]
		}
		p.value(rest, indent+"  ", depth+1, key, comma)
	}
	p.lines = append(p.lines, indent+end+tail)
}

// elements splits a compact object or list at its own commas.
func elements(v []byte) [][]byte {
	var parts [][]byte
	depth, from := 0, 1
	for i := 1; i < len(v)-1; i++ {
		switch v[i] {
		case '"':
			i += stringEnd(v[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, v[from:i])
				from = i + 1
			}
		}
	}
	return append(parts, v[from:len(v)-1])
}

// stringEnd is the length of the JSON string that v begins with.
func stringEnd(v []byte) int {
	for i := 1; i < len(v); i++ {
		switch v[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(v)
}

// hexdump is bytes as lines of offset, hexadecimal and characters, at most most lines.
func hexdump(data []byte, columns, most int) []string {
	per := 16
	if columns > 0 && columns < 76 {
		per = 8
	}
	var lines []string
	for from := 0; from < len(data); from += per {
		if len(lines) == most {
			lines = append(lines, "… "+Count(int64(len(data)-from), "more byte"))
			break
		}
		row := data[from:min(from+per, len(data))]
		var b strings.Builder
		for shift := 12; shift >= 0; shift -= 4 {
			b.WriteByte(hexDigits[from>>shift&15])
		}
		b.WriteByte(' ')
		for i := range per {
			if i == 8 {
				b.WriteByte(' ')
			}
			if i < len(row) {
				b.WriteByte(' ')
				b.WriteByte(hexDigits[row[i]>>4])
				b.WriteByte(hexDigits[row[i]&15])
			} else {
				b.WriteString("   ")
			}
		}
		b.WriteString("  ")
		for _, c := range row {
			if c < 0x20 || c >= 0x7f {
				c = '.'
			}
			b.WriteByte(c)
		}
		lines = append(lines, b.String())
	}
	return lines
}
