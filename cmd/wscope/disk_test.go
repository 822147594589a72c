package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// writers are commands that write: those with OUT into a file there, the others to standard output.
var writers = [][]string{
	{"report", echo, "-o", "OUT"}, {"summary", "--format", "json", echo, "-o", "OUT"}, {"flows", echo, "-o", "OUT"},
	{"messages", echo, "-o", "OUT"}, {"messages", "--format", "csv", echo, "-o", "OUT"}, {"frames", "--payload", echo, "-o", "OUT"},
	{"follow", "--flow", "1", echo, "-o", "OUT"}, {"export", "--to", "har", echo, "-o", "OUT"}, {"export", "--to", "pcapng", echo, "-o", "OUT"},
	{"decode", "--payload", "RAW", "-o", "OUT"},
	{"report", echo, "-o", "-"}, {"summary", "--format", "json", echo}, {"summary", "--format", "table", echo}, {"flows", echo},
	{"messages", echo}, {"messages", "--format", "table", echo}, {"frames", "--payload", echo}, {"follow", echo}, {"decode", "--payload", "RAW"},
	{"export", "--to", "har", echo, "-o", "-"}, {"export", "--to", "pcapng", echo, "-o", "-"}, {"fields"}, {"schema"}, {"version"},
	{"completion", "bash"}, {"check", "--list"}, {"check", "--schema"}, {"diff", echo, deflate}, {"check", "--baseline", deflate, echo},
}

var deflate = filepath.Join("..", "..", "testdata", "peers", "plain", "ws-deflate.pcap")

// filled is a command with its file in a folder, and whether it has one.
func filled(t *testing.T, command []string, dir string) (args []string, file bool) {
	t.Helper()
	for _, a := range command {
		switch a {
		case "OUT":
			a, file = filepath.Join(dir, "out"), true
		case "RAW":
			a = filepath.Join(t.TempDir(), "raw")
			if err := os.WriteFile(a, bytes.Repeat([]byte("\x81\x05hello"), 20_000), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		args = append(args, a)
	}
	return args, file
}

// TestAFullDiskIsOneLine writes every file to a small file system, then to a read-only one, which needs root.
func TestAFullDiskIsOneLine(t *testing.T) {
	dir := t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", dir).Run(); err != nil {
		t.Skip("no tmpfs could be mounted: ", err)
	}
	defer exec.Command("umount", dir).Run()
	small := map[string]bool{"summary": true, "flows": true} // fit into 8 kB
	for _, want := range []string{"no space left on device", "read-only file system"} {
		for _, command := range writers {
			args, file := filled(t, command, dir)
			if !file || small[args[0]] && want[0] == 'n' {
				continue
			}
			status, _, stderr := wscope("", args...)
			if status != exitTrouble || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, want) || !strings.Contains(stderr, filepath.Join(dir, "")) {
				t.Errorf("%v: status %d, %q; want one line: %s", command, status, stderr, want)
			}
			if names := left(t, dir); len(names) > 0 {
				t.Errorf("%v: left behind: %v", command, names)
			}
		}
		if err := exec.Command("mount", "-o", "remount,ro", dir).Run(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAReadOnlyFolderIsOneLine needs a user whom permissions bind.
func TestAReadOnlyFolderIsOneLine(t *testing.T) {
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("permissions do not bind this user")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, command := range writers {
		args, file := filled(t, command, dir)
		if !file {
			continue
		}
		if status, _, stderr := wscope("", args...); status != exitTrouble || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "permission denied") {
			t.Errorf("%v: status %d, %q; want one line", command, status, stderr)
		}
	}
}

// TestAClosedPipeIsSilence has every command's reader leave at once.
func TestAClosedPipeIsSilence(t *testing.T) {
	for _, command := range writers {
		args, file := filled(t, command, "")
		if file {
			continue
		}
		var stderr bytes.Buffer
		status := run(context.Background(), args, strings.NewReader(""), broken{}, &stderr)
		if status != exitTrouble || stderr.Len() > 0 {
			t.Errorf("%v: status %d, %q", command, status, &stderr)
		}
	}
}

// TestAFullDeviceIsOneLine has standard output be a full disk.
func TestAFullDeviceIsOneLine(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full: ", err)
	}
	defer full.Close()
	for _, command := range writers {
		args, file := filled(t, command, "")
		if file {
			continue
		}
		var stderr bytes.Buffer
		status := run(context.Background(), args, strings.NewReader(""), full, &stderr)
		if status != exitTrouble || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), "no space left on device") {
			t.Errorf("%v: status %d, %q", command, status, &stderr)
		}
	}
}
