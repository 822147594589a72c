package fleet

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// SchemaVersion is the version of the records that travel: it changes when a field is
// renamed, dropped or means something else, not when one is added.
const SchemaVersion = 1

// Kinds of records.
const (
	Flows    = "flows"
	Messages = "messages"
	Findings = "findings"
	Dropped  = "dropped" // what a sensor had to drop
	Metrics  = "metrics" // what a sensor counted so far; only OTLP has a place for it
)

// Origin says which sensor a record comes from.
type Origin struct {
	Sensor    string // letters, digits, '-' and '_'; unique in the fleet
	Interface string
	// ClockOffset is what must be added to the sensor's times to get the fleet's, as far as is known.
	ClockOffset record.Seconds
}

// check says whether the name can be a part of a subject and of a file's name.
func (o *Origin) check() error {
	for _, r := range o.Sensor {
		if !(r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return fmt.Errorf("sensor name %q: only letters, digits, - and _", o.Sensor)
		}
	}
	if o.Sensor == "" {
		return fmt.Errorf("a sensor needs a name")
	}
	return nil
}

// line puts what all records have before a record of the contract, which is an object and
// ends with a line feed. hour is the capture time by which the collector files it.
func (o *Origin) line(dst []byte, kind string, hour record.Time, record []byte) []byte {
	dst = strconv.AppendInt(append(dst, `{"schema_version":`...), SchemaVersion, 10)
	dst = append(append(dst, `,"record":"`...), kind...)
	dst = append(append(dst, `","sensor":"`...), o.Sensor...)
	dst = report.AppendString(append(dst, `","interface":`...), []byte(o.Interface))
	dst = o.ClockOffset.Append(append(dst, `,"clock_offset":`...))
	dst = append(hour.Append(append(dst, `,"at":"`...)), `",`...)
	return append(dst, record[1:]...)
}

// head is what the collector reads of a line.
type head struct {
	Kind     string           `json:"record"`
	At       record.Time      `json:"at"`
	Severity string           `json:"severity"` // of a finding
	Records  map[string]int64 `json:"records"`  // of what was dropped
}

func readHead(line []byte) (h head, err error) {
	if err := json.Unmarshal(line, &h); err != nil {
		return h, err
	}
	switch h.Kind {
	case Flows, Messages, Findings, Dropped:
		return h, nil
	}
	return h, fmt.Errorf("a record of kind %q", h.Kind)
}

// hour is where the line belongs: 2026-11-22T10.
func (h *head) hour() string {
	hour, _, _ := strings.Cut(h.At.String(), ":")
	return hour
}

// finding is a finding record: the flow's number, then the finding.
type finding struct {
	Flow int64 `json:"flow"`
	record.Finding
}
