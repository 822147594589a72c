package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

var echo = filepath.Join("..", "..", "testdata", "peers", "plain", "ws-echo.pcap")

// wscope runs the program and gives its status and what it said.
func wscope(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(context.Background(), args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// left is what a folder holds.
func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestExportExamplesRun runs the examples of the command's help.
func TestExportExamplesRun(t *testing.T) {
	example := newExport(&environment{}).Example
	for _, line := range strings.Split(example, "\n") {
		t.Run(strings.Fields(line)[3], func(t *testing.T) {
			dir := t.TempDir()
			args := strings.Fields(line)[1:]
			for i, arg := range args {
				switch {
				case arg == "capture.pcap":
					args[i] = echo
				case arg == "keys.txt":
					args[i] = filepath.Join(dir, arg)
					os.WriteFile(args[i], nil, 0o600)
				case args[max(i-1, 0)] == "-o":
					args[i] = filepath.Join(dir, "out")
				}
			}
			if status, _, stderr := wscope("", args...); status != 0 || stderr != "" {
				t.Fatalf("%v: status %d, %s", args, status, stderr)
			}
			if _, err := os.Stat(filepath.Join(dir, "out")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestExportTroubleIsOneLine has no half file and no second line for anything that goes wrong.
func TestExportTroubleIsOneLine(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string // OUT stands for a place to write to
		want string
	}{
		{"no format", []string{"-o", "OUT"}, "needs --to"},
		{"another format", []string{"--to", "xml", "-o", "OUT"}, "none of har"},
		{"no place", []string{"--to", "har"}, "needs -o OUT"},
		{"a folder to standard output", []string{"--to", "csv", "-o", "-"}, "standard output is not"},
		{"no such folder", []string{"--to", "har", "-o", "OUT/none/x.har"}, "x.har: no such file or directory"},
		{"no such folder for a folder", []string{"--to", "csv", "-o", "OUT/none/x"}, "x: no such file or directory"},
		{"a full device", []string{"--to", "har", "-o", "/dev/full"}, "/dev/full: no space left on device"},
		{"redacted packets", []string{"--to", "pcapng", "--redact", "-o", "OUT"}, "not with --redact"},
		{"bad per", []string{"--to", "payloads", "--per", "flow", "-o", "OUT"}, "none of message, direction"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			args := []string{"export", echo}
			for _, a := range c.args {
				args = append(args, strings.Replace(a, "OUT", filepath.Join(dir, "out"), 1))
			}
			status, stdout, stderr := wscope("", args...)
			if status != exitTrouble || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.want) {
				t.Errorf("status %d, %q, %q; want one line with %q", status, stdout, stderr, c.want)
			}
			if names := left(t, dir); len(names) > 0 {
				t.Errorf("left behind: %v", names)
			}
		})
	}
}

// TestExportOfStandardInput cannot read packets twice.
func TestExportOfStandardInput(t *testing.T) {
	data, err := os.ReadFile(echo)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	status, _, stderr := wscope(string(data), "export", "--to", "pcapng", "-", "-o", filepath.Join(dir, "x"))
	if status != exitTrouble || !strings.Contains(stderr, "can be read only once") || len(left(t, dir)) > 0 {
		t.Errorf("status %d, %q, left %v", status, stderr, left(t, dir))
	}
	status, stdout, stderr := wscope(string(data), "export", "--to", "har", "-", "-o", "-")
	if status != exitDone || !json.Valid([]byte(stdout)) {
		t.Errorf("status %d, %q", status, stderr)
	}
}

// TestExportToAFullDisk fills a small file system; mounting one needs root.
func TestExportToAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir).Run(); err != nil {
		t.Skip("no tmpfs could be mounted: ", err)
	}
	defer exec.Command("umount", dir).Run()
	for _, ro := range []bool{false, true} {
		want := "no space left on device"
		if ro {
			if err := exec.Command("mount", "-o", "remount,ro", dir).Run(); err != nil {
				t.Fatal(err)
			}
			want = "read-only file system"
		}
		for _, to := range exportFormats {
			if (to == "zeek" || to == "ecs" || to == "asyncapi") && !ro {
				continue // what is so small has room
			}
			status, _, stderr := wscope("", "export", "--to", to, echo, "-o", filepath.Join(dir, "out"))
			if status != exitTrouble || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, filepath.Join(dir, "out")+": "+want) {
				t.Errorf("%s: status %d, %q; want one line: %s", to, status, stderr, want)
			}
			if names := left(t, dir); len(names) > 0 {
				t.Errorf("%s: left behind: %v", to, names)
			}
		}
	}
}

// TestExportKeepsWhatStood has an export that goes wrong leave the older one as it was.
func TestExportKeepsWhatStood(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	if err := os.WriteFile(out, []byte("older"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, _ := wscope("", "export", "--to", "har", filepath.Join(dir, "none.pcap"), "-o", out)
	b, err := os.ReadFile(out)
	if status != exitTrouble || string(b) != "older" || err != nil || len(left(t, dir)) != 1 {
		t.Errorf("status %d, %q, %v, left %v", status, b, err, left(t, dir))
	}
	if status, _, _ := wscope("", "export", "--to", "har", echo, "-o", out); status != exitDone {
		t.Errorf("status %d", status)
	}
	for range 2 { // a folder of tables is renewed; one of payloads must be empty
		if status, _, stderr := wscope("", "export", "--to", "csv", echo, "-o", out+".d"); status != exitDone {
			t.Errorf("status %d: %s", status, stderr)
		}
	}
	if status, _, stderr := wscope("", "export", "--to", "payloads", echo, "-o", out+".d"); status != exitTrouble || !strings.Contains(stderr, "not empty") {
		t.Errorf("status %d: %s", status, stderr)
	}
}

// broken is a pipe whose reader has gone.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestExportToAClosedPipe(t *testing.T) {
	var stderr bytes.Buffer
	status := run(context.Background(), []string{"export", "--to", "har", echo, "-o", "-"}, strings.NewReader(""), broken{}, &stderr)
	if status != exitTrouble || strings.Count(stderr.String(), "\n") > 1 {
		t.Errorf("status %d, %q", status, &stderr)
	}
}

// TestExportFiltersByTheEnd asks for what only a flow's end tells: no message of another
// flow may be in the tables.
func TestExportFiltersByTheEnd(t *testing.T) {
	path := filepath.Join("..", "..", "testdata", "peers", "plain", "ws-drop.pcap")
	dir := t.TempDir()
	for _, to := range []string{"csv", "parquet", "payloads"} {
		status, _, stderr := wscope("", "export", "--to", to, "--filter", "flow.close.how == 'rst'", path, "-o", filepath.Join(dir, to))
		if status != exitDone {
			t.Errorf("%s: status %d: %s", to, status, stderr)
		}
	}
	flows, err := os.ReadFile(filepath.Join(dir, "csv", "flows.csv"))
	if err != nil {
		t.Fatal(err)
	}
	messages, _ := os.ReadFile(filepath.Join(dir, "csv", "messages.csv"))
	numbers := func(b []byte) map[string]bool {
		set := map[string]bool{}
		for _, line := range strings.Split(strings.TrimSpace(string(b)), "\r\n")[1:] {
			number, _, _ := strings.Cut(line, ",")
			set[number] = true
		}
		return set
	}
	kept := numbers(flows)
	if len(kept) == 0 {
		t.Fatal("no flow was kept")
	}
	for flow := range numbers(messages) {
		if !kept[flow] {
			t.Errorf("messages of flow %s, which is not kept", flow)
		}
	}
}

// TestExportTellsWhatSubprotocolsSay looks for an operation of a GraphQL conversation in the
// formats that have a place for it, and for none with --no-apps.
func TestExportTellsWhatSubprotocolsSay(t *testing.T) {
	graphql := filepath.Join("..", "..", "testdata", "apps", "graphql", "transport-ws.pcap")
	for _, c := range []struct{ to, file, want string }{
		{"csv", "messages.csv", "graphql-transport-ws,subscribe,Hello"},
		{"parquet", "messages.parquet", "graphql-transport-ws"},
		{"pcapng", "", "178 bytes: query Hello("},
	} {
		for _, off := range []bool{false, true} {
			out := filepath.Join(t.TempDir(), "out")
			args := []string{"export", "--to", c.to, graphql, "-o", out}
			if off {
				args = append(args, "--no-apps")
			}
			if status, _, stderr := wscope("", args...); status != exitDone {
				t.Fatalf("%v: status %d, %s", args, status, stderr)
			}
			data, err := os.ReadFile(filepath.Join(out, c.file))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, []byte(c.want)) == off {
				t.Errorf("%v: %q is there: %t", args, c.want, !off)
			}
		}
	}
}
