package filter

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"

	"wscope/analyzer/query"
	"wscope/analyzer/record"
)

// duration is one as people write it; quoted texts are matched first, so none is found inside.
var duration = regexp.MustCompile(`"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|` + "`[^`]*`" + `|[A-Za-z_][\w.]*|\b(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+\b`)

// withDurations writes durations such as 2s or 1m30s as the seconds that records have.
func withDurations(source string) string {
	return duration.ReplaceAllStringFunc(source, func(word string) string {
		if word[0] < '0' || word[0] > '9' {
			return word
		}
		d, err := time.ParseDuration(word)
		if err != nil {
			return word
		}
		text := strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
		return text + strings.Repeat(" ", max(len(word)-len(text), 0)) // so that columns stay what they are
	})
}

// compare makes times and durations of the texts that names of such values are compared with.
func (f *folder) compare(n *ast.BinaryNode) error {
	switch n.Operator {
	case "==", "!=", "<", "<=", ">", ">=":
	default:
		return nil
	}
	for _, side := range [2][2]*ast.Node{{&n.Left, &n.Right}, {&n.Right, &n.Left}} {
		id, ok := (*side[0]).(*ast.IdentifierNode)
		text, isText := (*side[1]).(*ast.StringNode)
		if !ok || !isText {
			continue
		}
		of := f.names[id.Value]
		if len(of.way) == 0 {
			continue
		}
		switch of.way[len(of.way)-1].Kind {
		case record.Moment:
			t, err := time.Parse(time.RFC3339Nano, text.Value)
			if err != nil {
				return fmt.Errorf("%s is a time: compare it with one like \"2026-11-30T10:00:00Z\"", id.Value)
			}
			ast.Patch(side[1], &ast.ConstantNode{Value: t.UTC()})
		case record.Span:
			d, err := time.ParseDuration(text.Value)
			if err != nil {
				return fmt.Errorf("%s is a duration: compare it with one like 2s", id.Value)
			}
			ast.Patch(side[1], &ast.FloatNode{Value: d.Seconds()})
		case record.Text:
			f.doubt(id.Value, n.Operator, text.Value)
		}
	}
	return nil
}

// values are all that some texts of the contract can be.
var values = map[string][]string{
	"message.type": {"text", "binary", "ping", "pong", "close", "unknown", "stream", "datagram"},
	"message.from": {"client", "server"}, "frame.from": {"client", "server"},
	"flow.pickup":           {"handshake", "midstream", "rejected", "encrypted"},
	"flow.close.by":         {"client", "server", "both", "middlebox"},
	"flow.close.how":        {"handshake", "half", "fin", "rst", "none", "capsule"},
	"flow.handshake.result": {"accepted", "rejected", "invalid", "unanswered"},
}

// doubt notes a comparison that is never true (or, with !=, always).
func (f *folder) doubt(name, operator, value string) {
	list := values[name]
	if list == nil || value == "" || operator != "==" && operator != "!=" {
		return
	}
	for _, v := range list {
		if v == value {
			return
		}
	}
	what := "is never"
	if operator == "!=" {
		what = "is always other than"
	}
	text := fmt.Sprintf("%s %s %q: it is one of %s", name, what, value, strings.Join(list, ", "))
	if near := query.Nearest(value, list); near != "" {
		text += "; did you mean " + near + "?"
	}
	f.doubts = append(f.doubts, text)
}
