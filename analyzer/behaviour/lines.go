package behaviour

import (
	"bytes"
	"strings"
)

// Lines are where, in a baseline's text, what differs stands, counted from 1: at the place of JSON, the kind of message, the
// order or the tally that a difference is about, or else at its role; nil where there is no text.
func Lines(text []byte, found []Difference) []int {
	if text == nil {
		return nil
	}
	lines := bytes.Split(text, []byte("\n"))
	at := make([]int, len(found))
	for i := range found {
		at[i] = found[i].line(lines)
	}
	return at
}

func (d *Difference) line(lines [][]byte) int {
	role := find(lines, 0, len(lines), `{"role": `+compact(d.Role)+`,`)
	if role == 0 {
		return 1
	}
	end := find(lines, role, len(lines), `{"role": `)
	if end == 0 {
		end = len(lines)
	} else {
		end--
	}
	if tally := tallyNames[d.Area]; tally != "" {
		if n := find(lines, role-1, end, `"`+tally+`": {`); n > 0 {
			return n
		}
		return role
	}
	if d.Area == "order" {
		return max(role, find(lines, role, end, compact(d.Subject)+": "))
	}
	subject, place, _ := strings.Cut(d.Subject, " $")
	from, kind, _ := strings.Cut(subject, " ")
	n := find(lines, role, end, `{"from": `+compact(from)+`, "kind": `+compact(kind)+`,`)
	if n == 0 {
		return role
	}
	if place == "" {
		return n
	}
	if last := find(lines, n, end, `{"from": `); last > 0 {
		end = last - 1
	}
	return max(n, find(lines, n, end, compact("$"+place)+": "))
}

// tallyNames are the names in a baseline of what areas are about.
var tallyNames = map[string]string{
	"transport": "transport", "request": "requests", "handshake": "handshakes", "subprotocol": "subprotocols", "extensions": "extensions",
	"pings": "pings", "close": "closes", "finding": "findings", "sealed": "sealed",
}

// find is the first line, from one on and before another, that begins with words; 0 where there is none.
func find(lines [][]byte, from, before int, words string) int {
	for i := from; i < before; i++ {
		if bytes.HasPrefix(bytes.TrimLeft(lines[i], " "), []byte(words)) {
			return i + 1
		}
	}
	return 0
}
