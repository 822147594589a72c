package report

import (
	"os"
	"strings"
	"testing"
)

const (
	namesBegin = "<!-- names: made from the code -->\n"
	namesEnd   = "<!-- end of names -->\n"
)

// TestContract holds the contract's tables of names to the code.
func TestContract(t *testing.T) {
	text, err := os.ReadFile("CONTRACT.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), namesBegin)
	_, after, ok2 := strings.Cut(rest, namesEnd)
	if !ok || !ok2 {
		t.Fatal("the marks of the names are gone")
	}
	want := before + namesBegin + nameTables(t) + namesEnd + after
	if *update {
		if err := os.WriteFile("CONTRACT.md", []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Error("CONTRACT.md is not that of the records: go test ./analyzer/report -run TestContract -update")
	}
}

func nameTables(t *testing.T) string {
	var b strings.Builder
	for _, kind := range []string{"flow", "message", "frame", "summary"} {
		fields, err := Fields(kind)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n### " + kind + "\n\n| name | type | may be absent | meaning |\n| --- | --- | --- | --- |\n")
		for _, f := range fields {
			typ, absent := f.Type, ""
			if f.Unit != "" {
				typ += ", " + f.Unit
			}
			if f.Absent {
				absent = "yes"
			}
			b.WriteString("| `" + f.Name + "` | " + typ + " | " + absent + " | " + strings.ReplaceAll(f.Meaning, "|", "\\|") + " |\n")
		}
	}
	return b.String() + "\n"
}
