package otlp

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"wscope/analyzer/record"
)

// Numbers of fields in opentelemetry/proto/metrics/v1/metrics.proto.
const (
	metricName, metricDescription                    = 1, 2
	metricGauge, metricSum, metricHistogram          = 5, 7, 9
	dataPoint, dataTemporality, dataMonotonic        = 1, 2, 3
	pointStart, pointTime, pointDouble               = 2, 3, 4
	pointAttribute, histogramAttribute               = 7, 9
	histogramCount, histogramSum                     = 4, 5
	histogramBuckets, histogramBounds                = 6, 7
	cumulative                                uint64 = 2
)

// counted is what a record of kind metrics says: see metrics.Snapshot.
type counted struct {
	Start   record.Time `json:"start"`
	Metrics []struct {
		Name   string `json:"name"`
		Help   string `json:"help"`
		Kind   string `json:"kind"` // counter, gauge or histogram
		Points []struct {
			Labels  map[string]string `json:"labels"`
			Value   float64           `json:"value"`
			Count   uint64            `json:"count"`
			Sum     float64           `json:"sum"`
			Bounds  []float64         `json:"bounds"`
			Buckets []uint64          `json:"buckets"` // in each, the last is beyond all bounds
		} `json:"points"`
	} `json:"metrics"`
}

// metrics appends the metrics of a record of that kind as fields of a scope; false where it is none.
func metrics(items []byte, now record.Time, line []byte) ([]byte, bool) {
	var c counted
	if err := json.Unmarshal(line, &c); err != nil {
		return items, false
	}
	for _, m := range c.Metrics {
		b := text(text(nil, metricName, m.Name), metricDescription, m.Help)
		var data []byte
		for _, p := range m.Points {
			at := fixed64(fixed64(nil, pointStart, uint64(min(c.Start, now))), pointTime, uint64(now))
			field := attributeField(m.Kind)
			for _, name := range slices.Sorted(maps.Keys(p.Labels)) {
				at = message(at, field, pair(name, p.Labels[name]))
			}
			if m.Kind == "histogram" {
				at = double(fixed64(at, histogramCount, p.Count), histogramSum, p.Sum)
				at = message(at, histogramBuckets, packed(p.Buckets, func(n uint64) uint64 { return n }))
				at = message(at, histogramBounds, packed(p.Bounds, math.Float64bits))
			} else {
				at = double(at, pointDouble, p.Value)
			}
			data = message(data, dataPoint, at)
		}
		switch m.Kind {
		case "counter":
			data = varint(varint(data, dataTemporality, cumulative), dataMonotonic, 1)
			b = message(b, metricSum, data)
		case "histogram":
			b = message(b, metricHistogram, varint(data, dataTemporality, cumulative))
		default:
			b = message(b, metricGauge, data)
		}
		items = message(items, scopeItem, b)
	}
	return items, true
}

// attributeField is the number of the attributes of a data point.
func attributeField(kind string) protowire.Number {
	if kind == "histogram" {
		return histogramAttribute
	}
	return pointAttribute
}

// packed is a packed field of eight bytes each.
func packed[T any](list []T, bits func(T) uint64) []byte {
	var b []byte
	for _, x := range list {
		b = binary.LittleEndian.AppendUint64(b, bits(x))
	}
	return b
}
