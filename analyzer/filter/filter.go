// Package filter chooses records by an expression over the contract's names, such as
//
//	flow.http.host == "x" && message.type == "text" && message.json.op == "subscribe"
//
// The language is that of package query. Names are those of the JSON records behind flow.,
// message. or frame., and what a record lacks is the zero value of its type (an absent
// object is nil), so that no comparison fails for it. message.json is the payload's JSON, parsed only
// where an expression mentions it; of what is no JSON every member is nil. A record for
// which an expression still cannot be evaluated (a number compared with a text out of JSON) is
// not chosen.
//
// Start reading at Compile; names.go has the names and what they stand for.
package filter

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"wscope/analyzer/query"
	"wscope/analyzer/record"
)

// Kind is what is chosen.
type Kind uint8

// What an expression can choose.
const (
	Flows    Kind = iota // finished flows: over flow.
	Messages             // over flow., as far as its handshake says, and message.
	Frames               // the same with frame.
)

// Filter is a compiled expression.
type Filter struct {
	kind   Kind
	source string
	uses   []string
	doubts []string
	early  []string // conditions, joined by &&, that a handshake decides
}

// Compile checks an expression against the names that a kind of records has. Errors are
// *query.Error, with line and column.
func Compile(source string, kind Kind) (*Filter, error) {
	source = withDurations(source)
	f := &Filter{kind: kind, source: source}
	p, err := f.program(source)
	if err != nil {
		return nil, err
	}
	f.uses, f.doubts = p.uses, p.doubts
	for _, part := range conditions(source) {
		early := &Filter{kind: Messages}
		if p, err := early.program(part); err == nil && len(p.uses) > 0 && !slices.ContainsFunc(p.uses, notFlow) {
			f.early = append(f.early, part)
		}
	}
	return f, nil
}

// Doubts are what of the expression is never true, whatever the record.
func (f *Filter) Doubts() []string { return f.doubts }

func notFlow(name string) bool { return !strings.HasPrefix(name, "flow.") }

// conditions splits an expression at its outermost &&.
func conditions(source string) []string {
	tree, err := parser.Parse(source)
	if err != nil {
		return nil
	}
	var parts []string
	var split func(n ast.Node)
	split = func(n ast.Node) {
		if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "&&" || b.Operator == "and") {
			split(b.Left)
			split(b.Right)
			return
		}
		parts = append(parts, n.String())
	}
	split(tree.Node)
	return parts
}

// Payload reports whether the expression looks into payloads.
func (f *Filter) Payload() bool {
	return slices.Contains(f.uses, "message.text") || slices.Contains(f.uses, "message.json") || slices.Contains(f.uses, "frame.payload_text")
}

// Select gives a function for analyzer.Options.Select, or nil where the handshake alone
// decides nothing.
func (f *Filter) Select() func() func(*record.Flow) bool {
	if len(f.early) == 0 {
		return nil
	}
	return func() func(*record.Flow) bool {
		early := &Filter{kind: Messages}
		p, err := early.program(strings.Join(f.early, " && "))
		if err != nil {
			return func(*record.Flow) bool { return true }
		}
		return func(r *record.Flow) bool { return p.true(records{flow: r}) }
	}
}

// Flow gives a function that says whether a finished flow is chosen. It, and those of
// Message and Frame, are used by one goroutine at a time.
func (f *Filter) Flow() func(*record.Flow) bool {
	p := f.compileAgain()
	return func(r *record.Flow) bool { return p.true(records{flow: r}) }
}

// Message gives a function for analyzer.Options.KeepMessage.
func (f *Filter) Message() func(*record.Flow, *record.Message) bool {
	p := f.compileAgain()
	return func(r *record.Flow, m *record.Message) bool { return p.true(records{flow: r, message: m}) }
}

// Frame gives a function for analyzer.Options.KeepFrame.
func (f *Filter) Frame() func(*record.Flow, *record.Frame) bool {
	p := f.compileAgain()
	return func(r *record.Flow, fr *record.Frame) bool { return p.true(records{flow: r, frame: fr}) }
}

func (f *Filter) compileAgain() *program {
	p, err := f.program(f.source)
	if err != nil {
		panic("filter: an expression that compiled once: " + err.Error())
	}
	return p
}

// program is an expression compiled for one goroutine.
type program struct {
	*query.Program
	uses   []string
	doubts []string
	values query.Values
}

