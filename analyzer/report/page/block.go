package page

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"strconv"

	"github.com/klauspost/compress/flate"
)

// blocks writes blocks of JSON as script elements that are data: a browser does not run
// them, and the page's script reads them by their id.
type blocks struct {
	w    *bufio.Writer
	zip  *flate.Writer
	safe []byte
}

// write writes one block. A block of some size is deflated (RFC 1951) and in base64.
func (b *blocks) write(id string, json []byte) error {
	if len(json) < plainSize {
		b.w.WriteString(`<script type="application/json" id="` + id + `">`)
		b.safe = appendInert(b.safe[:0], json)
		b.w.Write(b.safe)
		_, err := b.w.WriteString("</script>\n")
		return err
	}
	b.w.WriteString(`<script type="application/octet-stream" id="` + id + `" data-length="` + strconv.Itoa(len(json)) + `">`)
	text := base64.NewEncoder(base64.StdEncoding, b.w)
	if b.zip == nil {
		b.zip, _ = flate.NewWriter(text, 5) // the error is for an unknown level
	}
	b.zip.Reset(text)
	b.zip.Write(json)
	if err := b.zip.Close(); err != nil {
		return err
	}
	text.Close()
	_, err := b.w.WriteString("</script>\n")
	return err
}

// appendInert appends JSON with each "<" written as an escape, so that nothing in it reads
// as a tag or a comment to an HTML parser. In JSON it can only stand inside a string.
func appendInert(dst, json []byte) []byte {
	for {
		i := bytes.IndexByte(json, '<')
		if i < 0 {
			return append(dst, json...)
		}
		dst = append(append(dst, json[:i]...), `\u003c`...)
		json = json[i+1:]
	}
}

// list gathers JSON values of one sort into blocks named sort-0, sort-1, ….
type list struct {
	sort   string
	json   []byte
	closed int // blocks that are written
}

// add begins a value in the block at hand; the caller appends it to l.json.
func (l *list) add() {
	if len(l.json) == 0 {
		l.json = append(l.json, '[')
	} else {
		l.json = append(l.json, ",\n"...)
	}
}

// flush writes the block at hand, if it is large enough or the last.
func (l *list) flush(b *blocks, last bool) error {
	if len(l.json) == 0 || !last && len(l.json) < blockSize {
		return nil
	}
	l.json = append(l.json, ']')
	err := b.write(l.sort+"-"+strconv.Itoa(l.closed), l.json)
	l.json = l.json[:0]
	l.closed++
	return err
}
