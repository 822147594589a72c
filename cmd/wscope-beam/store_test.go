package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs"

	"wscope/analyzer/report/export"
)

// TestParquetShardsHoldTheSameRecords as those of lines, and running once more into the same
// folder changes no byte and adds no file.
func TestParquetShardsHoldTheSameRecords(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	generate(t, name, "-conns", "30", "-loss", "1", "-seed", "9")
	lines := &job{Out: t.TempDir(), Shards: 3, Format: formatNDJSON}
	tables := &job{Out: t.TempDir(), Shards: 3, Format: formatParquet}
	lines.Settings.Messages, tables.Settings.Messages = true, true
	lines.run(t, []string{name})
	tables.run(t, []string{name})
	got := shardsIn(t, tables.Out)
	for shard, text := range shardsIn(t, lines.Out) {
		base := strings.TrimSuffix(shard, ".ndjson")
		kind, _, _ := strings.Cut(base, "-0")
		var want bytes.Buffer
		l, err := export.NewLines(&want, kind, false, "beam")
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			if err := l.Write(line); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got[base+".parquet"], want.Bytes()) {
			t.Errorf("%s: %d bytes, want %d", base, len(got[base+".parquet"]), want.Len())
		}
	}
	tables.run(t, []string{name})
	again := shardsIn(t, tables.Out)
	for name, data := range got {
		if !bytes.Equal(data, again[name]) {
			t.Errorf("%s is another at the second run", name)
		}
	}
	if len(again) != len(got) || len(got) < 6 {
		t.Errorf("%d files, then %d", len(got), len(again))
	}
	few := &job{Out: t.TempDir(), Shards: 3, Format: formatParquet}
	few.run(t, []string{name})
	for name, data := range shardsIn(t, few.Out) {
		if !bytes.Equal(data, got[name]) || strings.HasPrefix(name, "messages") {
			t.Errorf("%s is another without messages", name)
		}
	}
}

// TestCapturesAndShardsElsewhere: captures come from a filesystem that is not the local one, and
// shards go to it.
func TestCapturesAndShardsElsewhere(t *testing.T) {
	folder := t.TempDir()
	whole := filepath.Join(folder, "x.pcap")
	generate(t, whole, "-conns", "30", "-seed", "5")
	ctx := context.Background()
	fs := memfs.New(ctx)
	local := rotate(t, whole, whole, 3)
	var there []string
	for i, name := range local {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		there = append(there, fmt.Sprintf("memfs://in/%d.pcap", i))
		if err := filesystem.Write(ctx, fs, there[i], data); err != nil {
			t.Fatal(err)
		}
	}
	want := single(t, local)
	for kind, lines := range want {
		for i := range lines {
			for k := range local {
				lines[i] = strings.ReplaceAll(lines[i], fmt.Sprintf("%q", local[k]), fmt.Sprintf("%q", there[k]))
			}
		}
		slices.Sort(want[kind])
	}
	got := pipelined(t, &job{Out: "memfs://out", Shards: 2}, []string{"memfs://in/"})
	for kind, lines := range want {
		same(t, kind, lines, got[kind])
	}
}

// TestFolderOfAnEarlierRunIsRefused, since its shards and those of this run could mix.
func TestFolderOfAnEarlierRunIsRefused(t *testing.T) {
	folder := t.TempDir()
	other := filepath.Join(folder, "notes.txt")
	old := filepath.Join(folder, "flows-00003-of-00009.parquet")
	if err := errorsOf(os.WriteFile(other, nil, 0o666), os.WriteFile(old, nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := emptied(ctx, folder, false); err == nil {
		t.Error("the folder is taken")
	}
	if err := errorsOf(emptied(ctx, folder, true), emptied(ctx, folder, false)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}
