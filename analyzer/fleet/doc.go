// Package fleet carries the records of many sensors to one place over NATS JetStream:
// nothing lost, nothing twice.
//
// A Publisher is a Sink. It puts records into batches, each batch into a spool on disk,
// and the spool's oldest batch onto the stream, one message a batch, until the stream has
// said that it holds it. A batch has a number in its sensor's run and a message ID made of
// both. So a broker that is away costs disk, within a limit; what is beyond that is
// dropped, newest first, and told. A sensor that is started again sends what its last run left.
//
// A Collector takes the batches of all sensors into files by hour. What it has taken, by
// sensor and run, is written together with the files (see store.go), and a batch is
// acknowledged only then: one that comes again, however late, is known.
//
// Start reading at record.go, then publisher.go and collector.go. It reads no capture and
// makes no records; the wall clock is asked only for when to send and to commit.
package fleet
