package rules

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"wscope/analyzer/query"
)

// fields reads a map's entries by name, and complains about those that nobody asked for.
type fields struct {
	node  *node
	what  string // a map is for, as messages call it
	known []string
	err   error
}

func (n *node) fields(what string) *fields {
	f := &fields{node: n, what: what}
	if n.kind != mapNode {
		f.err = n.fail("%s must be a map of names and values", what)
	}
	return f
}

// get is the value of a name; nil where it is absent or empty.
func (f *fields) get(name string) *node {
	f.known = append(f.known, name)
	if f.node.kind != mapNode {
		return nil
	}
	for _, e := range f.node.entries {
		if e.key.text() == name {
			if e.value.kind == scalarNode && e.value.value == nil {
				f.fail(e.key.fail("%s has no value", name))
				return nil
			}
			return e.value
		}
	}
	return nil
}

func (f *fields) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// done gives the first complaint: about a value, or about a name that is none.
func (f *fields) done() error {
	if f.err != nil {
		return f.err
	}
	for _, e := range f.node.entries {
		name := e.key.text()
		known := false
		for _, k := range f.known {
			known = known || k == name
		}
		if !known {
			if near := query.Nearest(name, f.known); near != "" {
				return e.key.fail("%s has no %q; did you mean %s?", f.what, name, near)
			}
			if len(f.known) == 0 {
				return e.key.fail("%s has no %q, nor anything else", f.what, name)
			}
			return e.key.fail("%s has no %q; it has %s", f.what, name, strings.Join(f.known, ", "))
		}
	}
	return nil
}

// expression is a name's value that will be compiled: a scalar.
func (f *fields) expression(name string) *node {
	n := f.get(name)
	if n != nil && n.kind != scalarNode {
		f.fail(n.fail("%s must be an expression", name))
	}
	return n
}

// text is a name's value as a text; "" where it is absent.
func (f *fields) text(name string) string {
	n := f.get(name)
	if n == nil {
		return ""
	}
	s, ok := n.value.(string)
	if !ok {
		f.fail(n.fail("%s must be a text", name))
	}
	return s
}

// oneOf is a name's value, which must be one of some words; standard where it is absent.
func (f *fields) oneOf(name, standard string, words ...string) string {
	n := f.get(name)
	if n == nil {
		return standard
	}
	for _, w := range words {
		if n.text() == w {
			return w
		}
	}
	hint := ""
	if near := query.Nearest(n.text(), words); near != "" {
		hint = "; did you mean " + near + "?"
	}
	f.fail(n.fail("%s must be one of %s%s", name, strings.Join(words, ", "), hint))
	return standard
}

// list is a name's value as texts; a single one stands for a list of one.
func (f *fields) list(name string) (texts []string, nodes []*node) {
	n := f.get(name)
	if n == nil {
		return nil, nil
	}
	items := n.items
	if n.kind == scalarNode {
		items = []*node{n}
	} else if n.kind == mapNode {
		f.fail(n.fail("%s must be a list", name))
	}
	for _, item := range items {
		if item.kind != scalarNode || item.value == nil {
			f.fail(item.fail("an entry of %s must be a word or number", name))
			continue
		}
		texts, nodes = append(texts, item.text()), append(nodes, item)
	}
	return texts, nodes
}

// number reads a count.
func (n *node) number(name string) (float64, error) {
	v, ok := n.plain().(float64)
	if !ok || v < 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, n.fail("%s must be a number that is not negative", name)
	}
	return v, nil
}

// duration reads seconds, or a text such as 250ms.
func (n *node) duration(name string) (float64, error) {
	if v, ok := n.plain().(float64); ok && v >= 0 && v < 1e9 {
		return v, nil
	}
	d, err := time.ParseDuration(n.text())
	if err != nil || d < 0 || n.kind != scalarNode {
		return 0, n.fail("%s must be a duration, such as 250ms or 2s", name)
	}
	return d.Seconds(), nil
}

// size reads bytes, or a text such as 64KiB.
func (n *node) size(name string) (float64, error) {
	if v, ok := n.plain().(float64); ok && v >= 0 && v < 1e18 {
		return v, nil
	}
	v, err := parseSize(n.text())
	if err != nil || n.kind != scalarNode {
		return 0, n.fail("%s must be a size in bytes, such as 65536 or 64KiB", name)
	}
	return v, nil
}

func parseSize(s string) (float64, error) {
	for _, unit := range []struct {
		name  string
		bytes float64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}} {
		if digits, ok := strings.CutSuffix(s, unit.name); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
			if err != nil || !(v >= 0 && v < 1e9) {
				return 0, errors.New("no size")
			}
			return v * unit.bytes, nil
		}
	}
	return 0, errors.New("no unit")
}
