// Package kafka carries a sensor's batches to a topic of Kafka: a fleet.Transport.
//
// Each record of a batch is a record of the topic. Its value is the line that a collector would store: the record of the
// contract, behind the sensor's names. Its timestamp is the capture's time. Its key names the connection, SENSOR.RUN.FLOW,
// so that the records of one connection are in one partition, in their order. The header wscope-id names the record,
// SENSOR.RUN.BATCH.NUMBER; wscope-kind says of which kind it is.
//
// Nothing is lost: a batch leaves the spool when all in-sync replicas have all its records. Nothing is there
// twice while the sensor runs: the producer is idempotent, and what a broker did not answer for is waited
// for, never produced anew. A sensor that is killed sends the batch it was at again when it starts, with the same
// wscope-id: whoever must not have a record twice drops those that it knows. That is what JetStream promises, where wscope collect
// does so.
//
// Start reading at transport.go; address.go reads the URL.
package kafka
