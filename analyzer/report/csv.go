package report

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strconv"
	"unicode/utf8"

	"wscope/analyzer/record"
)

// CSV renders Message and Frame records as rows of RFC 4180, without the flow's number,
// which is not known in the workers: AppendRow completes a row. Its columns are the
// contract's names, nested ones joined by dots.
//
// A cell that a spreadsheet would take for a formula (it begins with =, +, - or @, or with
// a tab or carriage return) is text with an apostrophe in front. Numbers are left alone.
type CSV struct {
	Payload    bool
	MaxPayload int

	stamp record.Stamp
}

// Heads of the tables, with the line's end.
const (
	MessageHead = "flow,message,from,type,time,end,packet,file," + contentHead
	FrameHead   = "flow,frame,from,time,packet,file," + headerHead
	// Those of "decode": without flow, from, time and packet.
	DecodedHead        = "frame," + headerHead
	DecodedMessageHead = "message,type,offset," + contentHead

	headerHead = "offset,finished,reserved,opcode,is_masked,len_payload_primary,len_payload_extended_1," +
		"len_payload_extended_2,mask_key,len_payload,complete,payload_text,payload_bytes\r\n"
	contentHead = "frames,compressed,payload_bytes,length,complete,cut,stalled,code,reason,text,base64," +
		"app.protocol,app.kind,app.name,app.id,app.topic,app.error,app.gist,app.decoded,app.decoded_cut,sha256,app.answers,app.after,app.credential,stream\r\n"
)

// AppendRow completes what a CSV renderer made for a flow to one row.
func AppendRow(dst []byte, flow int64, record []byte) []byte {
	dst = appendInt(dst, flow)
	return append(append(dst, record...), '\r', '\n')
}

// Message appends a message's cells from the second on, beginning with a comma.
func (c *CSV) Message(dst []byte, m *record.Message) []byte {
	dst = number(dst, m.Message)
	dst = append(append(dst, ','), m.From...)
	dst = append(append(dst, ','), m.Type...)
	dst = c.stamp.Append(append(dst, ','), m.Time)
	dst = c.stamp.Append(append(dst, ','), m.End)
	dst = number(dst, m.Packet)
	dst = AppendCell(append(dst, ','), m.File)
	return c.content(dst, m)
}

func (c *CSV) content(dst []byte, m *record.Message) []byte {
	dst = number(dst, int64(m.Frames))
	dst = append(dst, ',')
	if m.Compressed != nil {
		dst = strconv.AppendBool(dst, *m.Compressed)
	}
	dst = number(dst, m.PayloadBytes)
	dst = number(dst, m.Length)
	dst = strconv.AppendBool(append(dst, ','), m.Complete)
	data, cut := shorten(m.Data, m.IsText, c.MaxPayload)
	dst = strconv.AppendBool(append(dst, ','), cut || m.Cut)
	dst = strconv.AppendBool(append(dst, ','), m.Stalled)
	dst = append(dst, ',')
	if m.Code != nil {
		dst = appendInt(dst, int64(*m.Code))
	}
	dst = AppendCell(append(dst, ','), m.Reason)
	dst = payloadCells(dst, data, m.IsText)
	if m.App == nil {
		return streamCell(append(append(append(dst, ",,,,,,,,,,"...), m.SHA256...), ",,,"...), m)
	}
	for _, s := range [...]string{m.App.Protocol, m.App.Kind, m.App.Name, m.App.ID, m.App.Topic, m.App.Error, m.App.Gist} {
		dst = AppendCell(append(dst, ','), s)
	}
	dst = AppendCell(append(dst, ','), string(m.App.Decoded))
	dst = strconv.AppendBool(append(dst, ','), m.App.DecodedCut)
	dst = append(append(append(dst, ','), m.SHA256...), ',')
	if m.App.Answers != nil {
		dst = appendInt(dst, *m.App.Answers)
	}
	dst = append(dst, ',')
	if m.App.After != nil {
		dst = m.App.After.Append(dst)
	}
	return streamCell(AppendCell(append(dst, ','), m.App.Credential), m)
}

// streamCell is the number of a WebTransport message's stream.
func streamCell(dst []byte, m *record.Message) []byte {
	dst = append(dst, ',')
	if m.Stream != nil {
		dst = appendUint(dst, *m.Stream)
	}
	return dst
}

