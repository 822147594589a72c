package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A reported is what somebody met with a WebSocket, told in a public tracker, with the
// question put to wscope. Its input is made by make, or is a recording of real peers.
type reported struct {
	id   string
	ref  string // repository and number
	ask  string // the question, in our words
	make func(w *world)
	file string // of testdata, in the place of make
	run  string // the command that the person would guess; @ is the capture
	want []string
	not  []string
	exit int
	was  string // what came of it before: right, hard (to find), wrong, cannot
	now  string // what comes of it now; empty is right
	did  string // what was changed for it
}

// reports are all of them, by what they are about.
var reports = []struct {
	about string
	of    []reported
}{
	{"Connections that drop", reportedDrops},
	{"Upgrades that fail", reportedUpgrades},
	{"Frames and compression", reportedFrames},
	{"Captures, keys and tools", reportedCaptures},
	{"Applications and CI", reportedApps},
}

// TestReports asks every question, and holds the answer to what is expected.
func TestReports(t *testing.T) {
	seen := map[string]bool{}
	for _, group := range reports {
		for _, r := range group.of {
			if seen[r.id] {
				t.Errorf("%s is there twice", r.id)
			}
			seen[r.id] = true
			t.Run(r.id, func(t *testing.T) { r.hold(t) })
		}
	}
	if !t.Failed() && len(seen) < 100 {
		t.Errorf("%d reports, not a hundred", len(seen))
	}
}

func (r reported) hold(t *testing.T) {
	path := filepath.Join("..", "..", "testdata", filepath.FromSlash(r.file))
	if r.make != nil {
		w := newWorld()
		r.make(w)
		path = filepath.Join(t.TempDir(), r.id+".pcap")
		if err := os.WriteFile(path, w.buf.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args, _ := words(strings.TrimSpace(r.run))
	for i, a := range args {
		args[i] = strings.ReplaceAll(strings.ReplaceAll(a, "@@", filepath.Join("..", "..", "testdata")), "@", path)
	}
	out, diag, status := outputOf(t, args...)
	said := strings.Join(strings.Fields(out+"\n"+diag), " ")
	t.Logf("wscope %s\n%s%s", r.run, out, diag)
	if status != r.exit {
		t.Errorf("status %d, not %d", status, r.exit)
	}
	for _, s := range r.want {
		if !strings.Contains(said, s) {
			t.Errorf("the answer lacks %q", s)
		}
	}
	for _, s := range r.not {
		if strings.Contains(said, s) {
			t.Errorf("the answer has %q", s)
		}
	}
}

// TestReportsList holds testdata/reports/README.md to the table.
func TestReportsList(t *testing.T) {
	count := map[string][2]int{}
	var rows strings.Builder
	total := 0
	for _, group := range reports {
		fmt.Fprintf(&rows, "\n## %s\n\n| report | question | input | command | before | now | changed |\n| --- | --- | --- | --- | --- | --- | --- |\n", group.about)
		for _, r := range group.of {
			now, input := r.now, "`"+r.id+"`"
			if now == "" {
				now = "right"
			}
			if r.make == nil && r.file != "" {
				input = "[" + filepath.Base(r.file) + "](../" + r.file + ")"
			}
			was, is := count[r.was], count[now]
			was[0]++
			count[r.was] = was
			is = count[now]
			is[1]++
			count[now] = is
			total++
			fmt.Fprintf(&rows, "| %s | %s | %s | `%s` | %s | %s | %s |\n", r.ref, r.ask, input,
				strings.ReplaceAll("wscope "+r.run, "|", `\|`), r.was, now, r.did)
		}
	}
	var list strings.Builder
	list.WriteString(reportsIntro)
	fmt.Fprintf(&list, "\n%d reports:\n\n| outcome | before | now |\n| --- | --- | --- |\n", total)
	for _, o := range []string{"right", "hard", "wrong", "cannot"} {
		fmt.Fprintf(&list, "| %s | %d | %d |\n", o, count[o][0], count[o][1])
	}
	list.WriteString(rows.String())
	path := filepath.Join("..", "..", "testdata", "reports", "README.md")
	if *updateReports {
		if err := os.WriteFile(path, []byte(list.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != list.String() {
		t.Errorf("testdata/reports/README.md is not that of the table: go test ./cmd/wscope -run ReportsList -update-reports (%v)", err)
	}
}

var updateReports = flag.Bool("update-reports", false, "write testdata/reports/README.md")

const reportsIntro = `# Reports of strangers

What people met with WebSockets, as they told it in public trackers: each is a question, put to wscope with the command that
its author would guess. The questions are in our words; nothing is taken from the reports but what happened.

The table is made from the lists in ` + "`cmd/wscope/reports_*_test.go`" + `: an input is a few lines of Go there, under its name in the third
column, which ` + "`reports_make_test.go`" + ` makes a capture of (handshakes, frames, closes, delays, loss, cut packets), or a recording of
real peers in testdata. ` + "`go test ./cmd/wscope -run Reports`" + ` asks every question and holds the answer;
` + "`-update-reports`" + ` renews this file. The ` + "`@`" + ` of a command is the input, ` + "`@@`" + ` is testdata.

Where a report names a symptom alone, the input is one cause of it.

Outcomes: *right* (and clear), *hard* (right, but hard to find), *wrong*, *cannot*.
`
