package rules

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of a rules file.
const (
	maxFile    = 256 << 10 // bytes
	maxNesting = 64        // of brackets, and of lists within lists on one line
	maxRules   = 500
)

// Error is what is wrong with a rules file, and where: line and column count from 1.
type Error struct {
	File         string
	Line, Column int
	Message      string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// node is a value in a rules file, with its place.
type node struct {
	file    *sourceFile
	line    int
	column  int
	value   any // nil, string, bool, int64, uint64, float64; of a scalar
	entries []entry
	items   []*node
	kind    nodeKind
	block   bool // a text in block style: its lines begin below
	folded  bool
	quoted  bool
}

type nodeKind uint8

const (
	scalarNode nodeKind = iota
	mapNode
	listNode
)

// entry is a key of a map and its value.
type entry struct {
	key   *node
	value *node
}

type sourceFile struct {
	name  string
	lines []string
}

func (n *node) fail(format string, args ...any) error {
	return &Error{n.file.name, n.line, n.column, fmt.Sprintf(format, args...)}
}

// parseFile reads YAML. Of YAML's many things only maps, lists and scalars are taken: a
// rules file needs no anchors, aliases, tags and merge keys.
func parseFile(name string, text []byte) (root *node, err error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // of editors that mark UTF-8 so
	file := &sourceFile{name, strings.Split(string(text), "\n")}
	top := &node{file: file, line: 1, column: 1}
	if len(text) > maxFile {
		return nil, top.fail("the file is larger than %d KiB", maxFile>>10)
	}
	if err := file.checkNesting(); err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil { // a parser of another's, fed with anything
			root, err = nil, top.fail("the file cannot be read as YAML")
		}
	}()
	parsed, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, file.syntaxError(err)
	}
	var docs []*ast.DocumentNode
	for _, d := range parsed.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			docs = append(docs, d)
		}
	}
	if len(docs) == 0 {
		return nil, top.fail("the file has no rules")
	}
	if len(docs) > 1 {
		second, err := file.node(docs[1].Body, 0)
		if err != nil {
			return nil, err
		}
		return nil, second.fail("a rules file is one YAML document; a second one begins here")
	}
	return file.node(docs[0].Body, 0)
}

// checkNesting keeps from the parser what would make it recurse without end.
func (f *sourceFile) checkNesting() error {
	depth := 0
	for i, line := range f.lines {
		lead := 0
		for j, c := range line {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(depth-1, 0)
			case '-', '?', ':':
				if strings.Trim(line[:j], " -?:") == "" {
					lead++
				}
			}
			if depth > maxNesting*16 || lead > maxNesting && strings.Trim(line, " -") != "" {
				return &Error{f.name, i + 1, j + 1, fmt.Sprintf("nested deeper than %d", maxNesting)}
			}
		}
	}
	return nil
}

func (f *sourceFile) syntaxError(err error) error {
	var y yaml.Error
	line, column, message := 1, 1, err.Error()
	if errors.As(err, &y) {
		message = y.GetMessage()
		if t := y.GetToken(); t != nil && t.Position != nil {
			line, column = max(t.Position.Line, 1), max(t.Position.Column, 1)
		}
	}
	message, _, _ = strings.Cut(message, "\n")
	return &Error{f.name, line, column, "no YAML: " + message}
}

func (f *sourceFile) at(t *token.Token) *node {
	n := &node{file: f, line: 1, column: 1}
	if t != nil && t.Position != nil {
		n.line, n.column = max(t.Position.Line, 1), max(t.Position.Column, 1)
	}
	return n
}

func (f *sourceFile) node(a ast.Node, depth int) (*node, error) {
	if a == nil {
		return f.at(nil), nil
	}
	n := f.at(a.GetToken())
	if depth > maxNesting {
		return nil, n.fail("nested deeper than %d", maxNesting)
	}
	switch a := a.(type) {
	case *ast.MappingNode:
		return f.mapping(n, a.Values, depth)
	case *ast.MappingValueNode:
		return f.mapping(n, []*ast.MappingValueNode{a}, depth)
	case *ast.SequenceNode:
		n.kind = listNode
		for _, v := range a.Values {
			item, err := f.node(v, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
		return n, nil
	case *ast.NullNode:
		return n, nil
	case *ast.StringNode:
		n.value = a.Value
		n.quoted = a.Token.Type == token.SingleQuoteType || a.Token.Type == token.DoubleQuoteType
		return n, nil
	case *ast.LiteralNode:
		n.value, n.block, n.folded = a.Value.Value, true, strings.HasPrefix(a.Start.Value, ">")
		return n, nil
	case *ast.IntegerNode:
		n.value = a.Value
		return n, nil
	case *ast.FloatNode:
		n.value = a.Value
		return n, nil
	case *ast.BoolNode:
		n.value = a.Value
		return n, nil
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return nil, n.fail("anchors, aliases and merge keys are not part of a rules file")
	case *ast.TagNode:
		return nil, n.fail("tags are not part of a rules file")
	}
	return nil, n.fail("a rules file holds no %s", strings.ToLower(a.Type().String()))
}

func (f *sourceFile) mapping(n *node, values []*ast.MappingValueNode, depth int) (*node, error) {
	n.kind = mapNode
	if len(values) > 0 {
		first := f.at(values[0].Key.GetToken())
		n.line, n.column = first.line, first.column
	}
	seen := map[string]bool{}
	for _, v := range values {
		key, err := f.node(v.Key, depth+1)
		if err != nil {
			return nil, err
		}
		if key.kind != scalarNode {
			return nil, key.fail("a key must be a word")
		}
		value, err := f.node(v.Value, depth+1)
		if err != nil {
			return nil, err
		}
		name := key.text()
		if seen[name] {
			return nil, key.fail("%s is here twice", name)
		}
		seen[name] = true
		n.entries = append(n.entries, entry{key, value})
	}
	return n, nil
}

// text is a scalar as it would be written.
func (n *node) text() string {
	if n.value == nil {
		return ""
	}
	return fmt.Sprint(n.value)
}

// plain is the node as a value of encoding/json's kinds, for schemas.
func (n *node) plain() any {
	switch n.kind {
	case mapNode:
		m := map[string]any{}
		for _, e := range n.entries {
			m[e.key.text()] = e.value.plain()
		}
		return m
	case listNode:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = item.plain()
		}
		return list
	}
	switch v := n.value.(type) {
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	}
	return n.value
}

// within is the place in the file of a place in the node's text, both counted from 1.
func (n *node) within(line, column int) (int, int) {
	switch {
	case n.block && !n.folded:
		at := n.line + line // the text begins on the line behind the |
		if at <= len(n.file.lines) {
			own := n.file.lines[n.line:at]
			for _, l := range own {
				if trimmed := strings.TrimLeft(l, " "); trimmed != "" {
					return at, len(l) - len(trimmed) + column // the indentation is that of the first line
				}
			}
		}
		return at, column
	case n.block || line > 1:
		return n.line, n.column
	case n.quoted:
		return n.line, n.column + column
	}
	return n.line, n.column + column - 1
}
