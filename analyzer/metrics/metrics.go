// Package metrics counts the analyzer's records as Prometheus metrics.
//
// A Collector is a Sink: it takes flows as they begin, at intervals and as they end, and
// adds what is new of each. Start reading at collector.go; the metrics' names and what
// they mean are in this file, and are held to the dashboard of cmd/wscope/deploy by a test.
//
// Labels are bounded: hosts and paths only where they were named in Options, everything
// else is "other"; close codes beyond the first fifty are "other" too.
package metrics

import "github.com/prometheus/client_golang/prometheus"

// set is all metrics.
type set struct {
	opened    *prometheus.CounterVec
	ended     *prometheus.CounterVec
	open      prometheus.Gauge
	messages  *prometheus.CounterVec
	frames    *prometheus.CounterVec
	wire      *prometheus.CounterVec
	bytes     *prometheus.CounterVec
	lost      *prometheus.CounterVec
	handshake prometheus.Histogram
	ping      prometheus.Histogram
	closes    *prometheus.CounterVec
	sealed    *prometheus.CounterVec
	unopened  *prometheus.GaugeVec
	findings  *prometheus.CounterVec
}

// latencies are the classic buckets, 100 µs to 30 s; native ones are finer.
var latencies = []float64{.0001, .0003, .001, .003, .01, .03, .1, .3, 1, 3, 10, 30}

func newSet(reg prometheus.Registerer) *set {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
		reg.MustRegister(c)
		return c
	}
	histogram := func(name, help string) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: name, Help: help, Buckets: latencies,
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 160,
		})
		reg.MustRegister(h)
		return h
	}
	s := &set{
		opened:    counter("wscope_connections_total", "WebSocket connections that began, or were recognised; those picked up encrypted are TLS connections that could not be opened.", "host", "path", "pickup"),
		ended:     counter("wscope_connections_ended_total", "WebSocket connections that ended, by the handshake's result.", "host", "path", "result"),
		open:      prometheus.NewGauge(prometheus.GaugeOpts{Name: "wscope_connections_open", Help: "WebSocket connections open now."}),
		messages:  counter("wscope_messages_total", "Messages, by sender and type.", "host", "path", "from", "type"),
		frames:    counter("wscope_frames_total", "Frames, by sender.", "host", "path", "from"),
		wire:      counter("wscope_wire_bytes_total", "Bytes of frames, headers and payloads.", "host", "path", "from"),
		bytes:     counter("wscope_message_bytes_total", "Bytes of messages, inflated.", "host", "path", "from"),
		lost:      counter("wscope_lost_bytes_total", "Bytes of WebSocket streams that the capture lacks.", "from"),
		handshake: histogram("wscope_handshake_seconds", "From the last byte of the request to that of its answer."),
		ping:      histogram("wscope_ping_seconds", "From a ping to its pong, where the capture is taken."),
		sealed:    counter("wscope_sealed_connections_total", "TLS connections that ended and could not be opened, by what they are likely to be.", "likely"),
		unopened:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "wscope_sealed_connections_open", Help: "TLS connections open now that could not be opened, by what they are likely to be."}, []string{"likely"}),
		closes:    counter("wscope_closes_total", "Ends of connections, by close code, or by how where there is none.", "code"),
		findings:  counter("wscope_findings_total", "Findings, by rule.", "rule", "severity"),
	}
	reg.MustRegister(s.open, s.unopened)
	return s
}
