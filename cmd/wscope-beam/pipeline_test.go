package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"wscope/analyzer"
	"wscope/analyzer/apps"
	"wscope/analyzer/report"
	"wscope/assembly/capture"
)

func TestMain(m *testing.M) { ptest.MainWithDefault(m, "prism") }

// TestBeamGivesWhatOneRunGives holds the pipeline's records to those of one run over the
// same 64 captures, whatever the number of shards: 24 of them
// are rotations of six captures, whose flows they cut in the middle. TestMain says that it
// is Prism that runs it, in this process.
func TestBeamGivesWhatOneRunGives(t *testing.T) {
	paths := captures(t)
	want := single(t, paths)
	t.Logf("%d flows, %d messages, %d findings", len(want["flows"]), len(want["messages"]), len(want["findings"]))
	for _, c := range []struct {
		shards int
	}{{1}, {8}} {
		t.Run(fmt.Sprintf("%d shards", c.shards), func(t *testing.T) {
			got := pipelined(t, &job{Shards: c.shards}, paths)
			for kind, lines := range want {
				same(t, kind, lines, got[kind])
			}
			if len(got["dead-letters"]) > 0 {
				t.Errorf("dead letters: %s", got["dead-letters"][0])
			}
		})
	}
}

// TestDamagedCaptureBecomesADeadLetter: all the others' records, and a line that says
// where the damage is.
func TestDamagedCaptureBecomesADeadLetter(t *testing.T) {
	folder := t.TempDir()
	good := filepath.Join(folder, "good.pcap")
	generate(t, good, "-conns", "20", "-seed", "3")
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	bad, none := filepath.Join(folder, "bad.pcap"), filepath.Join(folder, "none.pcap")
	if err := errorsOf(os.WriteFile(bad, data[:len(data)/2+5], 0o666), os.WriteFile(none, []byte("no capture at all, but text"), 0o666)); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(folder, "other.pcap")
	generate(t, other, "-conns", "10", "-seed", "4")
	paths := []string{good, bad, none, other}
	want, got := single(t, paths), pipelined(t, &job{Shards: 2}, paths)
	for kind, lines := range want {
		same(t, kind, lines, got[kind])
	}
	letters := strings.Join(got["dead-letters"], "")
	for _, part := range []string{"bad.pcap", "cut in the middle of a packet", "none.pcap", "not a capture"} {
		if !strings.Contains(letters, part) {
			t.Errorf("no dead letter says %q: %s", part, letters)
		}
	}
}

func errorsOf(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// pipelined gives the lines that the pipeline writes, by kind, in order.
func pipelined(t *testing.T, j *job, paths []string) map[string][]string {
	t.Helper()
	if j.Out == "" {
		j.Out = t.TempDir()
	}
	j.Format, j.Settings.Messages, j.Settings.Apps.On = formatNDJSON, true, true
	j.run(t, paths)
	got := map[string][]string{}
	for name, data := range shardsIn(t, j.Out) {
		kind, _, ok := strings.Cut(name, "-0")
		if !ok || !strings.HasSuffix(name, ".ndjson") {
			t.Errorf("left behind: %s", name)
		}
		got[kind] = append(got[kind], slices.Collect(strings.Lines(string(data)))...)
	}
	for _, lines := range got {
		slices.Sort(lines)
	}
	return got
}

// run runs the pipeline over captures.
func (j *job) run(t *testing.T, paths []string) {
	t.Helper()
	j.Captures = paths
	p, s := beam.NewPipelineWithRoot()
	if err := j.build(s); err != nil {
		t.Fatal(err)
	}
	ptest.RunAndValidate(t, p)
}

// shardsIn are the files of a folder, on any filesystem.
func shardsIn(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	ctx := context.Background()
	fs, err := filesystem.New(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer fs.Close()
	names, err := fs.List(ctx, folder+"/*")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]byte{}
	for _, name := range names {
		data, err := filesystem.Read(ctx, fs, name)
		if err != nil {
			t.Fatal(err)
		}
		got[path.Base(name)] = data
	}
	return got
}

// single gives the lines of one run.
func single(t *testing.T, paths []string) map[string][]string {
	t.Helper()
	src, err := capture.Open(paths, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	sink := &collected{lines: map[string][]string{"flows": nil, "messages": nil, "findings": nil}}
	opt := analyzer.Options{Messages: true, Payload: true, Apps: apps.New}
	if _, err := analyzer.Run(context.Background(), src, opt, sink); err != nil {
		t.Fatal(err)
	}
	for _, lines := range sink.lines {
		slices.Sort(lines)
	}
	return sink.lines
}

// collected is a Sink that renders as the command line does.
type collected struct {
	analyzer.Sink
	lines map[string][]string
	json  report.JSON
}

func (c *collected) FlowBegun(*analyzer.Flow) error { return nil }
func (c *collected) Batch(analyzer.Time) error      { return nil }

func (c *collected) FlowEnded(f *analyzer.Flow) error {
	c.lines["flows"] = append(c.lines["flows"], string(report.FlowJSON(f)))
	for _, x := range f.Findings {
		b, err := json.Marshal(finding{f.Flow, x})
		if err != nil {
			return err
		}
		c.lines["findings"] = append(c.lines["findings"], string(b)+"\n")
	}
	return nil
}

func (c *collected) Message(m *analyzer.Message) error {
	c.lines["messages"] = append(c.lines["messages"], string(report.AppendLine(nil, m.Flow, c.json.Message(nil, m))))
	return nil
}

// same compares sorted lines.
func same(t *testing.T, kind string, want, got []string) {
	t.Helper()
	missing, extra := 0, 0
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			k := 0
			for want[i][k] == got[i][k] {
				k++
			}
			t.Errorf("%s, line %d, byte %d:\n  one run …%.300s\n  beam    …%.300s", kind, i, k, want[i][max(0, k-100):], got[i][max(0, k-100):])
			break
		}
	}
	for i, j := 0, 0; i < len(want) || j < len(got); {
		switch {
		case j == len(got) || i < len(want) && want[i] < got[j]:
			if missing++; missing <= 3 {
				t.Errorf("%s: not there: %.200s", kind, want[i])
			}
			i++
		case i == len(want) || got[j] < want[i]:
			if extra++; extra <= 3 {
				t.Errorf("%s: not in one run: %.200s", kind, got[j])
			}
			j++
		default:
			i++
			j++
		}
	}
	if missing+extra > 0 {
		t.Errorf("%s: %d of %d are missing, %d are not in one run", kind, missing, len(want), extra)
	}
}

