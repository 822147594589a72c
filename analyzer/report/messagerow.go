package report

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"wscope/analyzer/record"
)

// MessageTable writes messages as lines of a table.
type MessageTable struct {
	rows  *rowStream
	clock clock
}

// NewMessageTable begins a table of messages.
func NewMessageTable(s *Screen, w io.Writer) *MessageTable {
	t := &MessageTable{clock: s.clock()}
	t.rows = newRowStream(s, w, []column{
		{name: "FLOW", right: true, width: 5},
		{name: "TIME", width: t.clock.lineWidth, right: true, drop: 3},
		{name: "", width: 1},
		{name: "TYPE", width: 6},
		{name: "LENGTH", width: 8, right: true, drop: 1},
		{name: "PACKET", width: 7, right: true, drop: 2},
		{name: "CONTENT"},
	})
	return t
}

// Begin tells when the first flow began, from which relative times count.
func (t *MessageTable) Begin(at record.Time) { t.clock.begin(at) }

// Message adds a message.
func (t *MessageTable) Message(m *record.Message) error {
	kind := m.Type
	t.rows.add([]cell{
		{text: strconv.FormatInt(m.Flow, 10), ink: boldInk},
		{text: t.clock.format(m.Time), ink: dimInk},
		{text: arrow(m.From), ink: sideInk(m.From)},
		{text: kind, ink: sideInk(m.From)},
		{text: Number(m.Length), ink: plainInk},
		{text: strconv.FormatInt(m.Packet, 10), ink: dimInk},
		{text: messageGist(m, t.rows.room()), ink: messageInk(m)},
	})
	return t.rows.flush()
}

// FrameTable writes frames as lines of a table.
type FrameTable struct {
	rows    *rowStream
	clock   clock
	payload bool
}

// NewFrameTable begins a table of frames, with what they carry if payload is set.
func NewFrameTable(s *Screen, w io.Writer, payload bool) *FrameTable {
	t := &FrameTable{clock: s.clock(), payload: payload}
	last := "MASK"
	if payload {
		last = "PAYLOAD"
	}
	t.rows = newRowStream(s, w, []column{
		{name: "FLOW", right: true, width: 5},
		{name: "TIME", width: t.clock.lineWidth, right: true, drop: 4},
		{name: "", width: 1},
		{name: "OPCODE", width: 12},
		{name: "FIN", width: 3, drop: 2},
		{name: "RSV", width: 3, drop: 3, right: true},
		{name: "LENGTH", width: 8, right: true},
		{name: "OFFSET", width: 9, right: true, drop: 5},
		{name: "PACKET", width: 7, right: true, drop: 1},
		{name: last},
	})
	return t
}

// Begin tells when the first flow began, from which relative times count.
func (t *FrameTable) Begin(at record.Time) { t.clock.begin(at) }

// Frame adds a frame.
func (t *FrameTable) Frame(f *record.Frame) error {
	at, fin, what := "", "", ""
	if f.Time != 0 {
		at = t.clock.format(f.Time)
	}
	if f.Finished {
		fin = "fin"
	}
	switch {
	case t.payload:
		what = label(f.Payload, f.IsText, t.rows.room())
	case f.MaskKey != nil:
		what = "0x" + leftZero(strconv.FormatUint(uint64(*f.MaskKey), 16), 8)
	}
	if !f.Complete {
		what = "(not whole) " + what
	}
	flow := ""
	if f.Flow != 0 {
		flow = strconv.FormatInt(f.Flow, 10)
	}
	t.rows.add([]cell{
		{text: flow, ink: boldInk},
		{text: at, ink: dimInk},
		{text: arrow(f.From), ink: sideInk(f.From)},
		{text: f.Opcode, ink: sideInk(f.From)},
		{text: fin, ink: plainInk},
		{text: strconv.Itoa(int(f.Reserved)), ink: plainInk},
		{text: strconv.FormatUint(f.LenPayload, 10), ink: plainInk},
		{text: strconv.FormatInt(f.Offset, 10), ink: dimInk},
		{text: strconv.FormatInt(f.Packet, 10), ink: dimInk},
		{text: what, ink: plainInk},
	})
	return t.rows.flush()
}

func leftZero(s string, n int) string {
	if len(s) < n {
		return strings.Repeat("0", n-len(s)) + s
	}
	return s
}

func messageInk(m *record.Message) ink {
	switch m.Type {
	case "ping", "pong":
		return dimInk
	}
	return plainInk
}

// messageGist is a message's content in about room columns.
func messageGist(m *record.Message, room int) string {
	text := ""
	switch {
	case m.Type == "close":
		text = closeText(m.Code, m.Reason)
	case m.App != nil && m.App.Gist != "":
		text = Clean(m.App.Gist)
	default:
		text = label(m.Data, m.IsText, room)
	}
	if !m.Complete {
		text = "(not whole) " + text
	}
	return text
}

// closeText tells what a Close frame carries.
func closeText(code *int, reason string) string {
	if code == nil {
		return "(no code)"
	}
	text := strconv.Itoa(*code)
	if reason != "" {
		text += " " + Clean(reason)
	}
	return text
}

// label is the beginning of a payload in about room columns: text as it is, bytes in
// hexadecimal.
func label(data []byte, text bool, room int) string {
	most := min(len(data), max(room, 1)+utf8.UTFMax)
	if text {
		for most > 0 && most < len(data) && data[most]&0xc0 == 0x80 {
			most--
		}
		out := string(AppendClean(nil, data[:most]))
		if most < len(data) {
			out += "…"
		}
		return out
	}
	most = min(len(data), room/3+1)
	out := make([]byte, 0, 3*most)
	for i, c := range data[:most] {
		if i > 0 {
			out = append(out, ' ')
		}
		out = append(out, hexDigits[c>>4], hexDigits[c&15])
	}
	if most < len(data) {
		return string(out) + "…"
	}
	return string(out)
}
