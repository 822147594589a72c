package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs"

	"wscope/analyzer/report/export"
)

// TestParquetShardsHoldTheSameRecords as those of lines, and running once more into the same
// folder changes no byte and adds no file.
func TestParquetShardsHoldTheSameRecords(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	generate(t, name, "-conns", "30", "-loss", "1", "-seed", "9")
	lines := &job{Out: t.TempDir(), Shards: 3, Block: 1 << 20, Format: formatNDJSON}
	tables := &job{Out: t.TempDir(), Shards: 3, Block: 30_000, Format: formatParquet}
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
	few := &job{Out: t.TempDir(), Shards: 3, Block: 1 << 20, Format: formatParquet}
	few.run(t, []string{name})
	for name, data := range shardsIn(t, few.Out) {
		if !bytes.Equal(data, got[name]) || strings.HasPrefix(name, "messages") {
			t.Errorf("%s is another without messages", name)
		}
	}
}

// TestCapturesAndShardsElsewhere: captures come from a filesystem that is not the local one,
// read from the beginning or, where it gives ranges, in parts; shards go to it.
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
	for _, ranges := range []bool{false, true} {
		if ranges {
			openers["memfs"] = func(ctx context.Context, name string) (readerAt, int64, error) {
				data, err := filesystem.Read(ctx, fs, name)
				get := func(off, n int64) (io.ReadCloser, error) {
					return io.NopCloser(bytes.NewReader(data[off:][:n])), nil
				}
				return &object{get, func() error { return nil }}, int64(len(data)), err
			}
			defer delete(openers, "memfs")
			if s, err := survey(ctx, input{Name: there[0]}, true); err != nil || s.Kind != kindPcap {
				t.Errorf("%s, %v", s.Kind, err)
			}
		}
		got := pipelined(t, &job{Out: fmt.Sprintf("memfs://out-%v", ranges), Shards: 2, Block: 20_000}, []string{"memfs://in/"})
		for kind, lines := range want {
			same(t, kind, lines, got[kind])
		}
	}
}

// TestObjectsAreReadByRange from the stores of Google and Amazon, as far as a server that
// speaks as they do can show.
func TestObjectsAreReadByRange(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "x.pcap")
	generate(t, name, "-conns", "10", "-seed", "6", "-total", "2M")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	largest := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/storage/v1/b/bucket/o/a/x.pcap", "/b/bucket/o/a/x.pcap":
			if r.URL.Query().Get("alt") != "media" {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprintf(w, `{"kind":"storage#object","bucket":"bucket","name":"a/x.pcap","size":"%d","generation":"7"}`, len(data))
				return
			}
			fallthrough
		case "/bucket/a/x.pcap":
			w.Header().Set("ETag", `"7"`)
			c := &counted{w: w}
			http.ServeContent(&counting{w, c}, r, "", time.Unix(1, 0), bytes.NewReader(data))
			largest = max(largest, int(c.n))
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	t.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(server.URL, "http://"))
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	want := readParts(t, source{Input: input{Name: name, Local: true}, Kind: kindWhole}, 0, nil)
	for _, name := range []string{"gs://bucket/a/x.pcap", "s3://bucket/a/x.pcap"} {
		t.Run(name[:2], func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			r, size, err := openAt(ctx, name)
			if err != nil || size != int64(len(data)) {
				t.Fatalf("%d bytes, %v", size, err)
			}
			defer r.Close()
			b := make([]byte, 1000)
			largest = 0
			if _, err := r.ReadAt(b, 12345); err != nil || !bytes.Equal(b, data[12345:][:1000]) || largest != 1000 {
				t.Fatalf("another range (%d bytes came), %v", largest, err)
			}
			s, err := survey(ctx, input{Name: name}, true)
			if err != nil || s.Kind != kindPcap {
				t.Fatalf("%s, %v", s.Kind, err)
			}
			want.same(t, "in parts", readParts(t, s, 700_000, nil))
		})
	}
}

// counting counts what a handler writes.
type counting struct {
	http.ResponseWriter
	c *counted
}

func (c *counting) Write(b []byte) (int, error) { return c.c.Write(b) }
