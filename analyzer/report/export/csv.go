package export

import (
	"io"
	"strconv"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// CSV writes flows.csv, messages.csv and findings.csv, the rows of RFC 4180 that
// "flows --format csv" and "messages --format csv" give too. findings.csv has a row a
// finding, with the number of its flow.
type CSV struct {
	record.NopSink
	flows, messages, findings io.Writer
	row                       []byte
}

// findingHead names the columns of findings.csv.
const findingHead = "flow,rule,severity,rfc,from,packet,file,time,offset,detail,count,last\r\n"

// NewCSV writes the tables into a folder.
func NewCSV(p *Place) (*CSV, error) {
	c := &CSV{}
	for _, t := range []struct {
		name string
		w    *io.Writer
		head string
	}{
		{"flows.csv", &c.flows, string(report.FlowHead())},
		{"messages.csv", &c.messages, report.MessageHead},
		{"findings.csv", &c.findings, findingHead},
	} {
		w, err := p.Create(t.name)
		if err != nil {
			return nil, err
		}
		*t.w = w
		if _, err := io.WriteString(w, t.head); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Wants asks for messages as rows.
func (c *CSV) Wants() record.Wants {
	return record.Wants{Messages: true, Payload: true, Render: func() record.Renderer { return &report.CSV{} }}
}

func (c *CSV) Rendered(flow int64, b []byte) error {
	c.row = report.AppendRow(c.row[:0], flow, b)
	_, err := c.messages.Write(c.row)
	return err
}

func (c *CSV) FlowEnded(f *record.Flow) error {
	c.row = report.FlowRow(c.row[:0], f)
	if _, err := c.flows.Write(c.row); err != nil {
		return err
	}
	c.row = c.row[:0]
	for i := range f.Findings {
		c.finding(f.Flow, &f.Findings[i])
	}
	_, err := c.findings.Write(c.row)
	return err
}

// finding appends a finding's row.
func (c *CSV) finding(flow int64, n *record.Finding) {
	b := strconv.AppendInt(c.row, flow, 10)
	for _, s := range []string{n.Rule, string(n.Severity), n.RFC, string(n.From)} {
		b = report.AppendCell(append(b, ','), s)
	}
	b = strconv.AppendInt(append(b, ','), n.Packet, 10)
	b = report.AppendCell(append(b, ','), n.File)
	b = n.Time.Append(append(b, ','))
	b = strconv.AppendInt(append(b, ','), n.Offset, 10)
	b = report.AppendCell(append(b, ','), n.Detail)
	b = strconv.AppendInt(append(b, ','), n.Count, 10)
	b = append(b, ',')
	if n.Last != nil {
		b = n.Last.Append(b)
	}
	c.row = append(b, '\r', '\n')
}

func (c *CSV) Close(*record.Summary) error { return nil }
