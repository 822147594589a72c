package export

import (
	"bufio"
	"encoding/base64"
	"io"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// HAR writes an HTTP Archive 1.2 in which each flow is one entry, in the order in which
// flows begin, with its messages in _webSocketMessages as Chromium's developer tools write
// them: type (send or receive, as the client sees it), time (seconds since 1970), opcode and
// data. The data of a binary message is base64; that of any other is text, or base64 where
// it is no UTF-8, which "_encoding": "base64" then says. Unlike Chromium this lists pings,
// pongs and closes too, marks a message that is not whole with "_complete": false, and gives a refused
// handshake its status where Chromium has status 0 and a message of type error.
//
// A flow with no handshake in the capture (midstream, encrypted) is an entry with status 0 and
// a URL made of what is known. "_wscope" is the flow's record.
//
// http://www.softwareishard.com/blog/har-12-spec/
type HAR struct {
	record.NopSink
	w       *bufio.Writer
	spool   *spool
	version string
	flows   int64 // the highest number seen
}

// NewHAR writes to w; version is wscope's. Temporary files stand in dir; "" is the system's.
func NewHAR(w io.Writer, dir, version string) *HAR {
	return &HAR{w: bufio.NewWriterSize(w, 1<<16), spool: newSpool(dir), version: version}
}

// Wants asks for messages as HAR has them.
func (h *HAR) Wants() record.Wants {
	return record.Wants{Messages: true, Payload: true, Render: func() record.Renderer { return harMessages{} }}
}

// Rendered keeps a message that harMessages made.
func (h *HAR) Rendered(flow int64, b []byte) error { return h.spool.add(messagesOf(flow), b) }

func (h *HAR) FlowEnded(f *record.Flow) error {
	h.flows = max(h.flows, f.Flow)
	return h.spool.add(entryOf(f.Flow), harEntry(f))
}

// Keys of the spool.
func entryOf(flow int64) int64    { return 2 * flow }
func messagesOf(flow int64) int64 { return 2*flow + 1 }

func (h *HAR) Close(sum *record.Summary) error {
	defer h.spool.close()
	if sum == nil {
		return nil
	}
	h.w.WriteString(`{"log":{"version":"1.2","creator":{"name":"wscope","version":`)
	h.w.Write(report.AppendString(nil, h.version))
	h.w.WriteString("},\"pages\":[],\"entries\":[")
	separator := "\n"
	for flow := int64(1); flow <= h.flows; flow++ {
		if !h.spool.has(entryOf(flow)) {
			continue // its record was not wanted
		}
		h.w.WriteString(separator)
		separator = ",\n"
		if err := h.spool.writeTo(h.w, entryOf(flow), 0); err != nil {
			return err
		}
		h.w.WriteString(`,"_webSocketMessages":[`)
		if err := h.spool.writeTo(h.w, messagesOf(flow), 1); err != nil { // the first has a comma, too
			return err
		}
		h.w.WriteString("]}")
	}
	h.w.WriteString("\n]}}\n")
	return h.w.Flush()
}

// harMessages renders a message for HAR, beginning with a comma.
type harMessages struct{}

func (harMessages) Frame(dst []byte, _ *record.Frame) []byte { return dst }

func (harMessages) Message(dst []byte, m *record.Message) []byte {
	if m.From == record.Client {
		dst = append(dst, `,{"type":"send","time":`...)
	} else {
		dst = append(dst, `,{"type":"receive","time":`...)
	}
	dst = record.Seconds(m.Time).Append(dst)
	dst = append(dst, `,"opcode":`...)
	opcode, known := opcodes[m.Type]
	if !known {
		opcode = "0"
	}
	dst = append(append(dst, opcode...), `,"data":`...)
	if m.IsText && m.Type != "binary" {
		dst = report.AppendString(dst, m.Data)
	} else {
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, m.Data)
		dst = append(dst, '"')
		if m.Type != "binary" {
			dst = append(dst, `,"_encoding":"base64"`...)
		}
	}
	if !m.Complete {
		dst = append(dst, `,"_complete":false`...)
	}
	return append(dst, '}')
}

// opcodes are those of RFC 6455 §5.2.
var opcodes = map[string]string{"text": "1", "binary": "2", "close": "8", "ping": "9", "pong": "10"}
