// Package fleet carries the records of many sensors to one place: nothing lost, nothing twice.
//
// A Publisher is a Sink. It puts records into batches of half a second or 256 KB at most,
// each batch into a spool on disk, and the spool's oldest batch onto a Transport, until the
// other side has said that it holds it. NATS (JetStream, one message a batch) is one; packages kafka and otlp
// are others. A batch has a number in its sensor's
// run and a message ID made of both. A batch is synced, and so is its folder, before it
// counts as spooled: a sensor that is killed, or whose machine fails, loses the records of
// its last batch, which was not spooled yet, and the flows that were open. A broker that is
// away costs disk, within a limit; what is beyond that is dropped, newest first, and told: at
// once to whoever runs the sensor, and to the collector as a record as soon as there is room.
// A sensor that is started again sends what its last run left.
//
// A Collector takes the batches of all sensors into a journal, and from there into Parquet
// files by hour. What it has taken, by sensor and run, is written together with the journal
// (see store.go), and a batch is acknowledged only then: one that comes again, however late
// (the stream itself remembers message IDs for some minutes only), is known. A file of an
// hour is made of a part of the journal, which goes only when the file has its name (pack.go).
//
// Limits: the stream keeps batches for seven days; a collector remembers the latest 2,000
// runs of a sensor; a message whose record is longer than 640 KB is cut to 100 KB of payload,
// and a flow record as long is dropped and told, for brokers take messages of 1 MB. Sensors'
// names are unique in the fleet, and a spool belongs to one sensor and one place.
//
// Start reading at record.go, then publisher.go, transport.go and collector.go. It reads no capture and
// makes no records; the wall clock is asked only for when to send, to commit and to pack.
package fleet
