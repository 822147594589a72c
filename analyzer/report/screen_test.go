package report

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"wscope/analyzer/record"
)

func TestCleanLeavesNothingThatDrivesATerminal(t *testing.T) {
	for _, c := range []struct{ in, out string }{
		{"plain", "plain"},
		{"a\x1b[31mred\x07", `a\x1b[31mred\x07`},
		{"line\nand\ttab\r", `line\nand\ttab\r`},
		{"C1 \u009b2J, DEL \x7f", `C1 \u009b2J, DEL \x7f`},
		{"bidi \u202eevil\u2066", `bidi \u202eevil\u2066`},
		{"zero\u200bwidth\ufeff\u00ad", `zero\u200bwidth\ufeff\u00ad`},
		{"joined 👩\u200d💻", `joined 👩\u200d💻`},
		{"tags \U000e0041", `tags \U000e0041`},
		{"fillers \u3164\u115f", `fillers \u3164\u115f`},
		{"not UTF-8 \xff\xc3", `not UTF-8 \xff\xc3`},
		{"separators \u2028\u2029\u0085", `separators \u2028\u2029\u0085`},
		{"日本語 Ünï 🎉 ❤️", "日本語 Ünï 🎉 ❤️"},
	} {
		if got := Clean(c.in); got != c.out {
			t.Errorf("%q is shown as %q, not %q", c.in, got, c.out)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b[0m\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Clean(s) {
			if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Fatalf("%q leaves %U", s, r)
			}
		}
	})
}

func TestTablesFitTheScreen(t *testing.T) {
	flows := []*record.Flow{
		{Flow: 1, Client: record.Endpoint{IP: "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", Port: 65535}, Server: record.Endpoint{IP: "10.0.0.1", Port: 443},
			HTTP: &record.HTTP{Host: "日本語.example", Path: "/🎉🎉🎉/a/very/long/path/that/goes/on?and=on"}, Handshake: &record.Handshake{Subprotocol: "graphql-transport-ws"}, Duration: 5e12},
		{Flow: 1234567, Pickup: "encrypted", TLS: &record.TLS{SNI: "\x1b]0;title\x07.example"},
			Findings: []record.Finding{{Rule: "a", Severity: "error"}, {Rule: "b", Severity: "note"}}},
	}
	for _, n := range []int{40, 60, 80, 120, 200} {
		var b bytes.Buffer
		table := &FlowTable{Screen: &Screen{Width: n}, W: &b}
		o := &Overview{}
		for _, f := range flows {
			table.Add(f)
			o.Add(f)
		}
		table.End()
		sum := &record.Summary{Files: []string{strings.Repeat("x", 60)}, Flows: 2, Findings: []record.RuleCount{{Rule: "ping-unanswered", Severity: "error", Count: 2, Flows: 1}}}
		if err := WriteSummary(&b, &Screen{Width: n}, sum, o); err != nil {
			t.Fatal(err)
		}
		m := NewMessageTable(&Screen{Width: n, Time: Absolute}, &b)
		m.Message(&record.Message{Flow: 1, From: "client", Type: "text", Length: 300, IsText: true, Data: []byte(strings.Repeat("漢字🎉", 50))})
		m.Message(&record.Message{Flow: 1, From: "server", Type: "binary", Length: 300, Data: make([]byte, 300)})
		fr := NewFrameTable(&Screen{Width: n}, &b, true)
		fr.Frame(&record.Frame{Flow: 1, From: "client", Opcode: "continuation", IsText: true, Payload: []byte("é\u0301…" + strings.Repeat("w", 300))})
		f := &Follow{Screen: &Screen{Width: n, Time: Relative}, W: &b}
		f.Begin(flows[0])
		f.Message(&record.Message{From: "client", Type: "text", IsText: true, Length: 99, Data: []byte(`{"a":[1,2,{"b":"` + strings.Repeat("漢", 90) + `"}],"c":null}`)})
		f.Message(&record.Message{From: "server", Type: "binary", Length: 40, Data: make([]byte, 40)})
		f.Gap(&record.Gap{From: "server", Bytes: 1234, Why: "lost"})
		f.End(flows[0])
		for line := range strings.Lines(b.String()) {
			if w := width(strings.TrimSuffix(line, "\n")); w > n {
				t.Errorf("at %d columns a line has %d: %s", n, w, line)
			}
		}
	}
}

