package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/parquet-go/parquet-go"

	"wscope/analyzer"
	"wscope/assembly/capture"
	"wscope/cmd/wscope/live"
	"wscope/cmd/wscope/recent"
	"wscope/cmd/wscope/screen"
)

// TestRedactHidesInFiles looks for the secrets in all files that commands make, Parquet read back, and holds that
// each kind of file has some without --redact.
func TestRedactHidesInFiles(t *testing.T) {
	capture, other := secretCapture(t, "1"), secretCapture(t, "2")
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(quotingRules), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	for _, args := range [][]string{
		{"report", "-o", "OUT.html"}, {"export", "--to", "har", "-o", "OUT"}, {"export", "--to", "k6", "-o", "OUT"}, {"export", "--to", "csv", "-o", "OUT"},
		{"export", "--to", "zeek", "-o", "OUT"}, {"export", "--to", "zeek", "--json", "-o", "OUT"}, {"export", "--to", "parquet", "-o", "OUT"},
		{"export", "--to", "payloads", "-o", "OUT"}, {"export", "--to", "payloads", "--per", "direction", "-o", "OUT"},
		{"messages", "-o", "OUT"}, {"frames", "--payload", "--format", "json", "-o", "OUT"}, {"summary", "--format", "json", "-o", "OUT"},
		{"check", "--rules", rules, "--baseline", other, "--junit", "OUT"}, {"check", "--rules", rules, "--baseline", other, "--sarif", "OUT"},
		{"check", "--rules", rules, "--baseline", other, "--gitlab", "OUT"}, {"diff", other, "-o", "OUT"},
	} {
		dir := t.TempDir()
		for i := range args {
			args[i] = strings.Replace(args[i], "OUT", filepath.Join(dir, "out"), 1)
		}
		_, diag, plain := outputOf(t, append(args, capture)...)
		if filesGive(t, dir) == "" {
			t.Errorf("%v: nothing is seen without --redact; %s", args, diag)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if _, diag, status := outputOf(t, append(args, "--redact", capture)...); status != plain || len(left(t, dir)) == 0 {
			t.Errorf("%v: status %d, %d without --redact; %s", args, status, plain, diag)
		}
		if where := filesGive(t, dir); where != "" {
			t.Errorf("%v gives away: %s", args, where)
		}
	}
}

// filesGive is the place of a secret in the files of a folder; "" where there is none.
func filesGive(t *testing.T, dir string) (where string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := string(b)
		if strings.HasSuffix(path, ".parquet") {
			text += cells(t, b)
		}
		if at := gives(text + "\n" + d.Name()); at != "" {
			where = d.Name() + ": " + at
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return where
}

// cells are the values of a Parquet file, a line each.
func cells(t *testing.T, file []byte) string {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, group := range f.RowGroups() {
		rows := group.Rows()
		for buf := make([]parquet.Row, 16); ; {
			n, err := rows.ReadRows(buf)
			for _, row := range buf[:n] {
				for _, v := range row {
					text.Write(v.Bytes())
					text.WriteByte('\n')
				}
			}
			if err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		rows.Close()
	}
	return text.String()
}

// TestRedactHidesLive looks for the secrets in the lines and on the screen that live gives, fed by a file.
func TestRedactHidesLive(t *testing.T) {
	name := secretCapture(t, "1")
	watch := func(redact bool, sink analyzer.Sink, opt analyzer.Options) {
		t.Helper()
		l := &liveCommand{env: &environment{}, in: &input{env: &environment{}, redact: redact}}
		src, err := capture.Open([]string{name}, capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		opt, sink, _, err = l.in.wrapSink(nil, opt, sink)
		if err == nil {
			_, err = analyzer.Run(context.Background(), src, opt, sink)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, redact := range []bool{false, true} {
		l := &liveCommand{env: &environment{}, in: &input{env: &environment{}}, messages: true, interval: 1e9}
		opt, err := l.options()
		if err != nil {
			t.Fatal(err)
		}
		var lines bytes.Buffer
		out := live.NewEvents(&lines)
		watch(redact, out, opt)
		out.Flush()
		if gives(lines.String()) == "" != redact {
			t.Errorf("redact %v: the lines give %q", redact, gives(lines.String()))
		}

		opt.Render = nil
		board := recent.New(recent.ForScreen)
		watch(redact, board, opt)
		m := screen.New(board, func() screen.Status { return screen.Status{} })
		m.Update(tea.WindowSizeMsg{Width: 400, Height: 100})
		shown := m.View().Content
		for range 2 { // the conversation of each flow
			m.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
			shown += m.View().Content
			m.Update(tea.KeyPressMsg{Code: tea.KeyEscape})
			m.Update(tea.KeyPressMsg{Code: tea.KeyDown})
		}
		if gives(shown) == "" != redact {
			t.Errorf("redact %v: the screen gives %q", redact, gives(shown))
		}
	}
}
