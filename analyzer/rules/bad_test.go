package rules

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// one is a rules file with one rule.
func one(rule string) string {
	return "rules:\n  - " + strings.ReplaceAll(rule, "\n", "\n    ") + "\n"
}

// badFiles are rules files that are wrong, where, and what is said of them.
var badFiles = []struct {
	name, text   string
	line, column int
	want         string
}{
	{"empty", "", 1, 1, "no rules"},
	{"only a comment", "# nothing\n", 1, 1, "no rules"},
	{"a text", "hello", 1, 1, "must be a map"},
	{"a list", "- no-errors\n", 1, 1, "must be a map"},
	{"an open quote", "rules:\n  - name: \"x\n", 2, 11, "no YAML"},
	{"an open bracket", "rules: [no-errors", 1, 8, "no YAML"},
	{"a tab", "rules:\n\t- no-errors\n", 2, 1, "no YAML"},
	{"bad indentation", "rules:\n  - name: a\n expect: b\n", 3, 2, "no YAML"},
	{"binary", "\x00\x01\x02rules", 1, 1, ""},
	{"an unknown key", "rulez: []\n", 1, 1, `no "rulez"; did you mean rules?`},
	{"a key twice", "version: 1\nrules: []\nversion: 1\n", 3, 1, "already defined"},
	{"a version to come", "version: 2\nrules: [no-errors]\n", 1, 10, "version must be 1"},
	{"rules that are no list", "rules: {use: no-errors}\n", 1, 9, "rules must be a list"},
	{"rules without a value", "rules:\n", 1, 1, "rules has no value"},
	{"a wrong severity to fail on", "fail-on: eror\nrules: [no-errors]\n", 1, 10, "did you mean error?"},
	{"an anchor", "rules: &a [no-errors]\n", 1, 8, "anchors"},
	{"a tag", "rules: [!!str no-errors]\n", 1, 9, "tags"},
	{"two documents", "rules: [no-errors]\n---\nrules: [no-errors]\n", 3, 1, "second one"},
	{"a rule that is a number", "rules: [7]\n", 1, 9, "a rule must be a map"},
	{"an unknown ready-made rule", "rules:\n  - use: no-eror\n", 2, 10, "did you mean no-errors?"},
	{"an unknown ready-made rule for short", "rules: [tea]\n", 1, 9, "wscope check --list"},
	{"an unknown key of a rule", one("name: a\nexpcet: flow.flow == 1"), 3, 5, `no "expcet"; did you mean expect?`},
	{"no name", one("expect: pickup == 'x'"), 2, 5, "needs a name"},
	{"no expectation", one("name: a"), 2, 5, "needs expect"},
	{"a name twice", "rules: [no-errors, no-errors]\n", 1, 20, "give one of them a name"},
	{"an unknown scope", one("name: a\nscope: flows\nexpect: pickup == 'x'"), 3, 12, "did you mean flow?"},
	{"an unknown severity", one("name: a\nseverity: fatal\nexpect: pickup == 'x'"), 3, 15, "severity must be one of"},
	{"an expectation that is a list", one("name: a\nexpect: [1]"), 3, 13, "expect must be an expression"},
	{"an unknown name", one("name: a\nexpect: pikup == 'x'"), 3, 13, "did you mean pickup?"},
	{"an unknown field", one("name: a\nexpect: pickup == 'x' and http.pth == 'y'"), 3, 36, "unknown field pth"},
	{"an unknown name in quotes", one("name: a\nexpect: \"pickup == 'x' and z == 1\""), 3, 32, "unknown name z"},
	{"an unknown name in a block", one("name: a\nexpect: |\n  pickup == 'x' and\n  y == 1"), 5, 7, "unknown name y"},
	{"half an expression", one("name: a\nexpect: pickup =="), 3, 21, "unexpected token EOF"},
	{"no condition", one("name: a\nexpect: duration + 1"), 3, 13, "is a number"},
	{"types that do not go together", one("name: a\nexpect: duration == 'long'"), 3, 22, "mismatched types"},
	{"a broken pattern", one("name: a\nexpect: pickup matches '(['"), 3, 28, "no regular expression"},
	{"a look-ahead", one("name: a\nexpect: pickup matches '(?=x)'"), 3, 28, "no regular expression"},
	{"a huge repetition", one("name: a\nexpect: pickup matches '(x{1000}){1000}'"), 3, 28, "no regular expression"},
	{"a long pattern", one("name: a\nexpect: pickup matches '" + strings.Repeat("x", 2000) + "'"), 3, 20, "longer than"},
	{"a long expression", one("name: a\nexpect: " + strings.Repeat("true and ", 2000) + "true"), 3, 13, "longer than"},
	{"a deep expression", one("name: a\nexpect: " + strings.Repeat("!", 4000) + "true"), 3, 13, ""},
	{"a range", one("name: a\nexpect: 'any(1..100000000, # == 3)'"), 3, 19, "ranges"},
	{"a loop in a loop", one("name: a\nexpect: any(via, any(via, true))"), 3, 31, "inside another"},
	{"an aggregate of one message", one("name: a\nscope: message\nexpect: count(messages) > 1"), 4, 13, "scope flow or capture"},
	{"an aggregate of nothing", one("name: a\nexpect: count() > 1"), 3, 13, "needs what it sums up"},
	{"an aggregate of something else", one("name: a\nexpect: p99(packets, 1) > 1"), 3, 13, "not packets"},
	{"an aggregate in another", one("name: a\nexpect: count(messages, count(messages) > 1) > 1"), 3, 13, "inside another"},
	{"an aggregate without a value", one("name: a\nexpect: p99(messages) > 1"), 3, 13, "needs a value"},
	{"an aggregate of an unknown name", one("name: a\nexpect: max(messages, lenght) > 1"), 3, 13, "did you mean length?"},
	{"an open template", one("name: a\nexpect: pickup == 'x'\nmessage: 'it is {{pickup'"), 4, 21, "does not close"},
	{"an unknown name in a template", one("name: a\nexpect: pickup == 'x'\nmessage: 'it is {{ pikup }}'"), 4, 24, "did you mean pickup?"},
	{"a parameter that is missing", "rules: [handshake-under]\n", 1, 9, "needs time"},
	{"a parameter too many", one("use: no-errors\nwith: {exept: [a]}"), 3, 12, "did you mean except?"},
	{"an unknown finding", one("use: no-errors\nwith: {except: [ping-unansweredd]}"), 3, 21, "did you mean ping-unanswered?"},
	{"no finding at all", one("use: no-warnings\nwith: {except: 7}"), 3, 20, "no finding is called"},
	{"a close code in words", one("use: no-abnormal-close\nwith: {codes: [1000, normal]}"), 3, 26, "no close code"},
	{"a close code that cannot be", one("use: no-abnormal-close\nwith: {codes: [99999999999999999999]}"), 3, 20, "no close code"},
	{"a parameter where there are none", one("use: compression-agreed\nwith: {a: 1}"), 3, 12, "nor anything else"},
	{"behind a byte order mark", "\ufeff" + one("use: no-eror"), 2, 10, "did you mean no-errors?"},
	{"aliases that grow", "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\nrules: [no-errors]\n", 1, 4, "anchors"},
	{"a merge key", "rules:\n  - <<: {use: no-errors}\n", 2, 5, "anchors"},
	{"a wrong duration", one("use: handshake-under\nwith: {time: soon}"), 3, 18, "must be a duration"},
	{"a wrong size", one("use: max-message\nwith: {size: -1}"), 3, 18, "must be a size"},
	{"a wrong percentile", one("use: latency-under\nwith: {request: type == 'text', answer: type == 'text', time: 1s, percentile: p95}"), 3, 83, "one of p50"},
	{"a wrong number", one("use: no-unanswered-ping\nwith: {in-flight: many}"), 3, 23, "must be a number"},
	{"an expectation of a ready-made rule", one("use: no-errors\nexpect: pickup == 'x'"), 3, 5, "does not go with use"},
	{"parameters of one's own rule", one("name: a\nexpect: pickup == 'x'\nwith: {a: 1}"), 4, 5, "belongs to use"},
	{"a wrong condition of a ready-made rule", one("use: no-errors\nwhere: pikup == 'x'"), 3, 12, "did you mean pickup?"},
	{"a wrong expression as a parameter", one("use: order\nwith:\n  first: json.a == 1\n  then: jsn.b == 1"), 5, 13, "did you mean json?"},
	{"no schema", one("use: payload-schema\nwith: {messages: json != nil}"), 2, 10, "needs one of schema and schema-file"},
	{"a schema that is none", one("use: payload-schema\nwith: {messages: json != nil, schema: {type: strange}}"), 3, 44, "no JSON Schema"},
	{"a schema from elsewhere", one("use: payload-schema\nwith: {messages: json != nil, schema: {$ref: 'https://example.com/x'}}"), 3, 44, "no JSON Schema"},
	{"a schema file that is absent", one("use: payload-schema\nwith: {messages: json != nil, schema-file: absent.json}"), 3, 48, "schema-file"},
	{"an ignore that ignores all", "ignore: ['*']\nrules: [no-errors]\n", 1, 10, "ignore everything"},
	{"deep nesting", "rules: " + strings.Repeat("[", 100000) + "\n", 1, 0, "nested deeper"},
	{"deep lists", "rules:\n" + strings.Repeat("- ", 50000) + "a\n", 2, 0, "nested deeper"},
	{"a huge file", "rules: [no-errors]\n# " + strings.Repeat("x", 1<<20), 1, 1, "larger than"},
	{"very many rules", "rules:\n" + strings.Repeat("  - no-errors\n", 600), 502, 5, "more than 500 rules"},
}