// Frame appends a frame's cells from the second on, beginning with a comma.
func (c *CSV) Frame(dst []byte, f *record.Frame) []byte {
	dst = number(dst, f.Frame)
	dst = append(append(dst, ','), f.From...)
	dst = append(dst, ',')
	if f.Time != 0 {
		dst = c.stamp.Append(dst, f.Time)
	}
	dst = number(dst, f.Packet)
	dst = AppendCell(append(dst, ','), f.File)
	return c.header(dst, f)
}

// Decoded appends a frame's row as "decode" gives it.
func (c *CSV) Decoded(dst []byte, f *record.Frame) []byte {
	return append(c.header(appendInt(dst, f.Frame), f), '\r', '\n')
}

// DecodedMessage appends a message's row as "decode --messages" gives it.
func (c *CSV) DecodedMessage(dst []byte, m *record.Message, offset int64) []byte {
	dst = append(append(appendInt(dst, m.Message), ','), m.Type...)
	return append(c.content(number(dst, offset), m), '\r', '\n')
}

// header appends the cells of the Kaitai Struct specification and the payload.
func (c *CSV) header(dst []byte, f *record.Frame) []byte {
	dst = number(dst, f.Offset)
	dst = strconv.AppendBool(append(dst, ','), f.Finished)
	dst = number(dst, int64(f.Reserved))
	dst = append(append(dst, ','), f.Opcode...)
	dst = strconv.AppendBool(append(dst, ','), f.IsMasked)
	dst = number(dst, int64(f.LenPayloadPrimary))
	dst = append(dst, ',')
	if f.LenPayloadExtended1 != nil {
		dst = appendUint(dst, uint64(*f.LenPayloadExtended1))
	}
	dst = append(dst, ',')
	if f.LenPayloadExtended2 != nil {
		dst = appendUint(dst, *f.LenPayloadExtended2)
	}
	dst = append(dst, ',')
	if f.MaskKey != nil {
		dst = appendUint(dst, uint64(*f.MaskKey))
	}
	dst = appendUint(append(dst, ','), f.LenPayload)
	dst = strconv.AppendBool(append(dst, ','), f.Complete)
	if !c.Payload {
		return append(dst, ",,"...)
	}
	data, _ := shorten(f.Payload, f.IsText, c.MaxPayload)
	return payloadCells(dst, data, f.IsText)
}

// payloadCells appends the cells of text and of base64, one of which is empty.
func payloadCells(dst, data []byte, text bool) []byte {
	if text {
		return append(AppendCell(append(dst, ','), data), ',')
	}
	return base64.StdEncoding.AppendEncode(append(dst, ",,"...), data)
}

func number(dst []byte, n int64) []byte { return appendInt(append(dst, ','), n) }

// AppendCell appends a text as a cell: quoted where RFC 4180 §2 asks for it, harmless to a
// spreadsheet.
func AppendCell[T string | []byte](dst []byte, s T) []byte {
	if len(s) == 0 {
		return dst
	}
	if !utf8.Valid([]byte(s)) { // no copy: s is only read
		return AppendCell(dst, string([]rune(string(s)))) // U+FFFD for each byte that is no UTF-8, as in JSON
	}
	formula := false
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r':
		formula = true
	}
	if !formula && !quoted([]byte(s)) { // no copy: s is only read
		return append(dst, s...)
	}
	dst = append(dst, '"')
	if formula {
		dst = append(dst, '\'')
	}
	return append(appendDoubled(dst, []byte(s)), '"')
}

// quoted is whether a cell must be put in quotes, RFC 4180 §2.
func quoted(s []byte) bool {
	for ; len(s) >= 8; s = s[8:] {
		x := binary.LittleEndian.Uint64(s)
		if is(x, '"')|is(x, ',')|is(x, '\n')|is(x, '\r') != 0 {
			return true
		}
	}
	for _, c := range s {
		if c == '"' || c == ',' || c == '\n' || c == '\r' {
			return true
		}
	}
	return false
}

// appendDoubled appends s with a quote in front of each quote, eight bytes at a time as appendWords does.
func appendDoubled(dst, s []byte) []byte {
	for len(s) >= 8 {
		dst = slices.Grow(dst, wordRoom)
		out, n := dst[:cap(dst)], len(dst)
		for len(s) >= 8 && n <= len(out)-wordRoom {
			x := binary.LittleEndian.Uint64(s)
			n += putMarked((*[wordRoom]byte)(out[n:]), x, is(x, '"'), '"')
			s = s[8:]
		}
		dst = out[:n]
	}
	for _, c := range s {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return dst
}
