package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestExportedScriptsParse has node parse the scripts for k6 that are made of recorded programs.
func TestExportedScriptsParse(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node")
	}
	captures, _ := filepath.Glob(filepath.Join("..", "..", "testdata", "gate", "kept", "*", "none.quiet-2.pcap.gz"))
	if len(captures) == 0 {
		t.Fatal("no captures")
	}
	for _, capture := range captures[:4] {
		script := filepath.Join(t.TempDir(), "script.mjs")
		if status, _, errs := verdictOf("export", "--to", "k6", capture, "-o", script); status != 0 {
			t.Fatal(errs)
		}
		text, err := os.ReadFile(script)
		if err != nil || !strings.Contains(string(text), "{ url: \"ws://") {
			t.Fatalf("%v: %.300s", err, text)
		}
		if out, err := exec.Command(node, "--check", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", capture, err, out)
		}
	}
}
