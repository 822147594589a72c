// Command wscope-beam analyses archives of captures on many machines: an Apache Beam
// pipeline that gives the flow, message and finding records that one run of wscope over
// all the captures gives, whatever the number of bundles and workers. README.md says how
// it is run on Prism (in this process, the default), Flink, Spark and Dataflow, and what
// it costs.
//
// Each capture is analysed where it is read, by the plain pipeline; only the segments of
// connections that are in several files are shuffled, put in order and finished elsewhere. The
// mechanism is that of package wscope/analyzer/archive, which wscope flows --jobs-by-file uses too.
//
// Start reading at pipeline.go, the drawing of the stages; then inputs.go (what is read), plan.go
// (the first pass, and what comes of all files' surveys), analyse.go (the second pass), number.go
// (what flows say of each other) and write.go. step.go and crossed.go say how steps and segments
// travel; spill.go keeps what is sorted in bounded memory.
//
// It contains no rule of the field, and it does not split a file: archives are many files.
package main