// captures makes the archive: those of testdata, generated ones of many kinds, and 24
// rotations, of generated captures and of real ones.
func captures(t *testing.T) []string {
	t.Helper()
	folder := t.TempDir()
	var paths []string
	for i, flags := range [][]string{
		{"-conns", "60", "-messages", "40", "-loss", "0.5"},
		{"-conns", "60", "-messages", "40", "-kind", "deflate", "-reorder", "2", "-retransmit", "1", "-size", "900"},
	} {
		name := filepath.Join(folder, fmt.Sprintf("rotated%d.pcap", i))
		generate(t, name, append(flags, "-seed", fmt.Sprint(100+i))...)
		paths = append(paths, rotate(t, name, name, 6)...)
		os.Remove(name)
	}
	real := []string{"plain/ws-echo.pcap", "http2/h2c.pcap", "plain/gorilla-fragments.pcap", "lossy/all-h2.pcap"}
	for i, name := range real {
		real[i] = filepath.Join("..", "..", "testdata", "peers", filepath.FromSlash(name))
		paths = append(paths, rotate(t, real[i], filepath.Join(folder, fmt.Sprintf("real%d.pcap", i)), 3)...)
	}
	for i, flags := range [][]string{
		{"-mtu", "600", "-size", "2000"}, {"-format", "pcapng", "-kind", "binary"}, {"-snaplen", "200"}, {"-kind", "deflate"},
		{"-loss", "3", "-format", "pcapng"}, {"-retransmit", "5", "-reorder", "5"}, {"-conns", "1", "-messages", "2000", "-size", "1000"},
		{"-conns", "40", "-total", "2M", "-format", "pcapng", "-size", "3000"},
	} {
		name := filepath.Join(folder, fmt.Sprintf("made%d.pcap", i))
		generate(t, name, append([]string{"-conns", "8", "-seed", fmt.Sprint(i)}, flags...)...)
		paths = append(paths, name)
	}
	var found []string
	filepath.WalkDir(filepath.Join("..", "..", "testdata"), func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err == nil && (ext == ".pcap" || ext == ".pcapng") && !slices.Contains(real, path) {
			found = append(found, path)
		}
		return err
	})
	need := 64 - len(paths)
	if len(found) < need {
		t.Fatalf("%d captures in testdata, %d are needed", len(found), need)
	}
	for i := range need { // spread over all of them
		paths = append(paths, found[i*len(found)/need])
	}
	return paths
}

// generate makes a capture.
func generate(t *testing.T, name string, flags ...string) {
	t.Helper()
	out, err := exec.Command(generator(t), append(flags, "-o", name)...).CombinedOutput()
	if err != nil {
		t.Fatalf("wscope-gen %v: %v\n%s", flags, err, out)
	}
}

const pcapHeader = 24 // bytes

var built string

func generator(t *testing.T) string {
	t.Helper()
	if built == "" {
		folder, err := os.MkdirTemp("", "wscope-gen")
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(folder, "wscope-gen")
		if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", name, "wscope/cmd/wscope-gen").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		built = name
	}
	return built
}

// rotate cuts a pcap file into n, as a ring of capture files is, that begin with the name to.
func rotate(t *testing.T, name, to string, n int) []string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for at, i := pcapHeader, 0; i < n; i++ {
		begin := at
		for at < len(data) && (at < (i+1)*len(data)/n || i == n-1) {
			at += 16 + int(binary.LittleEndian.Uint32(data[at+8:]))
		}
		part := fmt.Sprintf("%s.%02d", to, i)
		if err := os.WriteFile(part, bytes.Join([][]byte{data[:pcapHeader], data[begin:at]}, nil), 0o666); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	return parts
}
