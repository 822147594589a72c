package export

import "wscope/analyzer/record"

// Exporter takes the records of a run. It is not for several goroutines.
type Exporter interface {
	record.Sink
	// Wants is what the exporter wants of a run.
	Wants() record.Wants
	// Close writes what is left once the run is over, and lets go of temporary files. It is
	// to be called after a failed run as well, with a nil Summary.
	Close(sum *record.Summary) error
}
