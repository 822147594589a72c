package rules

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"

	"wscope/analyzer/query"
	"wscope/analyzer/stat"
)

// Aggregates sum up many records within a flow or a capture as they pass by, so that a
// rule over a million messages keeps none of them:
//
//	count(messages), count(messages, CONDITION)      how many
//	ratio(messages, CONDITION)                       which share of all, 0 to 1
//	rate(messages), rate(messages, CONDITION)        how many a second of the flow, or the capture
//	sum, min, max, avg, p50, p90, p99 (messages, VALUE) and (messages, VALUE, CONDITION)
//
// over messages, flows, findings and pings (the answered ones); p99(ping.rtt) is short for
// p99(pings, rtt). Inside, names are those of the element. Where there is no element,
// count, sum, rate and ratio give 0, the others nil.
var aggregateFunctions = []string{"count", "ratio", "rate", "sum", "min", "max", "avg", "p50", "p90", "p99"}

// maxAggregates is how many different ones a rule may have.
const maxAggregates = 50

// aggregateNames make the language take the functions for ours: they are replaced before
// anything is called.
var aggregateNames = func() query.Names {
	names := query.Names{}
	for _, f := range aggregateFunctions {
		names[f] = types.Any
	}
	for i := range maxAggregates {
		names[slot(i)] = types.Any
	}
	return names
}()

// slot is the name under which an aggregate's value stands in its rule's expressions. It cannot be
// written in a rules file by accident.
func slot(i int) string { return "aggregate" + strconv.Itoa(i) + "_" }

type collection uint8

const (
	messagesOf collection = iota
	flowsOf
	findingsOf
	pingsOf
)

var collections = map[string]collection{"messages": messagesOf, "flows": flowsOf, "findings": findingsOf, "pings": pingsOf, "ping": pingsOf}

func (c collection) names() query.Names {
	switch c {
	case messagesOf:
		return query.Message()
	case flowsOf:
		return query.Flow()
	case findingsOf:
		return query.Finding()
	}
	return query.Ping()
}

// aggregates are those of one rule.
type aggregates struct {
	scope string
	list  []*aggregate
}

type aggregate struct {
	source    string // as written, for finding it again
	function  string
	of        collection
	value     *query.Program // nil for count, ratio and rate
	condition *query.Program // nil where all count
}

// patch replaces a call of an aggregate by the name of its slot.
func (a *aggregates) patch(n *ast.Node) error {
	switch call := (*n).(type) {
	case *ast.CallNode:
		callee, ok := call.Callee.(*ast.IdentifierNode)
		if !ok || !slices.Contains(aggregateFunctions, callee.Value) {
			return nil
		}
		i, err := a.add(callee.Value, call.Arguments, call.String())
		if err != nil {
			return err
		}
		ast.Patch(n, &ast.IdentifierNode{Value: slot(i)})
	case *ast.IdentifierNode:
		if strings.HasPrefix(call.Value, "aggregate") && strings.HasSuffix(call.Value, "_") {
			return fmt.Errorf("unknown name %s", call.Value)
		}
	}
	return nil
}

func (a *aggregates) add(function string, arguments []ast.Node, written string) (int, error) {
	if a.scope == "message" {
		return 0, fmt.Errorf("%s sums up many records: it belongs to a rule of scope flow or capture", function)
	}
	if strings.Contains(written, "aggregate") && strings.Contains(written, "_") && containsSlot(arguments) {
		return 0, fmt.Errorf("%s cannot be inside another aggregate", function)
	}
	if i := slices.IndexFunc(a.list, func(g *aggregate) bool { return g.source == written }); i >= 0 {
		return i, nil
	}
	if len(a.list) >= maxAggregates {
		return 0, fmt.Errorf("the rule has more than %d aggregates", maxAggregates)
	}
	g, rest, err := newAggregate(function, arguments)
	if err != nil {
		return 0, err
	}
	g.source = written
	if g.of == flowsOf && a.scope == "flow" {
		return 0, fmt.Errorf("%s over flows belongs to a rule of scope capture", function)
	}
	if len(rest) > 0 {
		if g.condition, err = query.Condition(rest[0].String(), g.of.names(), nil); err != nil {
			return 0, inner(err)
		}
	}
	a.list = append(a.list, g)
	return len(a.list) - 1, nil
}

// newAggregate reads what is summed up, and of what; the condition, if any, is left.
func newAggregate(function string, arguments []ast.Node) (g *aggregate, rest []ast.Node, err error) {
	const over = "messages, flows, findings or pings"
	if len(arguments) == 0 {
		return nil, nil, fmt.Errorf("%s needs what it sums up: %s", function, over)
	}
	g = &aggregate{function: function}
	rest = arguments[1:]
	name, value := arguments[0].String(), ""
	if member, ok := arguments[0].(*ast.MemberNode); ok { // ping.rtt
		name = member.Node.String()
		if property, ok := member.Property.(*ast.StringNode); ok {
			value = property.Value
		}
	}
	of, known := collections[name]
	if !known {
		return nil, nil, fmt.Errorf("%s sums up %s, not %s", function, over, name)
	}
	g.of = of
	counts := function == "count" || function == "ratio" || function == "rate"
	switch {
	case counts && value != "":
		return nil, nil, fmt.Errorf("%s counts %s: it takes no value", function, name)
	case !counts && value == "" && len(rest) == 0:
		return nil, nil, fmt.Errorf("%s needs a value: %s(%s, VALUE)", function, function, name)
	case !counts && value == "":
		value, rest = rest[0].String(), rest[1:]
	}
	if function == "ratio" && len(rest) == 0 {
		return nil, nil, fmt.Errorf("ratio needs a condition: ratio(%s, CONDITION)", name)
	}
	if len(rest) > 1 {
		return nil, nil, fmt.Errorf("%s has too many arguments", function)
	}
	if !counts {
		if g.value, err = query.Compile(value, of.names(), nil); err != nil {
			return nil, nil, inner(err)
		}
	}
	return g, rest, nil
}

