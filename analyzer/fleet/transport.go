package fleet

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"wscope/analyzer/record"
)

// A Transport carries batches to where they go. One goroutine sends, one batch at a time and the
// oldest first; any may ask whether it is connected.
type Transport interface {
	// Send returns nil once the other side holds the batch for good. Until then the same batch is
	// sent again. A *Refused says that some of its records, or all, will never be taken.
	Send(ctx context.Context, b Batch) error
	Connected() bool
	Close()
}

// Opener opens the Transport of a sensor. Only what no waiting would mend is an error: a side that is
// away, or that refuses, is tried again for ever, and told to the Reporter.
type Opener func(sensor string, report *Reporter) (Transport, error)

// Batch is records of one run of a sensor, as lines of JSON (see record.go).
type Batch struct {
	Sensor, Run string
	Seq         uint64 // in the run, from 1
	Lines       []byte
}

// ID is the batch's name in the fleet. A batch that is sent again has the same.
func (b *Batch) ID() string { return b.Sensor + "." + b.Run + "." + strconv.FormatUint(b.Seq, 10) }

// Refused says that records will never be taken, however often they are sent. The others of the batch were.
type Refused struct {
	Records map[string]int64 // by kind
	Why     string
}

func (r *Refused) Error() string { return r.Why }

// Line is a record of a batch.
type Line struct {
	ID     string // its name in the fleet, the same whenever it is sent
	Kind   string
	At     record.Time
	Flow   string // of its run: a number; "" where it belongs to none
	Record []byte // the record of the contract: an object of JSON
	Whole  []byte // the line, with the sensor's names in front, and a line feed behind
}

// Key is what the records of one connection have in common, and no others have.
func (l Line) Key(b *Batch) string { return b.Sensor + "." + b.Run + "." + l.Flow }

// Each calls do with each record of the batch, until it returns false. What is no record is skipped: it was not
// written by a Publisher.
func (b *Batch) Each(do func(Line) bool) {
	id := b.ID() + "."
	n := 0
	for line := range bytes.Lines(b.Lines) {
		n++
		l, ok := readLine(line)
		if !ok {
			continue
		}
		l.Whole = line
		l.ID = id + strconv.Itoa(n)
		if !do(l) {
			return
		}
	}
}

// readLine reads what Origin.line wrote. No text in it can be taken for one of its names: in JSON a
// quotation mark inside a text has a backslash before it.
func readLine(line []byte) (l Line, ok bool) {
	_, rest, ok := bytes.Cut(line, []byte(`,"record":"`))
	if !ok {
		return l, false
	}
	kind, rest, _ := bytes.Cut(rest, []byte(`"`))
	_, rest, ok = bytes.Cut(rest, []byte(`,"at":"`))
	at, rest, more := bytes.Cut(rest, []byte(`",`))
	when, err := time.Parse(time.RFC3339Nano, string(at))
	if !ok || !more || err != nil {
		return l, false
	}
	l.At = record.Time(when.UnixNano())
	l.Kind = string(kind)
	if number, found := bytes.CutPrefix(rest, []byte(`"flow":`)); found {
		end := bytes.IndexAny(number, ",}")
		l.Flow = string(number[:max(end, 0)])
	}
	l.Record = append([]byte{'{'}, bytes.TrimSuffix(rest, []byte("\n"))...)
	return l, true
}
