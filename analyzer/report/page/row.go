package page

import (
	"encoding/base64"
	"strconv"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// A message's row is an array, in the order of appendRow and of js/rows.js:
//
//	message, kind, from (0 client, 1 server), time and end (nanoseconds after the page's
//	epoch), packet, frames, flags, payload_bytes, length, data, more
//
// data is text or base64; more is what few messages have, or is not there.
const (
	flagCompressed = 1 << iota
	flagIncomplete
	flagStalled
	flagCut    // the analyzer's limit cut it
	flagBase64 // data is base64
	flagLeft   // the page's budget left the payload out
	flagShort  // the page's limit cut it
)

// kinds gives the types of messages their numbers in rows; js/data.js has the same. What has
// a reserved opcode is kind -1, and more.Type names it: no count of messages includes it.
var kinds = map[string]int{"text": 0, "binary": 1, "ping": 2, "pong": 3, "close": 4}

func kind(m *record.Message) int {
	if k, ok := kinds[m.Type]; ok {
		return k
	}
	return -1
}

// more is the rest of a row.
type more struct {
	Type   string      `json:"type,omitempty"`
	File   string      `json:"file,omitempty"`
	Code   *int        `json:"code,omitempty"`
	Reason string      `json:"reason,omitempty"`
	App    *record.App `json:"app,omitempty"`
	Error  int64       `json:"error,omitempty"` // of a TLS record: how many bytes fewer it may hold
}

// appendRow appends a message's row without its data, which take appends if there is room.
func appendRow(dst []byte, m *record.Message, epoch record.Time, data []byte, flags int) []byte {
	k := kind(m)
	from := 0
	if m.From == record.Server {
		from = 1
	}
	dst = append(dst, '[')
	for _, n := range [...]int64{
		m.Message, int64(k), int64(from), int64(m.Time - epoch), int64(m.End - epoch),
		m.Packet, int64(m.Frames), int64(flags), m.PayloadBytes, m.Length,
	} {
		dst = append(strconv.AppendInt(dst, n, 10), ',')
	}
	dst = append(dst, data...)
	r := more{File: m.File, Code: m.Code, Reason: m.Reason, App: m.App}
	if m.App != nil && m.App.Decoded != nil { // which is as long as a message; the page has its data
		app := *m.App
		app.Decoded, app.DecodedCut = nil, false
		r.App = &app
	}
	if k < 0 {
		r.Type = m.Type
	}
	if r != (more{}) {
		dst = r.append(append(dst, ','))
	}
	return append(dst, ']')
}

// content is a message's data as JSON, at most limit bytes of it, and the flags that say so.
func content(dst []byte, m *record.Message, limit int) ([]byte, int) {
	flags := 0
	for _, f := range [...]struct {
		is   bool
		flag int
	}{
		{m.IsCompressed(), flagCompressed}, {!m.Complete, flagIncomplete}, {m.Stalled, flagStalled},
		{m.Cut, flagCut}, {!m.IsText, flagBase64},
	} {
		if f.is {
			flags |= f.flag
		}
	}
	data := m.Data
	if len(data) > limit {
		data = data[:limit]
		for n := 1; m.IsText && n < 4 && len(data) > 0 && m.Data[len(data)]&0xc0 == 0x80; n++ {
			data = data[:len(data)-1] // not inside a character
		}
		flags |= flagShort
	}
	if m.IsText {
		return report.AppendString(dst, data), flags
	}
	dst = base64.StdEncoding.AppendEncode(append(dst, '"'), data)
	return append(dst, '"'), flags
}