func TestASummaryOfAMillionFlowsIsBounded(t *testing.T) {
	o := &Overview{Top: 5}
	for i := range int64(100_000) {
		f := &record.Flow{Flow: i + 1}
		if i == 77 {
			f.Findings = []record.Finding{{Rule: "ping-unanswered", Severity: "error"}}
		}
		o.Add(f)
	}
	if len(o.kept) != 5 {
		t.Fatalf("%d rows are kept", len(o.kept))
	}
	var b bytes.Buffer
	if err := WriteSummary(&b, &Screen{Width: 80}, &record.Summary{Flows: 100_000}, o); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n  78  ", "… and 99,995 more: wscope flows"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
}

func TestNumbersAsPeopleSayThem(t *testing.T) {
	for got, want := range map[string]string{
		Number(0): "0", Number(999): "999", Number(1000): "1,000", Number(-1234567): "-1,234,567",
		Bytes(999): "999 B", Bytes(1000): "1.0 kB", Bytes(999_960): "1.0 MB", Bytes(1_500_000_000): "1.5 GB",
		Span(850): "850 ns", Span(12_300_000): "12.3 ms", Span(4_560_000_000): "4.56 s", Span(200e9): "3m 20s", Span(7500e9): "2h 05m", Span(200_000e9): "2d 07h",
		seconds(1_234_567_891): "+1.234567", seconds(-5_000): "-0.000005",
		Count(1, "flow"): "1 flow", Count(2000, "flow"): "2,000 flows",
	} {
		if got != want {
			t.Errorf("%q is not %q", got, want)
		}
	}
}

func TestJSONIsLaidOutAndFolded(t *testing.T) {
	got := strings.Join(prettyJSON([]byte(`{"op":"subscribe","args":[1,2.50,"a\u001b"],"deep":{"a":{"b":{"c":{"d":{"e":{"f":{"g":[1,2,3,4,5,6,7,8,9,10,11,12]}}}}}}}}`), 30), "\n")
	want := `{
  "op": "subscribe",
  "args": [1,2.50,"a\u001b"],
  "deep": {
    "a": {
      "b": {
        "c": {
          "d": {
            "e": {… 1 …}
          }
        }
      }
    }
  }
}`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	for _, none := range []string{"", "12", `"text"`, "{", `{"a":}`, "hello {"} {
		if lines := prettyJSON([]byte(none), 80); lines != nil {
			t.Errorf("%q is taken for JSON: %q", none, lines)
		}
	}
	if lines := prettyJSON([]byte("["+strings.Repeat("1000000,", 1000)+"1]"), 40); len(lines) > prettyLines {
		t.Errorf("%d lines", len(lines))
	}
}

func TestHexdump(t *testing.T) {
	got := strings.Join(hexdump([]byte("0123456789abcdef\x00\xff<"), 80, 10), "\n")
	want := "0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n" +
		"0010  00 ff 3c                                          ..<"
	if got != want {
		t.Errorf("got\n%s", got)
	}
	if lines := hexdump(make([]byte, 1000), 40, 3); len(lines) != 4 || lines[3] != "… 976 more bytes" {
		t.Errorf("%q", lines)
	}
}

func TestCellsAreHarmlessAndRFC4180(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain": "plain", `say "hi"`: `"say ""hi"""`, "a,b": `"a,b"`, "two\nlines": "\"two\nlines\"",
		"=1+1": `"'=1+1"`, "+49": `"'+49"`, "-x": `"'-x"`, "@cmd": `"'@cmd"`, "\tx": "\"'\tx\"", `=HYPERLINK("x")`: `"'=HYPERLINK(""x"")"`,
	} {
		if got := string(AppendCell(nil, in)); got != want {
			t.Errorf("%q is the cell %s, not %s", in, got, want)
		}
	}
}
