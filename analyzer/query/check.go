package query

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

// checker looks through an expression's tree for what could run away, and notes the
// names that it uses.
type checker struct {
	patch func(*ast.Node) error
	uses  map[string]bool
	err   error
	at    file.Location
}

// Visit is called for each node, children first.
func (c *checker) Visit(node *ast.Node) {
	if c.err != nil {
		return
	}
	c.at = (*node).Location()
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		c.uses[n.Value] = true
	case *ast.BinaryNode:
		c.binary(n)
	case *ast.BuiltinNode:
		if !slices.Contains(functions, n.Name) {
			c.fail("%s is not part of this language", n.Name)
			return
		}
		for _, arg := range n.Arguments {
			if p, ok := arg.(*ast.PredicateNode); ok {
				c.predicate(p)
			}
		}
	case *ast.VariableDeclaratorNode:
		c.fail("let is not part of this language")
	}
	if c.err == nil && c.patch != nil {
		at := c.at
		if err := c.patch(node); err != nil {
			c.err, c.at = err, at
		}
	}
}

func (c *checker) fail(format string, args ...any) { c.err = fmt.Errorf(format, args...) }

// binary refuses ranges and patterns that are not known beforehand.
func (c *checker) binary(n *ast.BinaryNode) {
	switch n.Operator {
	case "..":
		c.fail("ranges (..) are not part of this language")
	case "matches":
		pattern, ok := n.Right.(*ast.StringNode)
		if !ok {
			c.fail("the pattern of matches must be written out")
			return
		}
		if len(pattern.Value) > MaxPattern {
			c.fail("the pattern is longer than %d bytes", MaxPattern)
			return
		}
		if _, err := regexp.Compile(pattern.Value); err != nil {
			c.at = n.Right.Location()
			c.fail("the pattern is no regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
	}
}

// predicate refuses loops in loops, and those that go through a whole message at each step.
func (c *checker) predicate(p *ast.PredicateNode) {
	inside := p.Node
	ast.Walk(&inside, visitor(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.PredicateNode:
			c.at = n.Location()
			c.fail("one loop over a list inside another is not part of this language")
		case *ast.IdentifierNode:
			if n.Value == "text" || n.Value == "json" {
				c.at = n.Location()
				c.fail("%s cannot be used inside a loop over a list", n.Value)
			}
		}
	}))
}

type visitor func(ast.Node)

func (v visitor) Visit(n *ast.Node) { v(*n) }

// place is the error with line and column.
func (c *checker) place(source string) error {
	e := (&file.Error{Location: c.at}).Bind(file.NewSource(source))
	return &Error{max(e.Line, 1), e.Column + 1, c.err.Error()}
}
