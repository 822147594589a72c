package archive_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/apps"
	"wscope/analyzer/archive"
	"wscope/analyzer/report"
	"wscope/assembly/capture"
)

// TestByFileGivesWhatOneRunGives cuts small pcap files of testdata into files at random
// places, some of them compressed, and holds the flows of all of them together and of each alone to
// those of one run.
func TestByFileGivesWhatOneRunGives(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var all []string
	flows := 0
	for i, name := range captures(t) {
		if i%6 != 0 { // of all, this takes half a minute
			continue
		}
		folder := t.TempDir()
		paths := rotate(t, name, folder, 2+random.IntN(5), random)
		if i%12 == 0 {
			all = append(all, paths...)
		}
		flows += same(t, name, paths, 1+random.IntN(4))
	}
	flows += same(t, "many captures as one", all, 3)
	if flows < 50 {
		t.Errorf("%d flows: this shows little", flows)
	}
}

// TestByFileOfOtherFormats takes the captures of each folder of testdata as they are: pcapng
// with secrets, damaged files, QUIC.
func TestByFileOfOtherFormats(t *testing.T) {
	for _, folder := range []string{"peers/lossy", "peers/http2", "peers/quic", "peers/tls", "peers/derived"} {
		path := filepath.Join("..", "..", "testdata", filepath.FromSlash(folder))
		if _, err := os.Stat(path); err == nil {
			same(t, folder, []string{path}, 2)
		}
	}
}

// same holds the flows and the summary by file to those of one run.
func same(t *testing.T, name string, paths []string, workers int) (flows int) {
	t.Helper()
	want, wantSum := one(t, paths)
	sink := &lines{}
	sum, err := archive.Run(context.Background(), paths, options(), workers, sink)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return 0
	}
	a, b := sorted(want), sorted(sink.String())
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			k := 0
			for k < min(len(a[i]), len(b[i])) && a[i][k] == b[i][k] {
				k++
			}
			t.Errorf("%s, flow record %d of %d, byte %d:\n one run …%.250s\n by file …%.250s", name, i, len(a)-1, k, a[i][max(0, k-100):], b[i][min(len(b[i]), max(0, k-100)):])
			return 0
		}
	}
	if len(a) != len(b) {
		t.Errorf("%s: %d flows, want %d", name, len(b)-1, len(a)-1)
	}
	if got, want := about(sum), about(wantSum); got != want {
		t.Errorf("%s:\n got  %s\n want %s", name, got, want)
	}
	return len(a) - 1
}

// sorted are flow records by number, as the command line gives them: flows that end at one tick
// may come in another order.
func sorted(text string) []string {
	list := strings.SplitAfter(text, "\n")
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
	return list
}

func number(line string) (n int64) {
	if _, err := fmt.Sscanf(line, `{"flow":%d,`, &n); err != nil {
		return math.MaxInt64
	}
	return n
}

// about is what of a summary must be the same. What datagrams are counted as differs: a worker
// that leaves QUIC to another counts it as UDP.
func about(s *analyzer.Summary) string {
	return fmt.Sprint(s.Packets, s.Bytes, s.CutPackets, s.TCP, s.Malformed, s.Flows, s.Connections, s.MaxOpen, s.ByPickup, s.ByResult, s.Closes,
		s.Hosts, s.Paths, s.Findings, s.Start, s.End, s.Duration, len(s.Problems))
}

func options() analyzer.Options { return analyzer.Options{Apps: apps.New} }

func one(t *testing.T, paths []string) (string, *analyzer.Summary) {
	t.Helper()
	src, err := capture.Open(paths, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	sink := &lines{}
	sum, err := analyzer.Run(context.Background(), src, options(), sink)
	if err != nil {
		t.Fatal(err)
	}
	return sink.String(), sum
}

// lines is flow records as they end.
type lines struct {
	analyzer.NopSink
	bytes.Buffer
}

func (l *lines) FlowEnded(f *analyzer.Flow) error {
	l.Write(report.FlowJSON(f))
	return nil
}

// captures are the pcap files of testdata that are small.
func captures(t *testing.T) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join("..", "..", "testdata"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".pcap" {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && len(data) > 1000 && len(data) < 300<<10 && binary.LittleEndian.Uint32(data) == 0xa1b2c3d4 {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// rotate cuts a pcap file into at most n, as a ring of capture files is.
func rotate(t *testing.T, name, folder string, n int, random *rand.Rand) (paths []string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var cuts []int // where packets begin
	for at := 24; at+16 <= len(data); at += 16 + int(binary.LittleEndian.Uint32(data[at+8:])) {
		cuts = append(cuts, at)
	}
	begin := 24
	for i := range n {
		end := len(data)
		if i < n-1 && len(cuts) > 0 {
			end = max(begin, cuts[min(len(cuts)-1, (i*len(cuts)+random.IntN(len(cuts)))/n)])
		}
		part := append(bytes.Clone(data[:24]), data[begin:end]...)
		begin = end
		path := filepath.Join(folder, fmt.Sprintf("%s.%02d", filepath.Base(name), i))
		if random.IntN(3) == 0 {
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			w.Write(part)
			w.Close()
			part, path = b.Bytes(), path+".gz"
		}
		if err := os.WriteFile(path, part, 0o666); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}
