package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/report"
	"wscope/assembly/capture"
	"wscope/cmd/wscope/live"
)

// outputOf runs the program in this process.
func outputOf(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, diag bytes.Buffer
	status = run(context.Background(), args, strings.NewReader(""), &out, &diag)
	return out.String(), diag.String(), status
}

// captures are all captures of testdata/peers, with their keys behind.
func captures(t *testing.T) map[string][]string {
	t.Helper()
	return capturesIn(t, filepath.Join("..", "..", "testdata", "peers"))
}

func capturesIn(t *testing.T, root string) map[string][]string {
	t.Helper()
	list := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(filepath.Base(path), ".pcap") {
			return err
		}
		base, _, _ := strings.Cut(path[len(root):], ".pcap")
		args := []string{path}
		if keys := root + base + ".keys"; exists(keys) {
			args = append(args, "--keylog", keys)
		}
		list[strings.TrimPrefix(path, root+string(filepath.Separator))] = args
		return nil
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("no captures (%v)", err)
	}
	return list
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func schema(t *testing.T, kind string) *jsonschema.Schema {
	t.Helper()
	b, err := report.Schema(kind)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(kind+".json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile(kind + ".json")
}

// TestOutputsAreTheirSchemas holds every record of every capture, in ndjson and in json, to its
// schema, and the formats to each other's number of records.
func TestOutputsAreTheirSchemas(t *testing.T) {
	schemas := map[string]*jsonschema.Schema{}
	for _, kind := range report.SchemaKinds {
		schemas[kind] = schema(t, kind)
	}
	for name, capture := range capturesIn(t, filepath.Join("..", "..", "testdata")) {
		for command, kind := range map[string]string{"flows": "flow", "messages": "message", "frames": "frame"} {
			args := append([]string{command, "--format", "ndjson", "--payload"}, capture...)
			if command != "frames" {
				args = append([]string{command, "--format", "ndjson"}, capture...)
			}
			lines, _, _ := outputOf(t, args...)
			n := 0
			for line := range strings.Lines(lines) {
				n++
				hold(t, schemas[kind], name+" "+command, line)
			}
			if n%3 != 0 {
				continue // the other formats for a third of the captures: the code is the same
			}
			array, _, _ := outputOf(t, append([]string{command, "--format", "json"}, capture...)...)
			var all []json.RawMessage
			if err := json.Unmarshal([]byte(array), &all); err != nil || len(all) != n {
				t.Errorf("%s %s: json has %d records, ndjson %d (%v)", name, command, len(all), n, err)
			}
			table, _, _ := outputOf(t, append([]string{command, "--format", "csv"}, capture...)...)
			rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
			if err != nil || len(rows) != n+1 {
				t.Errorf("%s %s: csv has %d rows, ndjson %d (%v)", name, command, len(rows), n, err)
			}
		}
		doc, _, _ := outputOf(t, append([]string{"summary", "--format", "json"}, capture...)...)
		hold(t, schemas["document"], name+" summary", doc)
	}
}

// TestOtherOutputsAreTheirSchemas holds what follow, summary, check and diff give to their schemas.
func TestOtherOutputsAreTheirSchemas(t *testing.T) {
	before, after := filepath.Join("..", "..", "testdata", "regressions", "dropped-field.before.pcap.gz"),
		filepath.Join("..", "..", "testdata", "regressions", "dropped-field.after.pcap.gz")
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(quotingRules), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind   string
		status int
		args   []string
	}{
		{"message", 0, []string{"follow", "--flow", "1", "--format", "ndjson", before}},
		{"summary", 0, []string{"summary", "--format", "ndjson", before}},
		{"check", 1, []string{"check", "--rules", rules, "--baseline", before, "--format", "json", after}},
		{"check", 0, []string{"check", "--baseline", before, "--format", "json", before}},
		{"diff", 1, []string{"diff", "--format", "json", before, after}},
		{"diff", 0, []string{"diff", "--format", "json", before, before}},
		{"diff", 1, []string{"diff", "--format", "json", strings.Replace(before, "dropped-field", "reconnect-loop", 1), strings.Replace(after, "dropped-field", "reconnect-loop", 1)}},
	} {
		out, diag, status := outputOf(t, c.args...)
		if status != c.status || out == "" {
			t.Errorf("%v: status %d, want %d; %d bytes; %s", c.args, status, c.status, len(out), diag)
		}
		for line := range strings.Lines(out) {
			hold(t, schema(t, c.kind), c.args[0], line)
		}
	}
}

