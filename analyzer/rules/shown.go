package rules

import "wscope/analyzer/query"

// shown is the record as a report may show it: what is judged is always the record as it is,
// so that a verdict does not change with what is told of it.
func (v *view) shown() *view {
	r := v.run.Redactor
	if r == nil {
		return v
	}
	if v.redacted != nil {
		return v.redacted
	}
	s := &view{run: v.run, payload: v.payload}
	if v.Flow != nil {
		s.Flow = r.Flow(v.Flow)
	}
	if v.Message != nil {
		m := *v.Message
		r.Message(&m)
		s.Message, s.flows = &m, query.OfFlow(s.Flow)
	}
	if v.Summary != nil {
		sum := *v.Summary
		r.Summary(&sum)
		s.Summary = &sum
	}
	v.redacted = s
	return s
}

// why is an error as a report may show it: one of the expressions may quote what it met.
func (v *view) why(err error) string {
	if v.run.Redactor != nil {
		return "cannot be judged"
	}
	return "cannot be judged: " + err.Error()
}

// mismatch is what does not match a schema; of that a redacted report says nothing, for it quotes payloads.
func (v *view) mismatch(err error) string {
	const text = "the payload does not match the schema"
	if v.run.Redactor != nil {
		return text
	}
	return text + ": " + schemaMessage(err)
}
