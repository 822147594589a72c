package live

import (
	"wscope/analyzer/record"
	"wscope/cmd/wscope/web"
)

// WebOutput serves the live page, and hands the records on to another Output.
type WebOutput struct {
	Output
	page   *web.Page
	server *web.Server
	status func() web.Status
}

// NewWebOutput makes the output of a server; Show begins to serve. memory is how many bytes the run may use, 0 without limit.
func NewWebOutput(next Output, server *web.Server, memory int64) *WebOutput {
	o := &WebOutput{Output: next, server: server}
	o.page = web.New(web.Limits(memory), func() web.Status { return o.status() })
	return o
}

// Show begins to serve what a capture gives.
func (o *WebOutput) Show(t *Stats, source string) {
	o.status = func() web.Status {
		c := t.capture()
		s := web.Status{Source: source, Packets: c.Analysed, Shed: c.Shed, LetGo: t.letGo.Load()}
		for _, i := range c.Interfaces {
			s.Dropped += i.Dropped + i.IfDropped
		}
		return s
	}
	o.server.Serve(o.page)
}

// FlowBegun implements record.Sink.
func (o *WebOutput) FlowBegun(f *record.Flow) error {
	o.page.FlowBegun(f)
	return o.Output.FlowBegun(f)
}

// FlowUpdate implements record.Sink.
func (o *WebOutput) FlowUpdate(f *record.Flow) error {
	o.page.FlowUpdate(f)
	return o.Output.FlowUpdate(f)
}

// FlowEnded implements record.Sink.
func (o *WebOutput) FlowEnded(f *record.Flow) error {
	o.page.FlowEnded(f)
	return o.Output.FlowEnded(f)
}

// Message implements record.Sink.
func (o *WebOutput) Message(m *record.Message) error {
	o.page.Message(m)
	return o.Output.Message(m)
}

// Batch implements record.Sink.
func (o *WebOutput) Batch(now record.Time) error {
	o.page.Batch(now)
	return o.Output.Batch(now)
}

// Finish lets the browsers see the end.
func (o *WebOutput) Finish(sum *record.Summary, t *Stats) error {
	o.page.End()
	return o.Output.Finish(sum, t)
}