// TestLiveLinesAreTheirSchema holds the lines of live to theirs, fed by files.
func TestLiveLinesAreTheirSchema(t *testing.T) {
	s := schema(t, "live")
	seen := map[string]int{}
	for _, name := range []string{"plain/ws-echo.pcap", "plain/ws-drop.pcap", "http2/h2c-many.pcap", "derived/gap.pcap"} {
		l := &liveCommand{env: &environment{}, in: &input{env: &environment{}}, messages: true, interval: 1e6}
		opt, err := l.options()
		if err != nil {
			t.Fatal(err)
		}
		src, err := capture.Open([]string{filepath.Join("..", "..", "testdata", "peers", name)}, capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		var b bytes.Buffer
		out := live.NewEvents(&b)
		sum, err := analyzer.Run(context.Background(), src, opt, out)
		if err != nil {
			t.Fatal(err)
		}
		out.Put("summary", append(live.WithCapture(report.SummaryJSON(sum), live.Counts{Interfaces: []live.InterfaceCounts{{Name: "lo"}}}), '\n'))
		out.Flush()
		for line := range strings.Lines(b.String()) {
			hold(t, s, name, line)
			event, _, _ := strings.Cut(strings.TrimPrefix(line, `{"event":"`), `"`)
			seen[event]++
		}
	}
	for _, event := range []string{"open", "update", "close", "message", "summary"} {
		if seen[event] == 0 {
			t.Errorf("no line of %s was held", event)
		}
	}
}

func hold(t *testing.T, s *jsonschema.Schema, what, line string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
	if err == nil {
		err = s.Validate(v)
	}
	if err != nil {
		t.Errorf("%s: %v\n%.300s", what, err, line)
	}
}

// TestDecodedRecordsAreTheirSchemas holds what decode gives to its schemas.
func TestDecodedRecordsAreTheirSchemas(t *testing.T) {
	bytes := filepath.Join(t.TempDir(), "bytes")
	raw := "\x81\x05hello\x89\x00\x82\x7e\x00\x80" + strings.Repeat("\x00", 128) + "\x88\x02\x03\xe8"
	if err := os.WriteFile(bytes, []byte(raw), 0o666); err != nil {
		t.Fatal(err)
	}
	for kind, args := range map[string][]string{
		"decoded-frame": {"decode", "--payload", bytes}, "decoded-message": {"decode", "--messages", bytes},
	} {
		out, _, status := outputOf(t, args...)
		if status != 0 || strings.Count(out, "\n") != 4 {
			t.Fatalf("%s: status %d\n%s", kind, status, out)
		}
		for line := range strings.Lines(out) {
			hold(t, schema(t, kind), kind, line)
		}
	}
}

// TestNothingDrivesATerminal looks for control characters in what every capture is shown as.
func TestNothingDrivesATerminal(t *testing.T) {
	for name, file := range captures(t) {
		if !strings.HasPrefix(name, "invalid") && !strings.HasPrefix(name, "browser") {
			continue
		}
		for _, args := range [][]string{
			{"summary"}, {"flows", "--format", "table"}, {"messages", "--format", "table"}, {"frames", "--format", "table", "--payload"}, {"follow"},
		} {
			out, _, _ := outputOf(t, append(args, file...)...)
			for line := range strings.Lines(out) {
				if clean := report.Clean(strings.TrimSuffix(line, "\n")) + "\n"; clean != line {
					t.Errorf("%s %s: %q", args[0], name, line)
				}
			}
		}
	}
}

// TestExamplesRun runs the examples that the commands' help shows, on a real capture.
func TestExamplesRun(t *testing.T) {
	t.Setenv("SSLKEYLOGFILE", "")
	var commands func(c *cobra.Command) []*cobra.Command
	commands = func(c *cobra.Command) []*cobra.Command {
		list := []*cobra.Command{c}
		for _, sub := range c.Commands() {
			list = append(list, commands(sub)...)
		}
		return list
	}
	source, err := filepath.Abs(filepath.Join("..", "..", "testdata", "peers", "plain", "ws-deflate.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	capture, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range commands(newRoot(&environment{})) {
		if c.Name() == "live" || c.Name() == "collect" || c.Name() == "interfaces" || c.Name() == "check" || c.Name() == "diff" || c.Name() == "record" || c.Name() == "help" || c.Parent() != nil && c.Parent().Name() == "completion" {
			continue // they need an interface, a broker, rules, or two captures: their own tests run them
		}
		if c.Example == "" && c.Name() != "completion" && !c.Hidden {
			t.Errorf("%s has no example", c.CommandPath())
		}
		for line := range strings.Lines(c.Example) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "wscope ") {
				continue
			}
			t.Run(line, func(t *testing.T) {
				dir := t.TempDir()
				t.Chdir(dir)
				for name, data := range map[string][]byte{
					"capture.pcap": capture, "growing.pcapng": capture, "captures/a.pcap": capture, "keys.txt": nil, "bytes.bin": []byte("\x81\x05hello"),
					"edge-1/flows.ndjson": []byte("{\"flow\":1}\n"), "edge-2/flows.ndjson": []byte("{\"flow\":1}\n"),
				} {
					if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(name, data, 0o666); err != nil {
						t.Fatal(err)
					}
				}
				args, stdin := words(line)
				if strings.Contains(line, " --tail ") {
					runUntilServed(t, args[1:])
					return
				}
				var in bytes.Buffer
				if stdin != "" {
					data, err := os.ReadFile(stdin)
					if err != nil {
						t.Fatal(err)
					}
					in.Write(data)
				}
				var out, diag bytes.Buffer
				if status := run(context.Background(), args[1:], &in, &out, &diag); status != 0 {
					t.Errorf("status %d\n%s", status, diag.String())
				}
			})
		}
	}
}

