package export

import (
	"bytes"
	"io"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"wscope/analyzer/record"
)

// zeekLog writes one of Zeek's logs, as its ASCII writer does: tab-separated under a head
// that names and types the columns, or with json a line of JSON a row. The dates of the head and the foot
// are the capture's, in UTC.
type zeekLog struct {
	w      io.Writer
	json   bool
	path   string
	fields []zeekField
	begun  bool
	buf    []byte
	column int
}

type zeekField struct{ name, kind string }

// begin begins a row, and before the first one the log.
func (l *zeekLog) begin(open record.Time) {
	l.head(open)
	l.column = 0
	if l.json {
		l.buf = append(l.buf, '{')
	}
}

func (l *zeekLog) head(open record.Time) {
	if l.begun || l.json {
		return
	}
	l.begun = true
	l.buf = append(l.buf, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t"...)
	l.buf = append(append(l.buf, l.path...), "\n#open\t"...)
	l.buf = append(append(l.buf, zeekDate(open)...), "\n#fields"...)
	for _, f := range l.fields {
		l.buf = append(append(l.buf, '\t'), f.name...)
	}
	l.buf = append(l.buf, "\n#types"...)
	for _, f := range l.fields {
		l.buf = append(append(l.buf, '\t'), f.kind...)
	}
	l.buf = append(l.buf, '\n')
}

func zeekDate(t record.Time) string {
	return time.Unix(0, int64(t)).UTC().Format("2006-01-02-15-04-05")
}

// end ends a row and writes it.
func (l *zeekLog) end() error {
	if l.json {
		l.buf = append(l.buf, '}')
	}
	l.buf = append(l.buf, '\n')
	return l.flush()
}

// close ends the log.
func (l *zeekLog) close(open, end record.Time) error {
	l.head(open)
	if !l.json {
		l.buf = append(append(append(l.buf, "#close\t"...), zeekDate(end)...), '\n')
	}
	return l.flush()
}

func (l *zeekLog) flush() error {
	_, err := l.w.Write(l.buf)
	l.buf = l.buf[:0]
	return err
}

// next begins a cell; where it is not there it is done with that.
func (l *zeekLog) next(there bool) bool {
	name := l.fields[l.column].name
	l.column++
	switch {
	case !l.json && l.column > 1:
		l.buf = append(l.buf, '\t')
	case l.json && there:
		if l.buf[len(l.buf)-1] != '{' {
			l.buf = append(l.buf, ',')
		}
		l.buf = append(append(append(l.buf, '"'), name...), '"', ':')
	}
	if !there && !l.json {
		l.buf = append(l.buf, '-')
	}
	return there
}

func (l *zeekLog) time(t record.Time) {
	if l.next(true) {
		l.buf = appendMicros(l.buf, int64(t))
	}
}

func (l *zeekLog) interval(s record.Seconds) {
	if l.next(true) {
		l.buf = appendMicros(l.buf, int64(s))
	}
}

// appendMicros appends nanoseconds as seconds with the six digits that Zeek gives.
func appendMicros(dst []byte, ns int64) []byte {
	s, us := ns/1e9, ns%1e9/1e3
	if ns < 0 {
		dst, s, us = append(dst, '-'), -s, -us
	}
	dst = append(strconv.AppendInt(dst, s, 10), '.')
	digits := strconv.AppendInt(nil, us+1e6, 10)
	return append(dst, digits[1:]...)
}

func (l *zeekLog) count(n int64) {
	if l.next(true) {
		l.buf = strconv.AppendInt(l.buf, n, 10)
	}
}

// known is a count, unset where it is -1.
func (l *zeekLog) known(n int64) {
	if l.next(n >= 0) {
		l.buf = strconv.AppendInt(l.buf, n, 10)
	}
}

func (l *zeekLog) bool(yes bool) {
	if !l.next(true) {
		return
	}
	switch {
	case l.json:
		l.buf = strconv.AppendBool(l.buf, yes)
	case yes:
		l.buf = append(l.buf, 'T')
	default:
		l.buf = append(l.buf, 'F')
	}
}

func (l *zeekLog) code(n *int) {
	if l.next(n != nil) {
		l.buf = strconv.AppendInt(l.buf, int64(*n), 10)
	}
}

func (l *zeekLog) unset() { l.next(false) }

// text is a string, an address or an enum: unset where it is empty.
func (l *zeekLog) text(s string) {
	if l.next(s != "") {
		l.value(s, false)
	}
}

// list is a vector or set of strings: unset where it is empty.
func (l *zeekLog) list(list []string) {
	if !l.next(len(list) > 0) {
		return
	}
	if l.json {
		l.buf = append(l.buf, '[')
	}
	for i, s := range list {
		if i > 0 {
			l.buf = append(l.buf, ',')
		}
		l.value(s, true)
	}
	if l.json {
		l.buf = append(l.buf, ']')
	}
}

func (l *zeekLog) value(s string, listed bool) {
	switch {
	case l.json:
		l.buf = append(l.buf, '"')
		l.buf = appendZeek(l.buf, s, `"`)
		l.buf = append(l.buf, '"')
	case s == "":
		l.buf = append(l.buf, "(empty)"...)
	case s == "-" || s == "(empty)":
		l.buf = append(l.buf, bytes.Replace([]byte(`\x2d`), []byte("2d"), strconv.AppendInt(nil, int64(s[0]), 16), 1)...)
		l.buf = append(l.buf, s[1:]...)
	case listed:
		l.buf = appendZeek(l.buf, s, ",")
	default:
		l.buf = appendZeek(l.buf, s, "")
	}
}

// appendZeek appends s with what cannot be printed, the backslash and the bytes of more as \xHH;
// printable UTF-8 stays. In JSON (more is a quotation mark) the escape is JSON's where it has one.
func appendZeek(dst []byte, s, more string) []byte {
	json := more == `"`
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case json && (r == '"' || r == '\\'):
			dst = append(dst, '\\', byte(r))
		case r == '\\':
			dst = append(dst, '\\', '\\')
		case r < utf8.RuneSelf && more == string(r), r == utf8.RuneError && size == 1, !unicode.IsPrint(r):
			for _, c := range []byte(s[i : i+size]) {
				if json {
					dst = append(dst, '\\') // of the backslash
				}
				dst = append(dst, '\\', 'x', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
			}
		default:
			dst = append(dst, s[i:i+size]...)
		}
		i += size
	}
	return dst
}
