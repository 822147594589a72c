package metrics

import (
	"encoding/json"
	"math"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"wscope/analyzer/record"
)

// snapshot is all metrics at one time, as a record that travels.
type snapshot struct {
	Start   record.Time `json:"start"` // when counting began
	Metrics []family    `json:"metrics"`
}

type family struct {
	Name   string  `json:"name"`
	Help   string  `json:"help"`
	Kind   string  `json:"kind"` // counter, gauge or histogram
	Points []point `json:"points"`
}

// point is a metric with certain labels: a value, or a histogram.
type point struct {
	Labels  map[string]string `json:"labels,omitempty"`
	Value   float64           `json:"value"`
	Count   uint64            `json:"count,omitempty"`
	Sum     float64           `json:"sum,omitempty"`
	Bounds  []float64         `json:"bounds,omitempty"`
	Buckets []uint64          `json:"buckets,omitempty"` // in each, the last beyond all bounds
}

// Snapshot returns the metrics of now as an object of JSON, without those of the program itself; start is
// when counting began.
func (c *Collector) Snapshot(start record.Time) ([]byte, error) {
	families, err := c.registry.Gather()
	if err != nil {
		return nil, err
	}
	s := snapshot{Start: start, Metrics: []family{}}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "wscope_") {
			continue
		}
		x := family{Name: f.GetName(), Help: f.GetHelp(), Kind: strings.ToLower(f.GetType().String())}
		for _, m := range f.GetMetric() {
			x.Points = append(x.Points, pointOf(m))
		}
		s.Metrics = append(s.Metrics, x)
	}
	return json.Marshal(s)
}

func pointOf(m *dto.Metric) point {
	p := point{}
	for _, l := range m.GetLabel() {
		if p.Labels == nil {
			p.Labels = map[string]string{}
		}
		p.Labels[l.GetName()] = l.GetValue()
	}
	switch {
	case m.Counter != nil:
		p.Value = m.Counter.GetValue()
	case m.Gauge != nil:
		p.Value = m.Gauge.GetValue()
	case m.Histogram != nil:
		h := m.Histogram
		p.Count, p.Sum = h.GetSampleCount(), h.GetSampleSum()
		below := uint64(0)
		for _, b := range h.GetBucket() {
			if math.IsInf(b.GetUpperBound(), 1) {
				continue
			}
			p.Bounds = append(p.Bounds, b.GetUpperBound())
			p.Buckets = append(p.Buckets, b.GetCumulativeCount()-below)
			below = b.GetCumulativeCount()
		}
		p.Buckets = append(p.Buckets, p.Count-below)
	}
	return p
}
