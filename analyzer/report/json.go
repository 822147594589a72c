package report

import (
	"encoding/base64"
	"strconv"

	"wscope/analyzer"
)

// JSON renders Message and Frame records as the contract's JSON objects, without the
// flow's number, which is not known in the workers: AppendLine completes a line. It is
// written by hand because it is the hot path of "messages" and "frames"; a test holds it
// against encoding/json.
type JSON struct {
	Payload    bool // frames with payload_text or payload_bytes
	MaxPayload int  // bytes of text and base64 at most; 0 is all
}

// AppendLine completes what a JSON renderer made for a flow to one line.
func AppendLine(dst []byte, flow int64, record []byte) []byte {
	dst = strconv.AppendInt(append(dst, `{"flow":`...), flow, 10)
	return append(append(dst, record...), '\n')
}

// Message appends a message's fields from the second on, beginning with a comma.
func (j *JSON) Message(dst []byte, m *analyzer.Message) []byte {
	dst = strconv.AppendInt(append(dst, `,"message":`...), m.Message, 10)
	dst = append(append(dst, `,"from":"`...), m.From...)
	dst = append(append(dst, `","type":"`...), m.Type...)
	dst = m.Time.Append(append(dst, `","time":"`...))
	dst = m.End.Append(append(dst, `","end":"`...))
	dst = strconv.AppendInt(append(dst, `","packet":`...), m.Packet, 10)
	if m.File != "" {
		dst = AppendString(append(dst, `,"file":`...), m.File)
	}
	return j.content(append(dst, ','), m)
}

// DecodedMessage appends a message's line as "decode --messages" gives it: without flow,
// from, times and packet, but with the stream offset of its first byte.
func (j *JSON) DecodedMessage(dst []byte, m *analyzer.Message, offset int64) []byte {
	dst = strconv.AppendInt(append(dst, `{"message":`...), m.Message, 10)
	dst = append(append(dst, `,"type":"`...), m.Type...)
	dst = strconv.AppendInt(append(dst, `","offset":`...), offset, 10)
	return append(j.content(append(dst, ','), m), '\n')
}

// content appends what a message is, without where it was.
func (j *JSON) content(dst []byte, m *analyzer.Message) []byte {
	dst = strconv.AppendInt(append(dst, `"frames":`...), int64(m.Frames), 10)
	dst = strconv.AppendBool(append(dst, `,"compressed":`...), m.Compressed)
	dst = strconv.AppendInt(append(dst, `,"payload_bytes":`...), m.PayloadBytes, 10)
	dst = strconv.AppendInt(append(dst, `,"length":`...), m.Length, 10)
	if m.Type == "close" {
		dst = append(dst, `,"code":`...)
		if m.Code == nil {
			dst = append(dst, "null"...)
		} else {
			dst = strconv.AppendInt(dst, int64(*m.Code), 10)
		}
		dst = AppendString(append(dst, `,"reason":`...), m.Reason)
	}
	data, cut := shorten(m.Data, m.IsText, j.MaxPayload)
	if m.IsText {
		dst = AppendString(append(dst, `,"text":`...), data)
	} else {
		dst = base64.StdEncoding.AppendEncode(append(dst, `,"base64":"`...), data)
		dst = append(dst, '"')
	}
	dst = strconv.AppendBool(append(dst, `,"complete":`...), m.Complete)
	if m.Stalled {
		dst = append(dst, `,"stalled":true`...)
	}
	if cut || m.Cut {
		dst = append(dst, `,"cut":true`...)
	}
	if m.App != nil {
		dst = appendApp(append(dst, `,"app":`...), m.App)
	}
	return append(dst, '}')
}

func appendApp(dst []byte, a *analyzer.App) []byte {
	dst = AppendString(append(dst, `{"protocol":`...), a.Protocol)
	dst = AppendString(append(dst, `,"kind":`...), a.Kind)
	for _, f := range [...]struct{ name, value string }{
		{`,"name":`, a.Name}, {`,"id":`, a.ID}, {`,"topic":`, a.Topic}, {`,"error":`, a.Error}, {`,"gist":`, a.Gist},
	} {
		if f.value != "" {
			dst = AppendString(append(dst, f.name...), f.value)
		}
	}
	if a.Decoded != nil {
		dst = append(append(dst, `,"decoded":`...), a.Decoded...)
	}
	if a.DecodedCut {
		dst = append(dst, `,"decoded_cut":true`...)
	}
	return append(dst, '}')
}

// Frame appends a frame's fields from the second on, beginning with a comma.
func (j *JSON) Frame(dst []byte, f *analyzer.Frame) []byte {
	dst = strconv.AppendInt(append(dst, `,"frame":`...), f.Frame, 10)
	dst = append(append(dst, `,"from":"`...), f.From...)
	dst = f.Time.Append(append(dst, `","time":"`...))
	dst = strconv.AppendInt(append(dst, `","packet":`...), f.Packet, 10)
	if f.File != "" {
		dst = AppendString(append(dst, `,"file":`...), f.File)
	}
	return j.header(append(dst, ','), f)
}

// Decoded appends a frame's line as "decode" gives it: without flow, from, time and packet.
func (j *JSON) Decoded(dst []byte, f *analyzer.Frame) []byte {
	dst = strconv.AppendInt(append(dst, `{"frame":`...), f.Frame, 10)
	return append(j.header(append(dst, ','), f), '\n')
}

// header appends the fields of the Kaitai Struct specification and the payload.
func (j *JSON) header(dst []byte, f *analyzer.Frame) []byte {
	dst = strconv.AppendInt(append(dst, `"offset":`...), f.Offset, 10)
	dst = strconv.AppendBool(append(dst, `,"finished":`...), f.Finished)
	dst = strconv.AppendUint(append(dst, `,"reserved":`...), uint64(f.Reserved), 10)
	dst = append(append(dst, `,"opcode":"`...), f.Opcode...)
	dst = strconv.AppendBool(append(dst, `","is_masked":`...), f.IsMasked)
	dst = strconv.AppendUint(append(dst, `,"len_payload_primary":`...), uint64(f.LenPayloadPrimary), 10)
	if f.LenPayloadExtended1 != nil {
		dst = strconv.AppendUint(append(dst, `,"len_payload_extended_1":`...), uint64(*f.LenPayloadExtended1), 10)
	}
	if f.LenPayloadExtended2 != nil {
		dst = strconv.AppendUint(append(dst, `,"len_payload_extended_2":`...), *f.LenPayloadExtended2, 10)
	}
	if f.MaskKey != nil {
		dst = strconv.AppendUint(append(dst, `,"mask_key":`...), uint64(*f.MaskKey), 10)
	}
	dst = strconv.AppendUint(append(dst, `,"len_payload":`...), f.LenPayload, 10)
	dst = strconv.AppendBool(append(dst, `,"complete":`...), f.Complete)
	if j.Payload {
		data, cut := shorten(f.Payload, f.IsText, j.MaxPayload)
		if f.IsText {
			dst = AppendString(append(dst, `,"payload_text":`...), data)
		} else {
			dst = base64.StdEncoding.AppendEncode(append(dst, `,"payload_bytes":"`...), data)
			dst = append(dst, '"')
		}
		if cut {
			dst = append(dst, `,"cut":true`...)
		}
	}
	return append(dst, '}')
}

// shorten cuts data to at most limit bytes, text not inside a character.
func shorten(data []byte, text bool, limit int) ([]byte, bool) {
	if limit <= 0 || len(data) <= limit {
		return data, false
	}
	if text {
		for limit > 0 && data[limit]&0xc0 == 0x80 {
			limit--
		}
	}
	return data[:limit], true
}
