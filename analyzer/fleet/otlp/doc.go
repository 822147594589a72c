// Package otlp carries a sensor's batches to a receiver of the OpenTelemetry Protocol, by HTTP
// with binary Protocol Buffers: a fleet.Transport.
//
// Each record is a log: its event name is wscope.flows, wscope.messages, wscope.findings or wscope.dropped, its body the record
// of the contract, its attributes what the semantic conventions have names for. What the sensor counts
// are metrics, with the names that Prometheus sees and cumulative sums. The resource says which sensor it was.
//
// Nothing is lost: a batch leaves the spool when the receiver said 200, and what it rejects for good is counted as
// dropped. OTLP knows no repeated request: where an answer is lost, a batch arrives twice. The attribute log.record.uid names
// a record, the same each time.
//
// The messages are written by hand on protowire: the official package costs its descriptors at every start
// of wscope. The tests read them with the official package. https://opentelemetry.io/docs/specs/otlp/
//
// Start reading at transport.go, then logs.go.
package otlp
