package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"wscope/analyzer/query"
	"wscope/analyzer/record"
)

// Ready is a ready-made rule.
type Ready struct {
	Name       string
	Doc        string // what it demands, in one sentence
	Severity   string // unless the rules file says otherwise; "" is error
	Parameters []Parameter
	sealed     bool // it is about TLS connections that could not be opened, too
	build      func(p *params) ([]check, error)
}

// Parameter is what a ready-made rule is told under "with".
type Parameter struct {
	Name     string
	Kind     string // list, number, duration, size, percentile, text, expression (over a message), schema
	Doc      string
	Standard string // its value where it is not given; "" where it must be, or may be absent
	Required bool
	wrong    func(entry string) string // what is wrong with an entry of a list; "" where nothing is
}

func (r *Ready) severity() string {
	if r.Severity == "" {
		return "error"
	}
	return r.Severity
}

// ReadyMade are the ready-made rules, by name.
func ReadyMade() []*Ready {
	list := make([]*Ready, 0, len(readyMade))
	for _, name := range slices.Sorted(maps.Keys(readyMade)) {
		list = append(list, readyMade[name])
	}
	return list
}

// readyMade is filled from readyList and sealedRules.
var readyMade = map[string]*Ready{}

func init() {
	for _, list := range [][]Ready{readyList, sealedRules} {
		for i := range list {
			readyMade[list[i].Name] = &list[i]
		}
	}
}

// params are a ready-made rule's parameters as given.
type params struct {
	ready  *Ready
	dir    string // of the rules file
	use    *node
	where  source // of the flow
	nodes  map[string]*node
	lists  map[string][]string
	values map[string]float64
	texts  map[string]string
}

func (p *params) read(with *node) error {
	p.nodes, p.lists, p.values, p.texts = map[string]*node{}, map[string][]string{}, map[string]float64{}, map[string]string{}
	f := &fields{node: &node{file: p.use.file, kind: mapNode, line: p.use.line, column: p.use.column}}
	if with != nil {
		if f = with.fields("with of " + p.ready.Name); f.err != nil {
			return f.err
		}
	}
	for _, q := range p.ready.Parameters {
		n := f.get(q.Name)
		if n == nil && f.err == nil && q.Required {
			return p.use.fail("%s needs %s: %s", p.ready.Name, q.Name, q.Doc)
		}
		if n == nil && q.Standard == "" {
			continue
		}
		if n == nil {
			n = &node{file: p.use.file, line: p.use.line, column: p.use.column, value: q.Standard}
			if v, err := strconv.ParseFloat(q.Standard, 64); err == nil {
				n.value = v
			}
		} else {
			p.nodes[q.Name] = n
		}
		if err := p.take(&q, n, f); err != nil {
			return err
		}
	}
	if err := f.done(); err != nil {
		return err
	}
	return nil
}

// take reads one parameter's value.
func (p *params) take(q *Parameter, n *node, f *fields) (err error) {
	switch q.Kind {
	case "list":
		if n.kind == listNode || n.kind == scalarNode && p.nodes[q.Name] != nil {
			texts, nodes := f.list(q.Name)
			p.lists[q.Name] = texts
			for i := 0; q.wrong != nil && i < len(texts); i++ {
				if why := q.wrong(texts[i]); why != "" {
					return nodes[i].fail("%s", why)
				}
			}
		} else if n.kind == mapNode {
			return n.fail("%s must be a list", q.Name)
		} else {
			p.lists[q.Name] = strings.Fields(q.Standard)
		}
	case "number":
		p.values[q.Name], err = n.number(q.Name)
	case "duration":
		p.values[q.Name], err = n.duration(q.Name)
	case "size":
		p.values[q.Name], err = n.size(q.Name)
	case "percentile":
		v, known := percentiles[n.text()]
		if !known || n.kind != scalarNode {
			return n.fail("%s must be one of p50, p90, p99, max", q.Name)
		}
		p.values[q.Name] = v
	case "text", "expression":
		s, ok := n.value.(string)
		if !ok || s == "" {
			return n.fail("%s must be a text", q.Name)
		}
		p.texts[q.Name] = s
	}
	return err
}

// expect makes a check by expressions of a ready-made rule; the rule's own where is added to its condition.
func (p *params) expect(scope, where, expect, message string) ([]check, error) {
	w := source{text: where}
	if p.where.text != "" {
		if scope == "capture" {
			return nil, p.where.node.fail("where does not go with %s, which is about the whole capture", p.ready.Name)
		}
		if _, err := query.Condition(p.where.text, namesOf(scope), nil); err != nil {
			return nil, p.where.fail(err, 0)
		}
		w.text = "(" + p.where.text + ")"
		if where != "" {
			w.text += " and (" + where + ")"
		}
	}
	c, err := newExpectation(scope, w, source{text: expect}, source{text: message})
	if err != nil {
		return nil, fmt.Errorf("the ready-made rule %s: %w", p.ready.Name, err)
	}
	return []check{c}, nil
}

// program compiles a parameter that is an expression over a message; nil where it is absent.
func (p *params) program(name string, condition bool) (*query.Program, error) {
	text := p.texts[name]
	if text == "" {
		return nil, nil
	}
	compile := query.Compile
	if condition {
		compile = query.Condition
	}
	program, err := compile(text, query.Message(), nil)
	if err != nil {
		return nil, source{text, p.nodes[name]}.fail(err, 0)
	}
	return program, nil
}

// pairs makes a check of two messages that belong together.
func (p *params) pairs(first, then string, c pairs) ([]check, error) {
	var err error
	if c.first, err = p.program(first, true); err != nil {
		return nil, err
	}
	if c.then, err = p.program(then, true); err != nil {
		return nil, err
	}
	if c.key, err = p.program("key", false); err != nil {
		return nil, err
	}
	if p.where.text != "" {
		if c.where, err = query.Condition(p.where.text, query.Flow(), nil); err != nil {
			return nil, p.where.fail(err, 0)
		}
	}
	return []check{&c}, nil
}

// percentiles are the quantiles that a rule may be about; of max each value is told by itself.
var percentiles = map[string]float64{"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 0}

func percentName(quantile float64) string {
	for name, q := range percentiles {
		if q == quantile {
			return name
		}
	}
	return "max"
}

// words is a list for an expression.
func words(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = strconv.Quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// wrongFinding says what is wrong with the name of a finding.
func wrongFinding(name string) string {
	var all []string
	for _, r := range record.Rules() {
		if r.ID == name {
			return ""
		}
		all = append(all, r.ID)
	}
	if near := query.Nearest(name, all); near != "" {
		return fmt.Sprintf("no finding is called %q; did you mean %s?", name, near)
	}
	return fmt.Sprintf("no finding is called %q", name)
}

// wrongCode says what is wrong with a close code, RFC 6455 §7.4.
func wrongCode(code string) string {
	if n, err := strconv.Atoi(code); err != nil || n < 0 || n > 65535 { // a peer may send any: see close-code-out-of-range
		return fmt.Sprintf("%q is no close code: these are numbers up to 65535", code)
	}
	return ""
}