func (f *Filter) program(source string) (*program, error) {
	names := namesOf(f.kind)
	fold := &folder{kind: f.kind, names: names, uses: map[string]int{}}
	types := query.Names{}
	for path, n := range names {
		types[path] = n.typ
	}
	p, err := query.Condition(source, types, fold.node)
	if err != nil {
		var e *query.Error
		if errors.As(err, &e) && strings.HasPrefix(e.Message, "unknown name ") {
			err = fold.unknown(e)
		}
		return nil, err
	}
	maps.DeleteFunc(fold.uses, func(_ string, n int) bool { return n <= 0 })
	return &program{Program: p, uses: slices.Sorted(maps.Keys(fold.uses)), doubts: fold.doubts, values: query.Values{}}, nil
}

// true reports whether the records are chosen.
func (p *program) true(r records) bool {
	for _, path := range p.uses {
		p.values[path] = r.value(path)
	}
	ok, err := p.Program.True(p.values)
	return ok && err == nil
}

// folder makes one name of each chain of members: flow.http.host, and of members beyond
// (those of message.json) chains that end in nil.
type folder struct {
	kind  Kind
	names map[string]name
	uses  map[string]int

	doubts []string
}

func (f *folder) node(node *ast.Node) error {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if path := f.plain(n.Value); path != "" {
			f.uses[path]++
			ast.Patch(node, &ast.IdentifierNode{Value: path})
			return nil
		}
		f.uses[n.Value]++
	case *ast.BinaryNode:
		return f.compare(n)
	case *ast.MemberNode:
		base, _ := n.Node.(*ast.IdentifierNode)
		if base == nil || !f.object(base.Value) {
			n.Optional = true
			ast.Patch(node, &ast.ChainNode{Node: n})
			return nil
		}
		prop, ok := n.Property.(*ast.StringNode)
		if !ok {
			return fmt.Errorf("members of %s are named, not computed", base.Value)
		}
		path := base.Value + "." + prop.Value
		if err := f.known(path); err != nil {
			return err
		}
		f.uses[base.Value]--
		f.uses[path]++
		ast.Patch(node, &ast.IdentifierNode{Value: path})
	}
	return nil
}

// plain is the whole name that a name without flow., message. or frame. stands for; "" where it is none.
func (f *folder) plain(word string) string {
	if _, known := f.names[word]; known || word == "flow" || word == "message" || word == "frame" {
		return ""
	}
	for _, root := range map[Kind][]string{Flows: {"flow."}, Messages: {"message.", "flow."}, Frames: {"frame.", "flow."}}[f.kind] {
		if _, ok := f.names[root+word]; ok {
			return root + word
		}
	}
	return ""
}

// object reports whether members of the name are names of the contract.
func (f *folder) object(path string) bool {
	return path == "flow" || path == "message" || path == "frame" || f.names[path].object
}

func (f *folder) known(path string) error {
	if _, ok := f.names[path]; ok {
		return nil
	}
	root, _, _ := strings.Cut(path, ".")
	switch {
	case root == "message" && f.kind != Messages || root == "frame" && f.kind != Frames:
		return fmt.Errorf("%s: %s", path, map[Kind]string{
			Flows: "flows are chosen by flow. alone", Messages: "messages are chosen by flow. and message.", Frames: "frames are chosen by flow. and frame.",
		}[f.kind])
	case f.kind != Flows && (path == "flow.flow" || path == "message.flow" || path == "frame.flow"):
		return fmt.Errorf("%s is not known here: give --flow N", path)
	}
	if _, ok := namesOf(Flows)[path]; ok {
		return fmt.Errorf("%s is known only when the flow has ended: choose flows by it (wscope flows), then give --flow N", path)
	}
	near := query.Nearest(path, slices.Sorted(maps.Keys(f.names)))
	if near != "" {
		near = "; did you mean " + near + "?"
	}
	return fmt.Errorf("unknown name %s%s", path, near)
}

// unknown tells more of a name that is none of the contract's.
func (f *folder) unknown(e *query.Error) error {
	wrong, _, _ := strings.Cut(strings.TrimPrefix(e.Message, "unknown name "), ";")
	message := e.Message
	switch {
	case f.object(wrong):
		message = wrong + " is an object: name one of its members, such as " + wrong + "." + map[string]string{"flow": "http.host", "message": "type", "frame": "opcode"}[wrong]
	case f.kind == Flows && namesOf(Messages)["message."+wrong].typ != nil:
		message = "unknown name " + wrong + "; message." + wrong + " is of messages: wscope messages chooses by it"
	default:
		var plain []string
		for path := range f.names {
			_, name, _ := strings.Cut(path, ".")
			plain = append(plain, name)
		}
		slices.Sort(plain)
		if near := query.Nearest(wrong, plain); near != "" {
			message = "unknown name " + wrong + "; did you mean " + near + "?"
		}
	}
	return &query.Error{Line: e.Line, Column: e.Column, Message: message}
}
