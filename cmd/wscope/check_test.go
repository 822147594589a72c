package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const shopFolder = "../../testdata/regressions/"

func verdictOf(args ...string) (int, string, string) {
	var out, errs bytes.Buffer
	code := run(context.Background(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestCheckAndDiffStatus(t *testing.T) {
	base := filepath.Join(t.TempDir(), "base.json")
	same, slow := shopFolder+"same-1.before.pcap.gz", shopFolder+"slower-operation.after.pcap.gz"
	again := shopFolder + "same-2.before.pcap.gz"
	for _, c := range []struct {
		want int
		args []string
	}{
		{0, []string{"check", "--rules", shopFolder + "shop.yaml", same}},
		{1, []string{"check", "--rules", shopFolder + "shop.yaml", slow}},
		{2, []string{"check", same}},
		{2, []string{"check", "--rules", "absent.yaml", same}},
		{2, []string{"check", "--rules", shopFolder + "shop.yaml", "absent.pcap"}},
		{2, []string{"check", "--rules", shopFolder + "shop.yaml", "--fail-on", "x", same}},
		{0, []string{"check", "--baseline", base, "--update-baseline", same}},
		{0, []string{"check", "--baseline", base, again}},
		{1, []string{"check", "--baseline", base, slow}},
		{0, []string{"check", "--baseline", base, "--fail-on", "error", slow}},
		{0, []string{"check", "--baseline", base, "--ignore", "latency", slow}},
		{0, []string{"check", "--schema"}},
		{0, []string{"check", "--list"}},
		{0, []string{"diff", same, again}},
		{1, []string{"diff", base, slow}},
		{2, []string{"diff", base, "absent.pcap"}},
		{2, []string{"diff", "--format", "x", base, slow}},
		{2, []string{"record", "true"}},
	} {
		if code, out, errs := verdictOf(c.args...); code != c.want {
			t.Errorf("%q ends with %d, not %d\n%s%s", c.args, code, c.want, out, errs)
		}
	}
	before, _ := os.ReadFile(base)
	if code, _, errs := verdictOf("check", "--baseline", base, "--update-baseline", again); code != 0 {
		t.Error(errs)
	}
	if after, _ := os.ReadFile(base); !bytes.Equal(before, after) {
		t.Error("a baseline changed with nothing changed")
	}
}

// TestInitPasses writes a starting rules file for every capture in testdata, and holds
// the capture against it.
func TestInitPasses(t *testing.T) {
	name := filepath.Join(t.TempDir(), "wscope.yaml")
	err := filepath.WalkDir("../../testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.Contains(filepath.Base(path), ".pcap") || strings.Contains(path, "node_modules") {
			return err
		}
		code, out, errs := verdictOf("check", "--init", path)
		if code == exitTrouble && errs == "" {
			t.Errorf("%s: no word of trouble", path)
		}
		if err := os.WriteFile(name, []byte(out), 0o666); err != nil {
			return err
		}
		if again, verdict, errs := verdictOf("check", "--rules", name, path); again != code {
			t.Errorf("%s: %d, then %d\n%s%s%s", path, code, again, out, verdict, errs)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
