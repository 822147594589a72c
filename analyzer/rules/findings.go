package rules

import (
	"slices"

	"wscope/analyzer/query"
	"wscope/analyzer/record"
)

// findings is a check that no flow has a finding of some severities. Each finding is a breach of its own, at its own packet.
type findings struct {
	where      *query.Program // of the flow; nil for all
	severities []string
	except     []string
}

func (c *findings) needs() (messages, payload bool) { return false, false }

func (c *findings) begin() checkRun { return c }

func (c *findings) message(*view, tellFunc) {}

func (c *findings) ping(query.Values, int64) {}

func (c *findings) capture(*view, tellFunc) {}

func (c *findings) flow(v *view, tell tellFunc) {
	if c.where != nil && !holds(c.where, v.names()) {
		return
	}
	v.run.judged()
	shown := v.shown()
	for i := range v.Flow.Findings {
		n := &v.Flow.Findings[i]
		if !slices.Contains(c.severities, string(n.Severity)) || slices.Contains(c.except, n.Rule) {
			continue
		}
		told := n
		if i < len(shown.Flow.Findings) {
			told = &shown.Flow.Findings[i]
		}
		tell(string(told.Severity)+" "+told.Rule+": "+told.Detail+times(n), &view{run: v.run, Flow: v.Flow, Finding: n, redacted: shown.at(n)})
	}
}

// at is the record as a report may show it, with a finding's place.
func (v *view) at(n *record.Finding) *view {
	c := *v
	c.Finding = n
	return &c
}

// times says how often a finding was made, where it was more than once.
func times(n *record.Finding) string {
	if n.Count > 1 {
		return " (" + decimal(n.Count) + " times, here first)"
	}
	return ""
}

// findings makes a check that no flow has findings of some severities.
func (p *params) findings(severities ...string) ([]check, error) {
	c := &findings{severities: severities, except: p.lists["except"]}
	if p.where.text != "" {
		var err error
		if c.where, err = query.Condition(p.where.text, query.Flow(), nil); err != nil {
			return nil, p.where.fail(err, 0)
		}
	}
	return []check{c}, nil
}