// containsSlot says whether an aggregate was replaced in one of the arguments.
func containsSlot(arguments []ast.Node) bool {
	found := false
	for _, a := range arguments {
		ast.Walk(&a, slotFinder{&found})
	}
	return found
}

type slotFinder struct{ found *bool }

func (f slotFinder) Visit(n *ast.Node) {
	id, ok := (*n).(*ast.IdentifierNode)
	*f.found = *f.found || ok && strings.HasPrefix(id.Value, "aggregate") && strings.HasSuffix(id.Value, "_")
}

// inner is an error of an argument, whose place within the whole is not known.
func inner(err error) error {
	if e, ok := err.(*query.Error); ok {
		return fmt.Errorf("%s", e.Message)
	}
	return err
}

func (a *aggregates) needs() (messages, payload bool) {
	for _, g := range a.list {
		messages = messages || g.of == messagesOf || g.of == pingsOf
		for _, p := range []*query.Program{g.value, g.condition} {
			payload = payload || g.of == messagesOf && p != nil && (p.Uses("text") || p.Uses("json"))
		}
	}
	return messages, payload
}

// sums are the aggregates of a rule in one run: for each open flow, or for the whole capture under 0.
type sums struct {
	*aggregates
	of map[int64][]sum
}

type sum struct {
	n, all     int64
	total      float64
	min, max   float64
	spread     stat.Spread
	unmeasured int64 // elements that have no such value
}

func (a *aggregates) begin() *sums { return &sums{a, map[int64][]sum{}} }

func (s *sums) wants(c collection) bool {
	return slices.ContainsFunc(s.list, func(g *aggregate) bool { return g.of == c })
}

func (s *sums) key(flow int64) int64 {
	if s.scope == "capture" {
		return 0
	}
	return flow
}

func (s *sums) add(c collection, flow int64, values func() query.Values) {
	if !s.wants(c) {
		return
	}
	list := s.of[s.key(flow)]
	if list == nil {
		list = make([]sum, len(s.list))
		s.of[s.key(flow)] = list
	}
	for i, g := range s.list {
		if g.of == c {
			list[i].add(g, values())
		}
	}
}

func (s *sum) add(g *aggregate, values query.Values) {
	s.all++
	if g.condition != nil {
		if ok, err := g.condition.True(values); err != nil || !ok {
			return
		}
	}
	if g.value == nil {
		s.n++
		return
	}
	out, err := g.value.Run(values)
	v, ok := number(out)
	if err != nil || !ok {
		s.unmeasured++
		return
	}
	if s.n == 0 || v < s.min {
		s.min = v
	}
	if s.n == 0 || v > s.max {
		s.max = v
	}
	s.n++
	s.total += v
	s.spread.Add(v)
}

func (s *sums) forget(flow int64) { delete(s.of, s.key(flow)) }

// with is the record's values and those of the aggregates.
func (s *sums) with(v *view) query.Values {
	values := v.names()
	if len(s.list) == 0 {
		return values
	}
	seconds := 0.0
	if v.Flow != nil {
		seconds = v.Flow.Duration.Float()
	} else if v.Summary != nil {
		seconds = v.Summary.Duration.Float()
	}
	list := s.of[0]
	if v.Flow != nil {
		list = s.of[s.key(v.Flow.Flow)]
	}
	if list == nil {
		list = make([]sum, len(s.list))
	}
	all := make(query.Values, len(values)+len(s.list))
	for name, value := range values {
		all[name] = value
	}
	for i, g := range s.list {
		all[slot(i)] = list[i].result(g.function, seconds)
	}
	return all
}

func (s *sum) result(function string, seconds float64) any {
	switch {
	case function == "count":
		return int(s.n)
	case function == "sum":
		return s.total
	case function == "ratio":
		return share(float64(s.n), float64(s.all))
	case function == "rate":
		return share(float64(s.n), seconds)
	case s.n == 0:
		return nil
	case function == "min":
		return s.min
	case function == "max":
		return s.max
	case function == "avg":
		return s.total / float64(s.n)
	case function == "p50":
		return s.spread.Quantile(0.5)
	case function == "p90":
		return s.spread.Quantile(0.9)
	}
	return s.spread.Quantile(0.99)
}

func share(a, of float64) float64 {
	if of == 0 {
		return 0
	}
	return a / of
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case int:
		return float64(x), true
	case float64:
		return x, !math.IsNaN(x) && !math.IsInf(x, 0)
	}
	return 0, false
}
