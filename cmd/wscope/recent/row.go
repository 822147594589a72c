package recent

import (
	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

const maxFindings = 20 // kept of a flow

// Row is a flow.
type Row struct {
	Flow           int64
	Client, Server string
	Host, Path     string
	State          string
	Story          string // how it ended, once it has, or what is wrong with it
	Open           bool
	Start, End     record.Time
	Messages       [2]int64 // by the client, by the server
	Bytes          [2]int64 // of frames, as they were sent
	Lost           int64
	Handshake      string
	Bars           Bars
	Errors         int64 // findings that are errors
	Findings       []string
	Found          int64  // findings in all
	Record         []byte // its record as JSON; not to be changed

	version  int64       // of its latest change
	recorded record.Time // when Record was written
	messages []*Message  // the latest
	listed   int64       // messages that came, whether they are kept or not
}

// update takes a flow's record, and returns how many messages are new.
func (r *Row) update(f *record.Flow, now record.Time) int64 {
	r.Client, r.Server = address(f.Client), address(f.Server)
	if f.HTTP != nil {
		r.Host, r.Path = report.Clean(f.HTTP.Host), report.Clean(f.HTTP.Path)
	} else if f.TLS != nil {
		r.Host = report.Clean(f.TLS.SNI)
	}
	r.State, r.Start, r.End, r.Story = living(f), f.Start, f.End, ""
	if !r.Open {
		r.State = ended(f)
		if f.Close != nil {
			r.Story = report.Clean(f.Close.Story)
		}
	}
	if r.Story == "" {
		r.Story = report.Trouble(f)
	}
	if h := f.Handshake; h != nil {
		r.Handshake = string(h.Result)
		if h.Latency != nil {
			r.Handshake += " in " + report.Span(*h.Latency)
		}
	}
	was := r.Messages[0] + r.Messages[1]
	r.Lost = 0
	for i, d := range [2]*record.Direction{&f.ClientToServer, &f.ServerToClient} {
		m := &d.Messages
		r.Messages[i] = m.Text + m.Binary + m.Ping + m.Pong + m.Close
		r.Bytes[i] = d.WireBytes
		r.Lost += d.LostBytes
	}
	n := r.Messages[0] + r.Messages[1] - was
	r.Bars.add(now, n)
	r.Findings, r.Found, r.Errors = nil, 0, 0 // what others have copied stays as it is
	for i := range f.Findings {
		g := &f.Findings[i]
		r.Found += g.Count
		if g.Severity == "error" {
			r.Errors += g.Count
		}
		if len(r.Findings) < maxFindings {
			r.Findings = append(r.Findings, string(g.Severity)+" "+g.Rule+"  "+report.Clean(g.Detail))
		}
	}
	return n
}
