// Command wscope-beam analyses archives of captures on many machines: an Apache Beam
// pipeline that gives the flow, message and finding records that one run of wscope over
// all the captures gives, whatever the number of bundles and workers. README.md says how
// it is run on Prism (in this process, the default), Flink, Spark and Dataflow, and what
// it costs.
//
// A connection is one group, sorted (spill.go), and not a key with state and timers. An
// archive is a bounded input: a grouped key is whole when its worker sees it, while state
// would be given segments in any order, hold them until a timer at the end of the input
// says that no earlier one comes, and so hold as much, in the runner's state backend, and
// leave the sorting to us. What is live at a time is bounded otherwise: a group keeps 64 MB
// and spills the rest to disk, and behind it the analysis has the bounds that it has in
// wscope. So a connection that lives for days, or is most of the archive (a hot key), costs one
// worker its bytes on disk and its time, one after another: it cannot be shared out, for a
// stream's bytes have one order. The distribution connection_bytes says how large the largest was.
//
// Start reading at pipeline.go, the drawing of the stages; then plan.go, survey.go and
// part.go (what is read, and in which parts), objects.go (from object stores), read.go
// (packets become pieces: segments with their place in the capture), calendar.go (places
// that need the whole capture to be known), analyse.go (one connection, by the same rooms as
// wscope), number.go (what flows say of each other) and write.go. spill.go keeps every
// stage's memory bounded.
//
// It contains no rule of the field: connections are analysed by wscope/analyzer.
package main
