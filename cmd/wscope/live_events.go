package main

import (
	"bufio"
	"io"
	"os"
	"sync/atomic"

	"wscope/analyzer"
	"wscope/analyzer/report"
)

// events writes what happens as lines of JSON: records with a first field "event", which
// is open, update or close of a flow, or message. They are flushed with every batch of
// packets, at most about 50 ms after they came.
type events struct {
	analyzer.NopSink
	w    *bufio.Writer
	line []byte
	file *appendFile // nil for standard output
}

func newEvents(w io.Writer) *events { return &events{w: bufio.NewWriterSize(w, 1<<16)} }

// put writes a record, which begins with '{' and ends with a line feed.
func (e *events) put(event string, record []byte) error {
	e.line = append(append(append(e.line[:0], `{"event":"`...), event...), `",`...)
	e.line = append(e.line, record[1:]...)
	_, err := e.w.Write(e.line)
	return err
}

func (e *events) FlowBegun(f *analyzer.Flow) error  { return e.put("open", report.FlowJSON(f)) }
func (e *events) FlowUpdate(f *analyzer.Flow) error { return e.put("update", report.FlowJSON(f)) }
func (e *events) FlowEnded(f *analyzer.Flow) error  { return e.put("close", report.FlowJSON(f)) }

func (e *events) Rendered(flow int64, b []byte) error {
	return e.put("message", report.AppendLine(nil, flow, b))
}

func (e *events) Batch(analyzer.Time) error {
	if err := e.w.Flush(); err != nil {
		return err
	}
	if e.file != nil {
		return e.file.reopened()
	}
	return nil
}

// appendFile is a file that is written at its end, and opened again by its name when asked.
type appendFile struct {
	name   string
	file   *os.File
	reopen atomic.Bool // asked for by SIGHUP
}

func newAppendFile(name string) (*appendFile, error) {
	a := &appendFile{name: name}
	return a, a.open()
}

func (a *appendFile) open() (err error) {
	a.file, err = os.OpenFile(a.name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	return err
}

func (a *appendFile) Write(b []byte) (int, error) { return a.file.Write(b) }

func (a *appendFile) reopened() error {
	if !a.reopen.Swap(false) {
		return nil
	}
	if err := a.file.Close(); err != nil {
		return err
	}
	return a.open()
}
