package metrics

import (
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// Outbound is what became of the records that a sensor sends to a fleet.
type Outbound struct {
	Connected             bool             // the other side is there
	Failures              int64            // to reach it, and to send
	Batches, Bytes        int64            // that it took
	Spooled, SpooledBytes int64            // batches that wait on disk, and their bytes
	SpoolLimit            int64            // bytes
	Dropped               map[string]int64 // records, by kind
	Refused               int64            // of those that were dropped: the other side will never take them
}

// outboundCollector asks for the counts when they are scraped.
type outboundCollector func() Outbound

var (
	outConnected = prometheus.NewDesc("wscope_outbound_connected", "1 where the side that records are sent to is there.", nil, nil)
	outFailures  = prometheus.NewDesc("wscope_outbound_failures_total", "Failures to reach the side that records are sent to, and to send.", nil, nil)
	outBatches   = prometheus.NewDesc("wscope_outbound_batches_total", "Batches of records that were taken.", nil, nil)
	outBytes     = prometheus.NewDesc("wscope_outbound_bytes_total", "Bytes of the batches that were taken.", nil, nil)
	outSpooled   = prometheus.NewDesc("wscope_outbound_spooled_batches", "Batches that wait in the spool.", nil, nil)
	outWaiting   = prometheus.NewDesc("wscope_outbound_spooled_bytes", "Bytes that wait in the spool.", nil, nil)
	outLimit     = prometheus.NewDesc("wscope_outbound_spool_limit_bytes", "Bytes that may wait in the spool.", nil, nil)
	outDropped   = prometheus.NewDesc("wscope_outbound_dropped_records_total", "Records that were dropped: the spool was full, or they were refused.", []string{"kind"}, nil)
	outRefused   = prometheus.NewDesc("wscope_outbound_refused_records_total", "Records that were refused for good.", nil, nil)
)

func (outboundCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{outConnected, outFailures, outBatches, outBytes, outSpooled, outWaiting, outLimit, outDropped, outRefused} {
		ch <- d
	}
}

func (ask outboundCollector) Collect(ch chan<- prometheus.Metric) {
	o := ask()
	put := func(d *prometheus.Desc, kind prometheus.ValueType, n int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, kind, float64(n), labels...)
	}
	connected := int64(0)
	if o.Connected {
		connected = 1
	}
	put(outConnected, prometheus.GaugeValue, connected)
	put(outFailures, prometheus.CounterValue, o.Failures)
	put(outBatches, prometheus.CounterValue, o.Batches)
	put(outBytes, prometheus.CounterValue, o.Bytes)
	put(outSpooled, prometheus.GaugeValue, o.Spooled)
	put(outWaiting, prometheus.GaugeValue, o.SpooledBytes)
	put(outLimit, prometheus.GaugeValue, o.SpoolLimit)
	put(outRefused, prometheus.CounterValue, o.Refused)
	for _, kind := range slices.Sorted(maps.Keys(o.Dropped)) {
		put(outDropped, prometheus.CounterValue, o.Dropped[kind], kind)
	}
}
