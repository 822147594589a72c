package rules

import (
	"wscope/analyzer/query"
	"wscope/analyzer/record"
	"wscope/analyzer/redact"
)

// maxPings is how many pings of a flow may wait for their pongs.
const maxPings = 64

// Checker holds the records of a run against a Set's rules. It is a record.Sink; give
// the run what Options says.
type Checker struct {
	record.NopSink
	Redactor *redact.Redactor // hides what the report shows; nil hides nothing

	set   *Set
	rules []ruleRun
	flows map[int64]*openFlow

	messages, payload bool
	current           *Result // of the rule in hand
}

type ruleRun struct {
	rule   *rule
	result *Result
	checks []checkRun
}

// openFlow is what is known of a flow that has not ended.
type openFlow struct {
	record record.Flow // as its handshake says
	values query.Values
	pings  []openPing
}

type openPing struct {
	from    record.Peer
	payload string
	at      record.Time
}

// Checker begins a run.
func (s *Set) Checker() *Checker {
	c := &Checker{set: s, flows: map[int64]*openFlow{}}
	for _, r := range s.rules {
		run := ruleRun{rule: r, result: &Result{Rule: r.Name, Severity: r.Severity, Doc: r.Doc, Line: r.Line, sealed: r.sealed}}
		for _, check := range r.checks {
			messages, payload := check.needs()
			c.messages, c.payload = c.messages || messages, c.payload || payload
			run.checks = append(run.checks, check.begin())
		}
		c.rules = append(c.rules, run)
	}
	return c
}

// Wants is what the rules need of a run.
func (c *Checker) Wants() record.Wants {
	return record.Wants{
		Updates:  true,                            // for what the handshakes' answers say
		Messages: c.messages, Payload: c.messages, // pongs are told by their payload
	}
}

// each gives every check of every rule to do.
func (c *Checker) each(do func(r checkRun, tell tellFunc)) {
	for i := range c.rules {
		r := &c.rules[i]
		c.current = r.result
		for _, check := range r.checks {
			do(check, func(message string, at *view) { r.result.add(breachAt(message, r.rule.Severity, at.shown())) })
		}
	}
}

// judged counts a record that the rule in hand is about.
func (c *Checker) judged() { c.current.Judged++ }

// FlowBegun takes a flow's request.
func (c *Checker) FlowBegun(f *record.Flow) error {
	c.flows[f.Flow] = &openFlow{record: *f, values: query.OfFlow(f)}
	return nil
}

// FlowUpdate takes a flow's handshake, once it is answered.
func (c *Checker) FlowUpdate(f *record.Flow) error {
	if o := c.flows[f.Flow]; o != nil {
		o.record, o.values = *f, query.OfFlow(f)
	}
	return nil
}

// Message judges a message.
func (c *Checker) Message(m *record.Message) error {
	o := c.flows[m.Flow]
	if o == nil {
		return nil
	}
	v := &view{run: c, Flow: &o.record, Message: m, payload: c.payload, flows: o.values}
	c.each(func(r checkRun, tell tellFunc) { r.message(v, tell) })
	if m.Type == "ping" || m.Type == "pong" {
		c.ping(o, m)
	}
	return nil
}

// ping pairs pings with the pongs that carry their payload back. A pong answers all
// earlier pings too, RFC 6455 §5.5.3.
func (c *Checker) ping(o *openFlow, m *record.Message) {
	if m.Type == "ping" {
		if len(o.pings) < maxPings {
			o.pings = append(o.pings, openPing{m.From, string(m.Data), m.End})
		}
		return
	}
	for i := len(o.pings) - 1; i >= 0; i-- {
		p := o.pings[i]
		if p.from == m.From || p.payload != string(m.Data) {
			continue
		}
		values := query.OfPing(m.Flow, p.from, p.at, record.Seconds(m.Time-p.at))
		c.each(func(r checkRun, _ tellFunc) { r.ping(values, m.Flow) })
		kept := o.pings[:0]
		for j, q := range o.pings {
			if j > i || q.from == m.From {
				kept = append(kept, q)
			}
		}
		o.pings = kept
		return
	}
}

// FlowEnded judges a flow.
func (c *Checker) FlowEnded(f *record.Flow) error {
	v := &view{run: c, Flow: f}
	c.each(func(r checkRun, tell tellFunc) { r.flow(v, tell) })
	delete(c.flows, f.Flow)
	return nil
}

// Report is the verdict, when the run is over.
func (c *Checker) Report(sum *record.Summary) *Report {
	v := &view{run: c, Summary: sum}
	c.each(func(r checkRun, tell tellFunc) { r.capture(v, tell) })
	report := &Report{Captures: sum.Files, Start: sum.Start, File: c.set.File}
	for i := range c.rules {
		report.Results = append(report.Results, c.rules[i].result)
	}
	return report
}

var _ record.Sink = (*Checker)(nil)
