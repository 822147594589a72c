package apps

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"unicode/utf8"
)

// JSON is read where it lies: a value is the slice of the message that holds it. The
// scanner checks all of RFC 8259 but the inside of numbers and escapes, in one pass, with no
// allocation and nesting up to maxDepth.

// space is the index of the first byte from i on that is no white space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// skip is the index behind the value that begins at i; -1 where there is none.
func skip(b []byte, i, depth int) int {
	if i >= len(b) || depth == maxDepth {
		return -1
	}
	switch c := b[i]; {
	case c == '"':
		return skipString(b, i)
	case c == '{' || c == '[':
		return skipGroup(b, i, depth)
	case c == '-' || c >= '0' && c <= '9':
		return skipNumber(b, i)
	case c == 't':
		return skipWord(b, i, "true")
	case c == 'f':
		return skipWord(b, i, "false")
	case c == 'n':
		return skipWord(b, i, "null")
	}
	return -1
}

// Every byte of a word.
const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// skipString looks at eight bytes at a time for a quote, a backslash or a control character.
func skipString(b []byte, i int) int {
	i++
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, slash := w^'"'*lowBits, w^'\\'*lowBits
		// The lowest bit that is set is right; higher ones may be borrowed from it.
		found := ((quote-lowBits)&^quote | (slash-lowBits)&^slash | (w-' '*lowBits)&^w) & highBits
		if found == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(found) >> 3
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			i += 2
		default:
			return -1
		}
	}
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			i++
		case c < ' ':
			return -1
		}
	}
	return -1
}

func skipNumber(b []byte, i int) int {
	digits := false
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			digits = true
		case c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E':
		default:
			if !digits {
				return -1
			}
			return i
		}
	}
	if !digits {
		return -1
	}
	return i
}

func skipWord(b []byte, i int, word string) int {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return -1
	}
	return i + len(word)
}

// skipGroup skips an object or an array.
func skipGroup(b []byte, i, depth int) int {
	open := b[i]
	shut := open + 2 // '{' and '}', '[' and ']' are two apart
	if i = space(b, i+1); i < len(b) && b[i] == shut {
		return i + 1
	}
	for i < len(b) {
		if open == '{' {
			if _, i = key(b, i); i < 0 {
				return -1
			}
		}
		if i = skip(b, i, depth+1); i < 0 {
			return -1
		}
		if i = space(b, i); i >= len(b) {
			return -1
		}
		if b[i] == shut {
			return i + 1
		}
		if b[i] != ',' {
			return -1
		}
		i = space(b, i+1)
	}
	return -1
}

// key is where the member name at i ends, and where the value behind it begins; -1 where there is none.
func key(b []byte, i int) (end, value int) {
	if i >= len(b) || b[i] != '"' {
		return -1, -1
	}
	if end = skipString(b, i); end < 0 {
		return -1, -1
	}
	if i = end; i < len(b) && b[i] != ':' {
		i = space(b, i)
	}
	if i >= len(b) || b[i] != ':' {
		return -1, -1
	}
	return end, space(b, i+1)
}

// contains reports whether a text is in b at all: most messages are known by that not to be some dialect's, without being read as JSON.
func contains(b []byte, text string) bool { return bytes.Contains(b, []byte(text)) }

// value is the JSON value that b is, without the white space around it; nil where b is none.
func value(b []byte) []byte {
	from := space(b, 0)
	to := skip(b, from, 0)
	if to < 0 || space(b, to) != len(b) {
		return nil
	}
	return b[from:to]
}

// elements gives a valid array's elements one after the other.
type elements struct {
	b []byte
	i int
}

// next is the next element; nil at the end, or where b is no array.
func (e *elements) next() []byte {
	if e.i == 0 && (len(e.b) == 0 || e.b[0] != '[') {
		return nil
	}
	i := space(e.b, e.i+1)
	to := skip(e.b, i, 0)
	if to < 0 {
		return nil
	}
	e.i = space(e.b, to)
	return e.b[i:to]
}

// members gives a valid object's members one after the other.
type members struct {
	b []byte
	i int
}

// next is the next member; nil at the end, or where b is no object.
func (m *members) next() (name, val []byte) {
	if m.i == 0 && (len(m.b) == 0 || m.b[0] != '{') {
		return nil, nil
	}
	i := space(m.b, m.i+1)
	end, at := key(m.b, i)
	if at < 0 {
		return nil, nil
	}
	to := skip(m.b, at, 0)
	if to < 0 {
		return nil, nil
	}
	m.i = space(m.b, to)
	return m.b[i:end], m.b[at:to]
}

// object fills into with the values of the named members of a valid object, the last one
// where a name is repeated, nil where it is missing. It returns false where b is no object.
func object(b []byte, into [][]byte, names ...string) bool {
	clear(into)
	if len(b) == 0 || b[0] != '{' {
		return false
	}
	for it := (members{b: b}); ; {
		name, val := it.next()
		if name == nil {
			return true
		}
		for i, want := range names {
			if string(name[1:len(name)-1]) == want {
				into[i] = val
			}
		}
	}
}

// array fills into with a valid array's first elements, and returns how many there are
// in all; -1 where b is no array.
func array(b []byte, into [][]byte) int {
	clear(into)
	if len(b) == 0 || b[0] != '[' {
		return -1
	}
	n := 0
	for it := (elements{b: b}); ; n++ {
		val := it.next()
		if val == nil {
			return n
		}
		if n < len(into) {
			into[n] = val
		}
	}
}

// isString is whether a value is a string.
func isString(v []byte) bool { return len(v) >= 2 && v[0] == '"' }

// isNumber is whether a value is a number.
func isNumber(v []byte) bool { return len(v) > 0 && (v[0] == '-' || v[0] >= '0' && v[0] <= '9') }

// isObject is whether a value is an object.
func isObject(v []byte) bool { return len(v) > 0 && v[0] == '{' }

// is is whether a value is the given string.
func is(v []byte, text string) bool {
	return isString(v) && string(v[1:len(v)-1]) == text
}

// text is a string's characters, or another value as it is written; at most about
// maxText bytes on one line.
func text(v []byte) string { return short(raw(v)) }

// textOf is text for a gist.
func textOf(v []byte) string { return gist(raw(v)) }

// raw is a string's characters without its quotes, or another value as it is written.
func raw(v []byte) []byte {
	if !isString(v) {
		return v
	}
	inside := v[1 : len(v)-1]
	if bytes.IndexByte(inside, '\\') < 0 {
		return inside
	}
	if len(inside) > 8*maxGist { // what is cut anyway need not be unescaped
		inside = inside[:8*maxGist]
		for !utf8.RuneStart(inside[len(inside)-1]) {
			inside = inside[:len(inside)-1]
		}
		return inside
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		return inside
	}
	return []byte(s)
}

// unquoted is all characters of a string, to be read as a text of its own; nil where v is
// no string.
func unquoted(v []byte) []byte {
	if !isString(v) {
		return nil
	}
	if inside := v[1 : len(v)-1]; bytes.IndexByte(inside, '\\') < 0 {
		return inside
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		return nil
	}
	return []byte(s)
}
