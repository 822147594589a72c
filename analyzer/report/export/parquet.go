package export

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"wscope/analyzer/record"
)

// Parquet writes flows.parquet, messages.parquet and findings.parquet; their schemas are
// the field table's (parquetflow.go) and the structs of parquetrows.go. Pages are compressed with Snappy, which every reader
// knows. Row groups are written as they fill, so that memory does not grow with the
// capture.
//
// A time is given twice: as a timestamp of microseconds, which every reader knows, and in
// the column of the same name with _ns as nanoseconds since 1970, with all the capture's digits.
type Parquet struct {
	record.NopSink
	flows    *flowTable
	messages *parquet.GenericWriter[messageRow]
	findings *parquet.GenericWriter[findingRow]
	row      messageStore
	held     int // bytes of payload in the messages' row group
}

// A row group ends at this many rows, or for messages at this many bytes of payload.
const (
	groupRows  = 100_000
	groupBytes = 32 << 20
)

// NewParquet writes the tables into a folder.
func NewParquet(p *Place, version string) (*Parquet, error) {
	var files [3]io.Writer
	for i, name := range []string{"flows.parquet", "messages.parquet", "findings.parquet"} {
		w, err := p.Create(name)
		if err != nil {
			return nil, err
		}
		files[i] = w
	}
	options := parquetOptions(version)
	return &Parquet{
		flows:    newFlowTable(files[0], false, options),
		messages: parquet.NewGenericWriter[messageRow](files[1], options...),
		findings: parquet.NewGenericWriter[findingRow](files[2], options...),
	}, nil
}

func parquetOptions(version string) []parquet.WriterOption {
	return []parquet.WriterOption{
		parquet.Compression(&parquet.Snappy), parquet.CreatedBy("wscope", version, ""), parquet.MaxRowsPerRowGroup(groupRows),
	}
}

// Wants asks for messages.
func (p *Parquet) Wants() record.Wants { return record.Wants{Messages: true, Payload: true} }

func (p *Parquet) Message(m *record.Message) error {
	if _, err := p.messages.Write(p.row.take(m)); err != nil {
		return err
	}
	if p.held += len(m.Data); p.held < groupBytes {
		return nil
	}
	p.held = 0
	return p.messages.Flush()
}

func (p *Parquet) FlowEnded(f *record.Flow) error {
	if err := p.flows.Write(f, nil); err != nil {
		return err
	}
	for i := range f.Findings {
		if _, err := p.findings.Write([]findingRow{newFindingRow(f.Flow, &f.Findings[i])}); err != nil {
			return err
		}
	}
	return nil
}

func (p *Parquet) Close(sum *record.Summary) error {
	if sum == nil {
		return nil
	}
	for _, w := range []io.Closer{p.flows, p.messages, p.findings} {
		if err := w.Close(); err != nil {
			return err
		}
	}
	return nil
}
