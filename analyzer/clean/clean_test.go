package clean

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// obeyed is what runners take for commands, as their documentation says it.
var obeyed = regexp.MustCompile(`##[A-Za-z]*\[|^[ \t]*::[A-Za-z][^\n]*::`)

func TestCommandsOfRunnersAreBroken(t *testing.T) {
	for in, want := range map[string]string{
		"##[stop-commands]x":          `#\#[stop-commands]x`,
		"say ##vso[task.setvariable]": `say #\#vso[task.setvariable]`,
		"##teamcity[x] ##[y]":         `#\#teamcity[x] #\#[y]`,
		"####[group]":                 `###\#[group]`,
		"::set-output name=a::b":      `\::set-output name=a::b`,
		"  ::add-mask::x":             `  \::add-mask::x`,
		"a ::add-mask::x":             "a ::add-mask::x",
		"## Title [1]":                "## Title [1]",
		"::1":                         "::1",
		"::ffff:10.0.0.1":             "::ffff:10.0.0.1",
		"#[x] ##":                     "#[x] ##",
	} {
		if got := Commands(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
		if got := Line(in); got != want {
			t.Errorf("Line(%q) is %q, not %q", in, got, want)
		}
	}
}

// FuzzLine holds what is printed to what terminals, eyes and runners must not find in it.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "##[x]", "::a::", "\x1b[31m", "\u202e", "\xff##\xffvso[", "\t::a::", "###[#[##vso[", "é##é[", "\u200b::x::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Line(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q becomes %q, which is no UTF-8", s, got)
		}
		for _, r := range got {
			if r < 0x20 || r == 0x7f || r > 0x7f && !Visible(r) {
				t.Fatalf("%q keeps %U", s, r)
			}
		}
		if obeyed.MatchString(got) {
			t.Fatalf("%q keeps a command: %q", s, got)
		}
		if string(AppendLine([]byte("before "), s)) != "before "+string(AppendLine(nil, s)) {
			t.Fatalf("%q depends on what stands before it", s)
		}
		if strings.ContainsAny(Commands(s), "#:") && obeyed.MatchString(Commands(s)) {
			t.Fatalf("Commands(%q) keeps a command", s)
		}
	})
}