// runUntilServed runs what does not end by itself until the page that it announces was served.
func runUntilServed(t *testing.T, args []string) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- getAnnounced(reader)
		cancel()
		io.Copy(io.Discard, reader)
	}()
	status := run(ctx, args, strings.NewReader(""), io.Discard, writer)
	writer.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if status != exitDone {
		t.Errorf("status %d", status)
	}
}

// getAnnounced gets the page whose address the first line says.
func getAnnounced(stderr io.Reader) error {
	line, err := bufio.NewReader(stderr).ReadString('\n')
	if err != nil {
		return fmt.Errorf("no page announced: %w", err)
	}
	page, err := http.Get(regexp.MustCompile(`http://\S+|$`).FindString(line))
	if err != nil {
		return fmt.Errorf("announced by %q: %w", line, err)
	}
	page.Body.Close()
	if page.StatusCode != http.StatusOK {
		return fmt.Errorf("announced by %q: %s", line, page.Status)
	}
	return nil
}

// words splits a line as a shell does, as far as examples go; stdin is the file behind <.
func words(line string) (args []string, stdin string) {
	var word strings.Builder
	quoted, any := false, false
	end := func() {
		if w := word.String(); any {
			if file, ok := strings.CutPrefix(w, "<"); ok {
				stdin = file
			} else {
				args = append(args, w)
			}
		}
		word.Reset()
		any = false
	}
	for _, r := range line {
		switch {
		case r == '\'':
			quoted, any = !quoted, true
		case r == ' ' && !quoted:
			end()
		default:
			word.WriteRune(r)
			any = true
		}
	}
	end()
	return args, stdin
}
