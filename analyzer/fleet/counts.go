package fleet

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"wscope/analyzer/record"
)

// Counts is what a Collector has done so far, in all and by sensor. Any goroutine may read it.
type Counts struct {
	Batches, Repeated, Records, Bytes, Bad, Commits atomic.Int64
	Waiting                                         atomic.Int64 // batches that the stream still has for this collector
	Failures                                        atomic.Int64 // to reach a broker, and to take batches from it
	Connected                                       atomic.Bool  // a broker is there

	mu      sync.Mutex
	sensors map[string]*contents
}

// contents is what was in a sensor's batches.
type contents struct {
	batches, bytes, bad int64
	records             map[string]int64 // by kind
	findings            map[string]int64 // by severity
	dropped             map[string]int64 // by kind, as the sensor said
	latest              record.Time      // of its records
}

func (c *contents) count(h head, bytes int) {
	if c.records == nil {
		c.records, c.findings, c.dropped = map[string]int64{}, map[string]int64{}, map[string]int64{}
	}
	c.bytes += int64(bytes)
	c.records[h.Kind]++
	c.latest = max(c.latest, h.At)
	switch h.Kind {
	case Findings:
		c.findings[h.Severity]++
	case Dropped:
		for kind, n := range h.Records {
			c.dropped[kind] += n
		}
	}
}

func (c *contents) total() (n int64) {
	for _, k := range c.records {
		n += k
	}
	return n
}

// Names that a label may have: a sensor that says others makes no time series.
var (
	kinds      = []string{Flows, Messages, Findings}
	severities = []string{"error", "warning", "note"}
)

// maxSensors is how many sensors have numbers of their own.
const maxSensors = 10_000

// add counts a batch.
func (c *Counts) add(sensor string, x contents) {
	c.Batches.Add(1)
	c.Bad.Add(x.bad)
	c.Bytes.Add(x.bytes)
	c.Records.Add(x.total())
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sensors == nil {
		c.sensors = map[string]*contents{}
	}
	s := c.sensors[sensor]
	if s == nil {
		if len(c.sensors) == maxSensors {
			return
		}
		s = &contents{records: map[string]int64{}, findings: map[string]int64{}, dropped: map[string]int64{}}
		c.sensors[sensor] = s
	}
	s.batches++
	s.bytes += x.bytes
	s.bad += x.bad
	s.latest = max(s.latest, x.latest)
	for _, m := range []struct{ to, from map[string]int64 }{{s.records, x.records}, {s.findings, x.findings}, {s.dropped, x.dropped}} {
		for name, n := range m.from {
			m.to[name] += n
		}
	}
}

// WriteTo writes the counts as Prometheus reads them: counters since the collector began.
func (c *Counts) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	head := func(name, kind, help string) {
		fmt.Fprintf(&b, "# HELP %[1]s %[3]s\n# TYPE %[1]s %[2]s\n", name, kind, help)
	}
	for _, m := range []struct {
		name, kind, help string
		n                *atomic.Int64
	}{
		{"batches_total", "counter", "Batches taken.", &c.Batches},
		{"repeated_batches_total", "counter", "Batches that came again and were known.", &c.Repeated},
		{"records_total", "counter", "Records taken.", &c.Records},
		{"bytes_total", "counter", "Bytes of records.", &c.Bytes},
		{"bad_records_total", "counter", "Lines that are no record.", &c.Bad},
		{"commits_total", "counter", "Commits.", &c.Commits},
		{"waiting_batches", "gauge", "Batches that the stream still has for this collector.", &c.Waiting},
	} {
		head("wscope_collector_"+m.name, m.kind, m.help)
		fmt.Fprintf(&b, "wscope_collector_%s %d\n", m.name, m.n.Load())
	}
	head("wscope_collector_failures_total", "counter", "Failures to reach a broker, and to take batches from it.")
	fmt.Fprintf(&b, "wscope_collector_failures_total %d\n", c.Failures.Load())
	connected := 0
	if c.Connected.Load() {
		connected = 1
	}
	head("wscope_collector_connected", "gauge", "1 where a broker is there.")
	fmt.Fprintf(&b, "wscope_collector_connected %d\n", connected)
	c.mu.Lock()
	defer c.mu.Unlock()
	names := slices.Sorted(maps.Keys(c.sensors))
	for _, m := range []struct {
		name, kind, help string
		n                func(*contents) int64
	}{
		{"batches_total", "counter", "Batches of the sensor.", func(s *contents) int64 { return s.batches }},
		{"bytes_total", "counter", "Bytes of its records.", func(s *contents) int64 { return s.bytes }},
		{"bad_records_total", "counter", "Lines that are no record.", func(s *contents) int64 { return s.bad }},
		{"latest_record_seconds", "gauge", "Capture time of its latest record.", func(s *contents) int64 { return int64(s.latest) / 1e9 }},
	} {
		head("wscope_sensor_"+m.name, m.kind, m.help)
		for _, name := range names {
			fmt.Fprintf(&b, "wscope_sensor_%s{sensor=%q} %d\n", m.name, name, m.n(c.sensors[name]))
		}
	}
	for _, m := range []struct {
		name, label, help string
		values            []string
		n                 func(*contents) map[string]int64
	}{
		{"records_total", "kind", "Records of the sensor.", kinds, func(s *contents) map[string]int64 { return s.records }},
		{"findings_total", "severity", "Findings of the sensor.", severities, func(s *contents) map[string]int64 { return s.findings }},
		{"dropped_records_total", "kind", "Records that the sensor said it had to drop.", kinds, func(s *contents) map[string]int64 { return s.dropped }},
	} {
		head("wscope_sensor_"+m.name, "counter", m.help)
		for _, name := range names {
			for _, v := range m.values {
				fmt.Fprintf(&b, "wscope_sensor_%s{sensor=%q,%s=%q} %d\n", m.name, name, m.label, v, m.n(c.sensors[name])[v])
			}
		}
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}
