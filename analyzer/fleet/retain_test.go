package fleet

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestRetainRemovesOldHoursAndNothingOfOthers by age, and by size.
func TestRetainRemovesOldHoursAndNothingOfOthers(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		keep time.Duration
		most int64
		left []string
	}{
		{0, 0, []string{"hour=2026-11-22T09", "hour=2026-11-22T10", "hour=2026-11-22T11", "hour=2026-11-22T12"}},
		{80 * time.Minute, 0, []string{"hour=2026-11-22T09", "hour=2026-11-22T11", "hour=2026-11-22T12"}}, // T09 has a file of others
		{0, 250, []string{"hour=2026-11-22T09", "hour=2026-11-22T11", "hour=2026-11-22T12"}},
		{0, 1, []string{"hour=2026-11-22T09", "hour=2026-11-22T12"}},
	} {
		folder := t.TempDir()
		for _, hour := range []string{"09", "10", "11", "12"} {
			dir := filepath.Join(folder, "hour=2026-11-22T"+hour)
			os.MkdirAll(dir, 0o755)
			os.WriteFile(filepath.Join(dir, "flows-000000001-000000002.parquet"), make([]byte, 100), 0o666)
		}
		own := filepath.Join(folder, "hour=2026-11-22T09", "my notes.txt")
		os.WriteFile(own, make([]byte, 1000), 0o666)
		os.MkdirAll(filepath.Join(folder, "hour=never"), 0o755)
		s := &store{folder: folder, pack: packing{keep: c.keep, keepMost: c.most}}
		if _, err := s.retain(now); err != nil {
			t.Error(err)
		}
		var left []string
		dirs, _ := filepath.Glob(filepath.Join(folder, "hour=2*"))
		for _, d := range dirs {
			left = append(left, filepath.Base(d))
		}
		if !slices.Equal(left, c.left) {
			t.Errorf("keep %s, %d bytes: left %v, want %v", c.keep, c.most, left, c.left)
		}
		if _, err := os.Stat(own); err != nil {
			t.Error(err)
		}
	}
}

// TestTemporaryFilesOfOthersStay in a collector's folder.
func TestTemporaryFilesOfOthersStay(t *testing.T) {
	folder := t.TempDir()
	for name, ours := range map[string]bool{
		"state.json.tmp": true, "hour=2026-11-22T10/flows-000000001-000000002.parquet.tmp": true, ".open/2026-11-22T10/flows-000000001.ndjson.tmp": true,
		"notes.tmp": false, "mine/flows-000000001-000000002.parquet.tmp": false, "hour=2026-11-22T10/report.tmp": false,
	} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		os.MkdirAll(filepath.Dir(path), 0o755)
		os.WriteFile(path, nil, 0o666)
		if _, err := openStore(folder, packing{format: Parquet}); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); (err == nil) == ours {
			t.Errorf("%s: %v", name, err)
		}
	}
}
