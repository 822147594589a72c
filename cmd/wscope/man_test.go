package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestManPages has a page of every command, with its flags and examples, that groff reads
// without a warning.
func TestManPages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	if _, stderr, status := outputOf(t, "man", dir); status != 0 || stderr != "" {
		t.Fatalf("status %d: %s", status, stderr)
	}
	groff, _ := exec.LookPath("groff")
	everyCommand(newRoot(&environment{}), func(c *cobra.Command) {
		name := filepath.Join(dir, manName(c)+".1")
		page, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			return
		}
		for _, section := range []string{".TH ", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH EXAMPLES", ".SH EXIT STATUS"} {
			if !bytes.Contains(page, []byte(section)) {
				t.Errorf("%s has no %s", manName(c), section)
			}
		}
		if groff == "" {
			return
		}
		if out, err := exec.Command(groff, "-man", "-ww", "-z", name).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v %s", manName(c), err, out)
		}
	})
	page, _ := os.ReadFile(filepath.Join(dir, "wscope-messages.1"))
	for _, want := range []string{"\\fB\\-\\-filter\\fP \\fIEXPR\\fP", "\\fB\\-o\\fP, \\fB\\-\\-output\\fP \\fIFILE\\fP"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page of messages lacks %s", want)
		}
	}
}

// everyCommand visits the commands that are ours.
func everyCommand(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, c := range cmd.Commands() {
		if !c.Hidden && c.Name() != "help" && c.Name() != "completion" {
			everyCommand(c, visit)
		}
	}
}
