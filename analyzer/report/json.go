package report

import (
	"encoding/base64"
	"strconv"

	"wscope/analyzer/record"
)

// JSON renders Message and Frame records as the contract's JSON objects, without the
// flow's number, which is not known in the workers: AppendLine completes a line. It is
// written by hand because it is the hot path of "messages" and "frames"; a test holds it
// against encoding/json.
type JSON struct {
	Payload    bool // frames with payload_text or payload_bytes
	MaxPayload int  // bytes of text and base64 at most; 0 is all

	stamp record.Stamp
}

// AppendLine completes what a JSON renderer made for a flow to one line.
func AppendLine(dst []byte, flow int64, record []byte) []byte {
	dst = appendInt(append(dst, `{"flow":`...), flow)
	return append(append(dst, record...), '\n')
}

// Message appends a message's fields from the second on, beginning with a comma.
func (j *JSON) Message(dst []byte, m *record.Message) []byte {
	dst = appendInt(append(dst, `,"message":`...), m.Message)
	dst = append(append(dst, `,"from":"`...), m.From...)
	dst = append(append(dst, `","type":"`...), m.Type...)
	dst = append(dst, `","time":"`...)
	at := len(dst)
	dst = j.stamp.Append(dst, m.Time)
	dst, at = append(dst, `","end":"`...), len(dst)-at // how long it is
	if m.End == m.Time {
		dst = append(dst, dst[len(dst)-at-len(`","end":"`):][:at]...)
	} else {
		dst = j.stamp.Append(dst, m.End)
	}
	dst = appendInt(append(dst, `","packet":`...), m.Packet)
	if m.File != "" {
		dst = AppendString(append(dst, `,"file":`...), m.File)
	}
	return j.content(append(dst, ','), m)
}

// DecodedMessage appends a message's line as "decode --messages" gives it: without flow,
// from, times and packet, but with the stream offset of its first byte.
func (j *JSON) DecodedMessage(dst []byte, m *record.Message, offset int64) []byte {
	dst = appendInt(append(dst, `{"message":`...), m.Message)
	dst = append(append(dst, `,"type":"`...), m.Type...)
	dst = appendInt(append(dst, `","offset":`...), offset)
	return append(j.content(append(dst, ','), m), '\n')
}

// content appends what a message is, without where it was.
func (j *JSON) content(dst []byte, m *record.Message) []byte {
	dst = appendInt(append(dst, `"frames":`...), int64(m.Frames))
	if m.Compressed != nil {
		dst = strconv.AppendBool(append(dst, `,"compressed":`...), *m.Compressed)
	}
	dst = appendInt(append(dst, `,"payload_bytes":`...), m.PayloadBytes)
	dst = appendInt(append(dst, `,"length":`...), m.Length)
	if m.Type == "close" {
		dst = append(dst, `,"code":`...)
		if m.Code == nil {
			dst = append(dst, "null"...)
		} else {
			dst = appendInt(dst, int64(*m.Code))
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
	if m.Stream != nil {
		dst = appendUint(append(dst, `,"stream":`...), *m.Stream)
	}
	if m.SHA256 != "" {
		dst = append(append(append(dst, `,"sha256":"`...), m.SHA256...), '"')
	}
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

func appendApp(dst []byte, a *record.App) []byte {
	dst = AppendString(append(dst, `{"protocol":`...), a.Protocol)
	dst = AppendString(append(dst, `,"kind":`...), a.Kind)
	for _, f := range [...]struct{ name, value string }{
		{`,"name":`, a.Name}, {`,"id":`, a.ID}, {`,"topic":`, a.Topic}, {`,"error":`, a.Error}, {`,"gist":`, a.Gist},
	} {
		if f.value != "" {
			dst = AppendString(append(dst, f.name...), f.value)
		}
	}
	if a.Answers != nil {
		dst = appendInt(append(dst, `,"answers":`...), *a.Answers)
	}
	if a.After != nil {
		dst = a.After.Append(append(dst, `,"after":`...))
	}
	if a.Credential != "" {
		dst = AppendString(append(dst, `,"credential":`...), a.Credential)
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
func (j *JSON) Frame(dst []byte, f *record.Frame) []byte {
	dst = appendInt(append(dst, `,"frame":`...), f.Frame)
	dst = append(append(dst, `,"from":"`...), f.From...)
	dst = j.stamp.Append(append(dst, `","time":"`...), f.Time)
	dst = appendInt(append(dst, `","packet":`...), f.Packet)
	if f.File != "" {
		dst = AppendString(append(dst, `,"file":`...), f.File)
	}
	return j.header(append(dst, ','), f)
}

// Decoded appends a frame's line as "decode" gives it: without flow, from, time and packet.
func (j *JSON) Decoded(dst []byte, f *record.Frame) []byte {
	dst = appendInt(append(dst, `{"frame":`...), f.Frame)
	return append(j.header(append(dst, ','), f), '\n')
}

// header appends the fields of the Kaitai Struct specification and the payload.
func (j *JSON) header(dst []byte, f *record.Frame) []byte {
	dst = appendInt(append(dst, `"offset":`...), f.Offset)
	dst = strconv.AppendBool(append(dst, `,"finished":`...), f.Finished)
	dst = appendUint(append(dst, `,"reserved":`...), uint64(f.Reserved))
	dst = append(append(dst, `,"opcode":"`...), f.Opcode...)
	dst = strconv.AppendBool(append(dst, `","is_masked":`...), f.IsMasked)
	dst = appendUint(append(dst, `,"len_payload_primary":`...), uint64(f.LenPayloadPrimary))
	if f.LenPayloadExtended1 != nil {
		dst = appendUint(append(dst, `,"len_payload_extended_1":`...), uint64(*f.LenPayloadExtended1))
	}
	if f.LenPayloadExtended2 != nil {
		dst = appendUint(append(dst, `,"len_payload_extended_2":`...), *f.LenPayloadExtended2)
	}
	if f.MaskKey != nil {
		dst = appendUint(append(dst, `,"mask_key":`...), uint64(*f.MaskKey))
	}
	dst = appendUint(append(dst, `,"len_payload":`...), f.LenPayload)
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
