package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"wscope/analyzer/record"
)

// Origin says which sensor of a fleet a record comes from: columns before the record's own.
type Origin struct {
	SchemaVersion int32   `parquet:"schema_version"`
	Sensor        string  `parquet:"sensor,dict"`
	Interface     string  `parquet:"interface,dict"`
	ClockOffset   float64 `parquet:"clock_offset"` // seconds to be added to the sensor's times
}

// The rows of records that sensors sent.
type (
	sensorMessage struct {
		Origin
		messageRow
	}
	sensorFinding struct {
		Origin
		findingRow
	}
	// sensorDropped is how many records of each kind a sensor had to drop.
	sensorDropped struct {
		Origin
		Time     int64 `parquet:"time,timestamp(microsecond)"`
		TimeNS   int64 `parquet:"time_ns"`
		Flows    int64 `parquet:"flows"`
		Messages int64 `parquet:"messages"`
		Findings int64 `parquet:"findings"`
	}
)

// Lines writes one Parquet file of records that come as the contract's lines of JSON: the
// shards of wscope-beam, and with Origin's columns the files of wscope collect. The same
// lines always make the same bytes. Its memory is a row group's.
type Lines struct {
	write func(line []byte) (payload int, err error)
	table interface {
		Flush() error
		Close() error
	}
	held int // bytes of payload in the row group
}

// NewLines begins a file of flows, messages or findings; with sensors of what a fleet's
// sensors sent, which may also be dropped.
func NewLines(w io.Writer, kind string, sensors bool, version string) (*Lines, error) {
	switch {
	case kind == "flows":
		table := newFlowTable(w, sensors, parquetOptions(version))
		return &Lines{table: table, write: func(line []byte) (int, error) {
			var origin *Origin
			if sensors {
				origin = new(Origin)
			}
			var f *record.Flow
			if err := readLine(line, origin, func(r *record.Flow) { f = r }); err != nil {
				return 0, err
			}
			return len(line), table.Write(f, origin)
		}}, nil
	case kind == "messages" && sensors:
		return newLines(w, version, func(line []byte, r *sensorMessage) (int, error) {
			err := readLine(line, &r.Origin, func(m *messageLine) { r.messageRow = m.row() })
			return len(line), err
		}), nil
	case kind == "messages":
		return newLines(w, version, func(line []byte, r *messageRow) (int, error) {
			return len(line), readLine(line, nil, func(m *messageLine) { *r = m.row() })
		}), nil
	case kind == "findings" && sensors:
		return newLines(w, version, func(line []byte, r *sensorFinding) (int, error) {
			return len(line), readLine(line, &r.Origin, func(f *findingLine) { r.findingRow = newFindingRow(f.Flow, &f.Finding) })
		}), nil
	case kind == "findings":
		return newLines(w, version, func(line []byte, r *findingRow) (int, error) {
			return len(line), readLine(line, nil, func(f *findingLine) { *r = newFindingRow(f.Flow, &f.Finding) })
		}), nil
	case kind == "dropped" && sensors:
		return newLines(w, version, func(line []byte, r *sensorDropped) (int, error) {
			return len(line), readLine(line, &r.Origin, func(d *droppedLine) {
				r.Time, r.TimeNS = micros(d.At), int64(d.At)
				r.Flows, r.Messages, r.Findings = d.Records["flows"], d.Records["messages"], d.Records["findings"]
			})
		}), nil
	}
	return nil, fmt.Errorf("no table of %s", kind)
}

func newLines[R any](w io.Writer, version string, read func([]byte, *R) (int, error)) *Lines {
	table := parquet.NewGenericWriter[R](w, parquetOptions(version)...)
	row := make([]R, 1)
	return &Lines{table: table, write: func(line []byte) (int, error) {
		clear(row)
		n, err := read(line, &row[0])
		if err != nil {
			return 0, err
		}
		_, err = table.Write(row)
		return n, err
	}}
}

// ErrNoRecord says that a line is no record of the table's kind.
var ErrNoRecord = errors.New("no record")

// Write adds a record. Its line is not kept. With ErrNoRecord nothing was added, and more
// may be written.
func (l *Lines) Write(line []byte) error {
	n, err := l.write(line)
	if l.held += n; err != nil || l.held < groupBytes {
		return err
	}
	l.held = 0
	return l.table.Flush()
}

// Close writes the rest. It does not close what NewLines was given.
func (l *Lines) Close() error { return l.table.Close() }

// readLine reads a line, and what it says of its origin where that is asked for.
func readLine[T any](line []byte, origin *Origin, take func(*T)) error {
	r := new(T)
	if err := json.Unmarshal(line, r); err != nil {
		return fmt.Errorf("%w: %w", ErrNoRecord, err)
	}
	if origin != nil {
		var o struct {
			SchemaVersion int32          `json:"schema_version"`
			Sensor        string         `json:"sensor"`
			Interface     string         `json:"interface"`
			ClockOffset   record.Seconds `json:"clock_offset"`
		}
		if err := json.Unmarshal(line, &o); err != nil {
			return fmt.Errorf("%w: %w", ErrNoRecord, err)
		}
		*origin = Origin{o.SchemaVersion, o.Sensor, o.Interface, o.ClockOffset.Float()}
	}
	take(r)
	return nil
}

// messageLine is a message as its line has it.
type messageLine struct {
	record.Message
	Text   *string `json:"text"`
	Base64 []byte  `json:"base64"`
}

func (m *messageLine) row() messageRow {
	m.IsText, m.Data = m.Text != nil, m.Base64
	if m.IsText {
		m.Data = []byte(*m.Text)
	}
	return newMessageRow(&m.Message)
}

// findingLine is a finding that stands by itself.
type findingLine struct {
	Flow int64 `json:"flow"`
	record.Finding
}

type droppedLine struct {
	At      record.Time      `json:"at"`
	Records map[string]int64 `json:"records"`
}
