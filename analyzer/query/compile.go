package query

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// Limits of an expression.
const (
	MaxSource  = 8 << 10   // bytes of an expression
	MaxPattern = 1 << 10   // bytes of a regular expression
	MaxText    = 256 << 10 // bytes of a message whose text and json an expression sees
	maxNodes   = 1000      // of its syntax tree
	budget     = 1 << 20   // elements that it may make in one run
)

// functions are those of expr that neither read the clock nor make much of little.
var functions = []string{
	"all", "any", "none", "one", "find", "len", "lower", "upper", "trim", "trimPrefix", "trimSuffix", "hasPrefix", "hasSuffix",
	"indexOf", "abs", "ceil", "floor", "round", "int", "float", "string", "date", "duration", "keys", "first", "last",
}

// Error is what is wrong with an expression, and where: line and column count from 1.
type Error struct {
	Line, Column int
	Message      string
}

func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// Program is a compiled expression. It may be used by one goroutine at a time.
type Program struct {
	source  string
	program *vm.Program
	vm      vm.VM
	uses    map[string]bool
}

// Compile compiles an expression over names. patch, if not nil, sees each node of its
// syntax tree, children first, and may replace it or return an error.
func Compile(source string, names Names, patch func(*ast.Node) error) (*Program, error) {
	if strings.TrimSpace(source) == "" {
		return nil, &Error{1, 1, "the expression is empty"}
	}
	if len(source) > MaxSource {
		return nil, &Error{1, 1, fmt.Sprintf("the expression is longer than %d bytes", MaxSource)}
	}
	check := &checker{patch: patch, uses: map[string]bool{}}
	options := []expr.Option{
		expr.Env(types.Map(names)), expr.MaxNodes(maxNodes), expr.Patch(check), expr.DisableAllBuiltins(),
	}
	for _, name := range functions {
		if _, taken := names[name]; !taken {
			options = append(options, expr.EnableBuiltin(name))
		}
	}
	program, err := expr.Compile(source, options...)
	if check.err != nil { // tells more than what the compiler made of the tree
		return nil, check.place(source)
	}
	if err != nil {
		return nil, located(err, names)
	}
	return &Program{source: source, program: program, vm: vm.VM{MemoryBudget: budget}, uses: check.uses}, nil
}

// located takes line and column out of the compiler's error, and suggests a name.
func located(err error, names Names) error {
	var e *file.Error
	if !errors.As(err, &e) {
		return &Error{1, 1, firstLine(err.Error())}
	}
	message := firstLine(e.Message)
	if name, ok := strings.CutPrefix(message, "unknown name "); ok {
		message += names.suggest(name)
		if name == "fromJSON" {
			message += "; a message's JSON is json, as in json.kind == \"hello\""
		}
	}
	return &Error{max(e.Line, 1), e.Column + 1, message}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}

// Uses reports whether the expression has the name in it.
func (p *Program) Uses(name string) bool { return p.uses[name] }

// String is the expression as written.
func (p *Program) String() string { return p.source }

// Run evaluates the expression.
func (p *Program) Run(values Values) (any, error) {
	out, err := p.vm.Run(p.program, map[string]any(values))
	if err != nil {
		return nil, errors.New(runtimeMessage(err))
	}
	return out, nil
}

// runtimeMessage is the reason alone, in the words of the field.
func runtimeMessage(err error) string {
	message := err.Error()
	var e *file.Error
	if errors.As(err, &e) {
		message = e.Message
	}
	message = firstLine(message)
	if strings.Contains(message, "<nil>") || strings.Contains(message, "nil") {
		return "it compares a value that this record does not have (" + message + ")"
	}
	return message
}

// True evaluates a condition. What is neither true nor false is an error.
func (p *Program) True(values Values) (bool, error) {
	out, err := p.Run(values)
	if err != nil {
		return false, err
	}
	b, ok := out.(bool)
	if !ok {
		return false, fmt.Errorf("it gives %v, which is neither true nor false", out)
	}
	return b, nil
}

// Condition compiles an expression that must be true or false.
func Condition(source string, names Names, patch func(*ast.Node) error) (*Program, error) {
	p, err := Compile(source, names, patch)
	if err != nil {
		return nil, err
	}
	if t := p.program.Node().Type(); t != nil && t.Kind().String() != "bool" && t.Kind().String() != "interface" {
		return nil, &Error{1, 1, fmt.Sprintf("the expression must be true or false, but is %s", kindName(t.Kind().String()))}
	}
	return p, nil
}

func kindName(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "float"), strings.HasPrefix(kind, "uint"):
		return "a number"
	case kind == "string":
		return "a text"
	case kind == "slice":
		return "a list"
	}
	return "an object"
}
