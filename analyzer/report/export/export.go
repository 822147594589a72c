package export

import "wscope/analyzer"

// Exporter takes the records of a run. It is not for several goroutines.
type Exporter interface {
	analyzer.Sink
	// Options sets what the exporter needs of a run.
	Options(opt *analyzer.Options)
	// Close writes what is left once the run is over, and lets go of temporary files. It is
	// to be called after a failed run as well, with a nil Summary.
	Close(sum *analyzer.Summary) error
}

// nothing is an Exporter that takes nothing; others embed it.
type nothing struct{}

func (nothing) FlowBegun(*analyzer.Flow) error  { return nil }
func (nothing) FlowUpdate(*analyzer.Flow) error { return nil }
func (nothing) FlowEnded(*analyzer.Flow) error  { return nil }
func (nothing) Message(*analyzer.Message) error { return nil }
func (nothing) Frame(*analyzer.Frame) error     { return nil }
func (nothing) Rendered(int64, []byte) error    { return nil }
func (nothing) Batch(analyzer.Time) error       { return nil }
