package rules

import (
	_ "embed"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wscope/analyzer/behaviour"
	"wscope/analyzer/query"
	"wscope/analyzer/record"
)

// Schema is the JSON Schema of a rules file, with which editors complete it.
//
//go:embed schema.json
var Schema []byte

// Set is the rules of a file.
type Set struct {
	File   string
	Ignore behaviour.Ignore // what a comparison with a baseline leaves aside
	FailOn string           // severity from which a report is negative; "" where the file does not say
	Names  behaviour.Names  // paths, topics and kinds with identifiers in them
	kind   *query.Program   // says what kind a message is; nil where the file does not say
	rules  []*rule
}

// severities, the worst first.
var severities = []string{"error", "warning", "note"}

// LoadFile reads a rules file.
func LoadFile(path string) (*Set, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Mode()&(fs.ModeDevice|fs.ModeCharDevice|fs.ModeDir) != 0 || st.Size() > maxFile {
		return nil, fmt.Errorf("%s: no file of at most %d KiB", path, maxFile>>10)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Load(path, text)
}

// Load reads the text of a rules file. name is what errors call it, and where the schemas are
// that it names beside it. An error of type *Error says where in it what is wrong.
func Load(name string, text []byte) (*Set, error) {
	root, err := parseFile(name, text)
	if err != nil {
		return nil, err
	}
	f := root.fields("a rules file")
	if f.err != nil {
		return nil, f.err
	}
	s := &Set{File: name, FailOn: f.oneOf("fail-on", "", severities...)}
	if v := f.get("version"); v != nil && v.text() != "1" {
		f.fail(v.fail("version must be 1"))
	}
	entries, nodes := f.list("ignore")
	for i, e := range entries {
		if err := behaviour.CheckIgnore(e); err != nil {
			f.fail(nodes[i].fail("%v", err))
		}
	}
	s.Ignore = entries
	patterns, places := f.list("names")
	for i, p := range patterns {
		if err := behaviour.CheckName(p); err != nil {
			f.fail(places[i].fail("%v", err))
		}
	}
	s.Names = patterns
	if kind := f.expression("kind"); kind != nil && f.err == nil {
		var err error
		if s.kind, err = query.Compile(kind.text(), query.Message(), nil); err != nil {
			return nil, sourceOf(kind).fail(err, 0)
		}
	}
	list := f.get("rules")
	if err := f.done(); err != nil {
		return nil, err
	}
	switch {
	case list == nil && len(entries) == 0 && len(patterns) == 0 && s.kind == nil:
		return nil, root.fail("the file has no rules")
	case list == nil:
		return s, nil
	case list.kind != listNode:
		return nil, list.fail("rules must be a list")
	case len(list.items) > maxRules:
		return nil, list.items[maxRules].fail("more than %d rules", maxRules)
	}
	return s, s.add(list.items)
}

// KindOf is the function by which a behaviour.Watcher names kinds; nil where the file does not say.
func (s *Set) KindOf() func(*record.Message) string {
	if s.kind == nil {
		return nil
	}
	flow := query.OfFlow(&record.Flow{})
	return func(m *record.Message) string {
		v, err := s.kind.Run(query.OfMessage(m, flow, true))
		if err != nil || v == nil {
			return ""
		}
		return clean(keyText(v))
	}
}

// add compiles the rules of a list.
func (s *Set) add(items []*node) error {
	names := map[string]bool{}
	for _, item := range items {
		r, err := newRule(item, filepath.Dir(s.File))
		if err != nil {
			return err
		}
		if names[r.Name] {
			return r.nameNode.fail("two rules are called %q; give one of them a name of its own", r.Name)
		}
		names[r.Name] = true
		s.rules = append(s.rules, r)
	}
	return nil
}

// rule is an entry of a rules file: one check, or the several that a ready-made rule is.
type rule struct {
	Name, Severity, Doc string
	Line                int
	nameNode            *node
	checks              []check
	sealed              bool // it is about TLS connections that could not be opened, too
}

func newRule(item *node, dir string) (*rule, error) {
	if item.kind == scalarNode {
		if word, ok := item.value.(string); ok { // "- no-errors" for short
			return readyRule(item, item, &fields{node: &node{file: item.file, kind: mapNode, line: item.line, column: item.column}}, word, dir)
		}
	}
	f := item.fields("a rule")
	if f.err != nil {
		return nil, f.err
	}
	if use := f.get("use"); use != nil {
		return readyRule(item, use, f, use.text(), dir)
	}
	return ownRule(item, f)
}

// ownRule is one whose expectation its author wrote.
func ownRule(item *node, f *fields) (*rule, error) {
	name := f.get("name")
	r := &rule{Name: f.text("name"), Severity: f.oneOf("severity", "error", severities...), Line: item.line, nameNode: name}
	scope := f.oneOf("scope", "flow", "capture", "flow", "message")
	where, expect, message := f.expression("where"), f.expression("expect"), f.expression("message")
	f.known = append(f.known, "use", "with")
	for _, e := range item.entries {
		if e.key.text() == "with" {
			f.fail(e.key.fail("with belongs to use: it is for the parameters of a ready-made rule"))
		}
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	switch {
	case r.Name == "":
		return nil, item.fail("the rule needs a name")
	case !nameable(r.Name):
		return nil, name.fail("a name is at most 100 characters, on one line")
	case expect == nil:
		return nil, item.fail("the rule %s needs expect, or use for a ready-made rule", r.Name)
	}
	c, err := newExpectation(scope, sourceOf(where), sourceOf(expect), sourceOf(message))
	if err != nil {
		return nil, err
	}
	r.Doc = expect.text()
	r.checks = []check{c}
	r.sealed = strings.Contains(sourceOf(where).text+" "+r.Doc, "sealed.")
	return r, nil
}

func nameable(s string) bool {
	return len(s) <= 100 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// readyRule is a ready-made rule with its parameters.
func readyRule(item, use *node, f *fields, word, dir string) (*rule, error) {
	ready, ok := readyMade[word]
	if !ok {
		near := query.Nearest(word, slices.Sorted(maps.Keys(readyMade)))
		if near != "" {
			return nil, use.fail("no ready-made rule is called %q; did you mean %s?", word, near)
		}
		return nil, use.fail("no ready-made rule is called %q; wscope check --list tells of them", word)
	}
	r := &rule{Name: f.text("name"), Severity: f.oneOf("severity", ready.severity(), severities...), Doc: ready.Doc, Line: item.line, nameNode: f.get("name")}
	where, with := f.expression("where"), f.get("with")
	f.known = append(f.known, "scope", "expect", "message")
	for _, e := range f.node.entries {
		if name := e.key.text(); name == "scope" || name == "expect" || name == "message" {
			f.fail(e.key.fail("%s does not go with use: the ready-made rule %s has its own", name, word))
		}
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	if r.nameNode == nil {
		r.Name, r.nameNode = word, use
	} else if !nameable(r.Name) || r.Name == "" {
		return nil, r.nameNode.fail("a name is at most 100 characters, on one line")
	}
	p := &params{ready: ready, dir: dir, use: use, where: sourceOf(where)}
	if err := p.read(with); err != nil {
		return nil, err
	}
	var err error
	if r.checks, err = ready.build(p); err != nil {
		return nil, err
	}
	r.sealed = ready.sealed
	return r, nil
}

// source is an expression and where it stands.
type source struct {
	text string
	node *node // nil where a ready-made rule wrote it
}

func sourceOf(n *node) source {
	if n == nil {
		return source{}
	}
	return source{n.text(), n}
}

// fail places an error of query in the rules file.
func (s source) fail(err error, part int) error {
	e, ok := err.(*query.Error)
	if s.node == nil || !ok {
		return fmt.Errorf("%q: %w", s.text, err)
	}
	line, column := s.node.within(e.Line, e.Column+part)
	return &Error{s.node.file.name, line, column, e.Message}
}
