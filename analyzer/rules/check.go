package rules

import (
	"slices"
	"strings"

	"wscope/analyzer/query"
	"wscope/analyzer/record"
)

// check is what a rule holds against the records. Its methods are called as a
// record.Sink's are, and once at the end.
type check interface {
	// needs says whether it looks at messages, and into their payloads.
	needs() (messages, payload bool)
	begin() checkRun
}

// checkRun is a check over one run.
type checkRun interface {
	message(v *view, tell tellFunc)
	ping(p query.Values, flow int64)
	flow(v *view, tell tellFunc)
	capture(v *view, tell tellFunc)
}

// tellFunc takes a breach of the rule: what is wrong, and the record that shows it.
type tellFunc func(message string, at *view)

// view is the record in hand as the checks see it. What is costly is made when asked for,
// once for all rules.
type view struct {
	run     *Checker
	Flow    *record.Flow
	Message *record.Message
	Summary *record.Summary
	Finding *record.Finding // that it is about; nil where it is about no single one

	payload bool // some rule looks into payloads
	values  query.Values
	flows   query.Values // the flow's, of a message

	redacted *view // see shown
}

// names are the values of the record's names.
func (v *view) names() query.Values {
	if v.values == nil {
		switch {
		case v.Message != nil:
			v.values = query.OfMessage(v.Message, v.flows, v.payload)
		case v.Flow != nil:
			v.values = query.OfFlow(v.Flow)
		default:
			v.values = query.OfSummary(v.Summary)
		}
	}
	return v.values
}

// namesOf are the names that a scope's expressions may use.
func namesOf(scope string) query.Names {
	switch scope {
	case "capture":
		return query.Summary()
	case "message":
		return query.Message()
	}
	return query.Flow()
}

// expectation is a check by expressions.
type expectation struct {
	scope      string
	where      *query.Program // nil where all are meant
	expect     *query.Program
	message    []part
	aggregates *aggregates
	text       string // of expect
}

// part is a piece of a message's template: text, or an expression.
type part struct {
	text    string
	program *query.Program
}

func newExpectation(scope string, where, expect, message source) (*expectation, error) {
	c := &expectation{scope: scope, text: expect.text, aggregates: &aggregates{scope: scope}}
	names := namesOf(scope).With(aggregateNames)
	var err error
	if where.text != "" {
		if c.where, err = query.Condition(where.text, names, c.aggregates.patch); err != nil {
			return nil, where.fail(err, 0)
		}
	} else if where.node != nil {
		return nil, where.node.fail("where must be an expression")
	}
	if c.expect, err = query.Condition(expect.text, names, c.aggregates.patch); err != nil {
		return nil, expect.fail(err, 0)
	}
	if name := wholeCall(expect.text); name != "" && expect.node != nil {
		return nil, expect.node.fail("%s gives a number, and expect must be true or false: compare it, as in %s > 0", name, strings.TrimSpace(expect.text))
	}
	if c.message, err = template(message, names, c.aggregates); err != nil {
		return nil, err
	}
	return c, nil
}

// wholeCall is the aggregate function that an expression is a call of, and nothing besides; "" where it is more, or another.
func wholeCall(text string) string {
	text = strings.TrimSpace(text)
	name, rest, open := strings.Cut(text, "(")
	name = strings.TrimSpace(name)
	if !open || !slices.Contains(aggregateFunctions, name) {
		return ""
	}
	depth, quote := 1, byte(0)
	for i := range len(rest) {
		switch c := rest[i]; {
		case quote != 0 && c == '\\':
			return "" // an escape in a text: it is not worth reading those
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				if i == len(rest)-1 {
					return name
				}
				return ""
			}
		}
	}
	return ""
}

// template reads a message with expressions in double braces.
func template(s source, names query.Names, a *aggregates) (parts []part, err error) {
	if len(s.text) > query.MaxSource {
		return nil, s.node.fail("the message is longer than %d bytes", query.MaxSource)
	}
	rest := s.text
	for {
		before, after, open := strings.Cut(rest, "{{")
		parts = append(parts, part{text: before})
		if !open {
			return parts, nil
		}
		inside, behind, closed := strings.Cut(after, "}}")
		at := len(s.text) - len(after)
		if !closed {
			return nil, s.fail(&query.Error{Line: 1, Column: 1, Message: "the message opens {{ and does not close it"}, at-2)
		}
		p, err := query.Compile(strings.TrimSpace(inside), names, a.patch)
		if err != nil {
			lead := len(inside) - len(strings.TrimLeft(inside, " "))
			return nil, s.fail(err, at+lead)
		}
		parts = append(parts, part{program: p})
		rest = behind
	}
}

func (c *expectation) needs() (messages, payload bool) {
	messages, payload = c.aggregates.needs()
	if c.scope != "message" {
		return messages, payload
	}
	payload = payload || c.expect.Uses("text") || c.expect.Uses("json")
	for _, p := range append([]part{{program: c.where}}, c.message...) {
		payload = payload || p.program != nil && (p.program.Uses("text") || p.program.Uses("json"))
	}
	return true, payload
}

func (c *expectation) begin() checkRun {
	return &expectationRun{expectation: c, sums: c.aggregates.begin()}
}

type expectationRun struct {
	*expectation
	sums *sums
}

func (r *expectationRun) message(v *view, tell tellFunc) {
	r.sums.add(messagesOf, v.Message.Flow, v.names)
	if r.scope == "message" {
		r.judge(v, tell)
	}
}

func (r *expectationRun) ping(p query.Values, flow int64) {
	r.sums.add(pingsOf, flow, func() query.Values { return p })
}

func (r *expectationRun) flow(v *view, tell tellFunc) {
	r.sums.add(flowsOf, v.Flow.Flow, v.names)
	if r.sums.wants(findingsOf) {
		for i := range v.Flow.Findings {
			r.sums.add(findingsOf, v.Flow.Flow, func() query.Values { return query.OfFinding(&v.Flow.Findings[i], v.Flow.Flow) })
		}
	}
	if r.scope == "flow" {
		r.judge(v, tell)
		r.sums.forget(v.Flow.Flow)
	}
}

func (r *expectationRun) capture(v *view, tell tellFunc) {
	if r.scope == "capture" {
		r.judge(v, tell)
	}
}

// judge holds one record against the rule. What cannot be evaluated is a breach: an
// expectation of what is not there is not met.
func (r *expectationRun) judge(v *view, tell tellFunc) {
	values := r.sums.with(v)
	if r.where != nil {
		ok, err := r.where.True(values)
		if err != nil || !ok {
			return // a condition on what is not there does not hold
		}
	}
	v.run.judged()
	ok, err := r.expect.True(values)
	switch {
	case err != nil:
		tell(v.why(err), v)
	case !ok:
		tell(r.say(r.sums.with(v.shown())), v)
	}
}

func (r *expectationRun) say(values query.Values) string {
	var b strings.Builder
	for _, p := range r.expectation.message {
		b.WriteString(p.text)
		if p.program != nil {
			out, err := p.program.Run(values)
			if err != nil {
				out = "?"
			}
			b.WriteString(show(out))
		}
	}
	if b.Len() == 0 {
		return "expected " + r.text
	}
	return b.String()
}