func TestBadFilesAreToldWithLineAndColumn(t *testing.T) {
	if len(badFiles) < 40 {
		t.Errorf("only %d kinds", len(badFiles))
	}
	for _, c := range badFiles {
		_, err := Load("wscope.yaml", []byte(c.text))
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if e.Line != c.line || c.column != 0 && e.Column != c.column || e.Column < 1 || !strings.Contains(e.Message, c.want) || strings.Contains(e.Error(), "\n") {
			t.Errorf("%s:\n got %.200s\nwant %d:%d … %s", c.name, e, c.line, c.column, c.want)
		}
	}
}

// TestEveryPrefixOfAFileIsReadOrTold cuts a good file everywhere.
func TestEveryPrefixOfAFileIsReadOrTold(t *testing.T) {
	text := "version: 1\nignore: [$.a]\nrules:\n  - no-errors\n  - name: b\n    expect: |\n      p99(ping.rtt) < 1 and\n      count(messages, type == 'text') > 1\n    message: \"{{duration}}\"\n"
	for i := range text {
		_, err := Load("wscope.yaml", []byte(text[:i]))
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%q: %v", text[:i], err)
		}
	}
}

// TestExpressionsCannotRunAway runs the dearest expressions there are over the largest
// message that they see.
func TestExpressionsCannotRunAway(t *testing.T) {
	items := "[" + strings.TrimSuffix(strings.Repeat("1,", 120000), ",") + "]"
	for _, expression := range []string{
		`all(json, # > 0)`, `text matches "(a|b|[^c])*(a|b|[^c])*(a|b|[^c])*d$"`, `lower(upper(text)) != text`,
		`any(json, string(#) matches "(x*)*y")`, strings.Repeat("text contains 'q' or ", 100) + "true",
	} {
		set, err := Load("wscope.yaml", []byte(fmt.Sprintf("rules:\n  - name: a\n    scope: message\n    expect: %q\n", expression)))
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		c := set.Checker()
		runMessages(c, items)
		if c.rules[0].result.Judged != 1 {
			t.Errorf("%s was not judged", expression)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, c := range badFiles {
		if len(c.text) < 4096 {
			f.Add(c.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Load("wscope.yaml", []byte(text))
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%q gives %v", text, err)
		}
	})
}
