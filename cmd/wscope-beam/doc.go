// Command wscope-beam analyses archives of captures on many machines: an Apache Beam
// pipeline that gives the flow, message and finding records that one run of wscope over
// all the captures gives, whatever the number of bundles and workers. README.md says how
// it is run on Prism (in this process, the default), Flink, Spark and Dataflow, and what
// it costs.
//
// Start reading at pipeline.go, the drawing of the stages; then plan.go and survey.go (what
// is read, and in which parts), read.go (packets become pieces: segments with their place
// in the capture), calendar.go (places that need the whole capture to be known),
// analyse.go (one connection, by the same rooms as wscope), number.go (what flows say of
// each other) and write.go. spill.go keeps every stage's memory bounded.
//
// It contains no rule of the field: connections are analysed by wscope/analyzer.
package main
