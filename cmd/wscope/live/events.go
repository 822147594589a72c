package live

import (
	"bufio"
	"io"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// Events writes records as lines of JSON with a first field "event", which is open, update or close of a flow, or
// message. They are flushed with every batch of packets, at most about 50 ms after they came.
type Events struct {
	record.NopSink
	w    *bufio.Writer
	line []byte
	file *appendFile // nil for standard output
}

// NewEvents makes Events that write to w.
func NewEvents(w io.Writer) *Events { return &Events{w: bufio.NewWriterSize(w, 1<<16)} }

// Put writes a record, which begins with '{' and ends with a line feed.
func (e *Events) Put(event string, record []byte) error {
	e.line = append(append(append(e.line[:0], `{"event":"`...), event...), `",`...)
	e.line = append(e.line, record[1:]...)
	_, err := e.w.Write(e.line)
	return err
}

// FlowBegun implements record.Sink.
func (e *Events) FlowBegun(f *record.Flow) error { return e.Put("open", report.FlowJSON(f)) }

// FlowUpdate implements record.Sink.
func (e *Events) FlowUpdate(f *record.Flow) error { return e.Put("update", report.FlowJSON(f)) }

// FlowEnded implements record.Sink.
func (e *Events) FlowEnded(f *record.Flow) error { return e.Put("close", report.FlowJSON(f)) }

// Rendered implements record.Sink.
func (e *Events) Rendered(flow int64, b []byte) error {
	return e.Put("message", report.AppendLine(nil, flow, b))
}

// Batch implements record.Sink.
func (e *Events) Batch(record.Time) error {
	if err := e.w.Flush(); err != nil {
		return err
	}
	if e.file != nil {
		return e.file.reopened()
	}
	return nil
}

// Flush writes what is buffered.
func (e *Events) Flush() error { return e.w.Flush() }
