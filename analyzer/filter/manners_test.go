package filter

import (
	"slices"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// TestPlainNamesTimesAndDurations holds that people may write names without their root, times as texts, and durations.
func TestPlainNamesTimesAndDurations(t *testing.T) {
	for expr, want := range map[string]bool{
		`close.code == 1000`:                              true,
		`http.host == "x" && duration > 2s`:               true,
		`duration > 2.4s and duration < 2600ms`:           true,
		`flow.duration > "2s"`:                            true,
		`start > "2001-01-01T00:00:00Z"`:                  true,
		`start > "2026-11-30T10:00:00Z"`:                  false,
		`http.path startsWith "/a" and http.host != "2s"`: true,
	} {
		f, err := Compile(expr, Flows)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
		} else if got := f.Flow()(sample); got != want {
			t.Errorf("%s: %v", expr, got)
		}
	}
	f, err := Compile(`type == "text" && from == "client" && length > 3`, Messages)
	if err != nil || !f.Message()(sample, &record.Message{Type: "text", From: "client", Length: 4}) {
		t.Error(err)
	}
	for expr, says := range map[string]string{
		`start > "noon"`:    "is a time",
		`duration > "long"`: "is a duration",
		`durtion > 2s`:      "did you mean duration?",
	} {
		if _, err := Compile(expr, Flows); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", expr, err)
		}
	}
	if f, err := Compile(`type == "txt"`, Messages); err != nil || len(f.Doubts()) != 1 || !strings.Contains(f.Doubts()[0], "did you mean text?") {
		t.Error(f, err)
	}
	if list := Complete(`message.type == "text" && flow.htt`, Messages); !slices.Contains(list, `message.type == "text" && flow.http.host`) {
		t.Error(list)
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`close.code == 1000`, `duration > 2s && start > "2026-11-30T10:00:00Z"`, `any(findings, .severity == "error")`, `type in ["text"]`, "json.a?.b == `x`", `1m30s`, `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for kind := range Kind(3) {
			c, err := Compile(s, kind)
			if err != nil {
				continue
			}
			switch kind {
			case Flows:
				c.Flow()(sample)
			case Messages:
				c.Message()(sample, &record.Message{Data: []byte(`{"a": 1}`), IsText: true})
			default:
				c.Frame()(sample, &record.Frame{})
			}
			Complete(s, kind)
		}
	})
}
