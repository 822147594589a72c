package page

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/record"
	"wscope/analyzer/report"
	"wscope/assembly/capture"
	"wscope/assembly/tlsopen"
)

// beside is a Sink that hands a page what it keeps copies of.
type beside struct {
	*Writer
	flows    map[int64][]byte // FlowJSON
	messages map[int64]int64  // all that have a record
	reserved map[int64]int64  // those of them that no count includes, and records of TLS that could not be opened
}

func (b *beside) TLSRecord(t *record.TLSRecord) error {
	b.messages[t.Flow]++
	b.reserved[t.Flow]++
	return b.Writer.TLSRecord(t)
}

func (b *beside) FlowEnded(f *record.Flow) error {
	b.flows[f.Flow] = bytes.TrimSpace(report.FlowJSON(f))
	return b.Writer.FlowEnded(f)
}

func (b *beside) Message(m *record.Message) error {
	b.messages[m.Flow]++
	if strings.HasPrefix(m.Type, "reserved") {
		b.reserved[m.Flow]++
	}
	return b.Writer.Message(m)
}

// write makes a page of captures, with the keys that stand beside them.
func write(t testing.TB, limits Limits, workers int, paths ...string) (string, *beside, *record.Summary) {
	t.Helper()
	src, err := capture.Open(paths, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	opt := analyzer.Options{Messages: true, Payload: true, Events: true, TLSRecords: true, Workers: workers, Keys: tlsopen.NewKeys()}
	for _, path := range paths {
		if keys, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".keys"); err == nil {
			opt.Keys.Add(keys)
		}
	}
	var out bytes.Buffer
	sink := &beside{Writer: New(&out, limits), flows: map[int64][]byte{}, messages: map[int64]int64{}, reserved: map[int64]int64{}}
	sum, err := analyzer.Run(context.Background(), src, opt, sink)
	if err != nil {
		t.Fatal(err)
	}
	if err := sink.Close(sum); err != nil {
		t.Fatal(err)
	}
	return out.String(), sink, sum
}

var element = regexp.MustCompile(`(?s)<script type="([^"]+)" id="([^"]+)"(?: data-length="\d+")?>(.*?)</script>`)

// blocksOf reads a page's blocks as a browser does: up to the first "</script", by id.
func blocksOf(t testing.TB, page string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for _, m := range element.FindAllStringSubmatch(page, -1) {
		data := []byte(m[3])
		if m[1] == "application/octet-stream" {
			packed, err := base64.StdEncoding.DecodeString(m[3])
			if err != nil {
				t.Fatalf("%s: %v", m[2], err)
			}
			if data, err = io.ReadAll(flate.NewReader(bytes.NewReader(packed))); err != nil {
				t.Fatalf("%s: %v", m[2], err)
			}
		}
		if !json.Valid(data) {
			t.Fatalf("%s is no JSON", m[2])
		}
		found[m[2]] = data
	}
	return found
}

type pageFlow struct {
	Record json.RawMessage
	Blocks []int
	Page   entry
}

// content of a page, put together from its blocks.
type pageContent struct {
	about about
	flows []pageFlow
	rows  map[int64][][]any
}

func read(t testing.TB, page string) pageContent {
	t.Helper()
	c := pageContent{rows: map[int64][][]any{}}
	for id, data := range blocksOf(t, page) {
		var err error
		switch sort, _, _ := strings.Cut(id, "-"); sort {
		case "about":
			err = json.Unmarshal(data, &c.about)
		case "flows":
			var list []pageFlow
			err = json.Unmarshal(data, &list)
			c.flows = append(c.flows, list...)
		case "messages":
			var list []struct {
				Flow int64
				Rows [][]any
			}
			err = json.Unmarshal(data, &list)
			for _, part := range list {
				c.rows[part.Flow] = append(c.rows[part.Flow], part.Rows...)
			}
		}
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
	}
	return c
}

// TestPageHoldsTheRecordsOfEveryCapture compares the page's JSON with the records that the
// other formats give.
func TestPageHoldsTheRecordsOfEveryCapture(t *testing.T) {
	files := captures(t)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			page, want, sum := write(t, Limits{}, 0, path)
			got := read(t, page)
			if a, b := compact(t, got.about.Summary), compact(t, report.SummaryJSON(sum)); a != b {
				t.Errorf("summary\n%s, want\n%s", a, b)
			}
			if len(got.flows) != len(want.flows) || got.about.Kept != int64(len(want.flows)) {
				t.Fatalf("%d flows, %d kept, want %d", len(got.flows), got.about.Kept, len(want.flows))
			}
			for _, f := range got.flows {
				var r record.Flow
				if err := json.Unmarshal(f.Record, &r); err != nil {
					t.Fatal(err)
				}
				if compact(t, f.Record) != compact(t, want.flows[r.Flow]) {
					t.Errorf("flow %d\n%s, want\n%s", r.Flow, f.Record, want.flows[r.Flow])
				}
				n := int64(len(got.rows[r.Flow]))
				if n != f.Page.Listed || n+f.Page.Left != want.messages[r.Flow] || n+f.Page.Left != count(&r)+want.reserved[r.Flow] {
					t.Errorf("flow %d: %d rows, %d left, want %d messages, the record counts %d",
						r.Flow, n, f.Page.Left, want.messages[r.Flow], count(&r))
				}
			}
			var rated int64
			for i := range got.about.Rate.Client {
				rated += got.about.Rate.Client[i] + got.about.Rate.Server[i]
			}
			unrated := sum.Client.Untyped + sum.Server.Untyped + sum.Client.Streams + sum.Client.Datagrams + sum.Server.Streams + sum.Server.Datagrams
			if all := counts(&sum.Client) + counts(&sum.Server) - unrated; rated != all {
				t.Errorf("the rate counts %d messages, the summary %d", rated, all)
			}
		})
	}
}

func counts(d *record.Direction) int64 {
	m := d.Messages
	return m.Text + m.Binary + m.Ping + m.Pong + m.Close + d.Untyped + d.Streams + d.Datagrams
}

func count(f *record.Flow) int64 { return counts(&f.ClientToServer) + counts(&f.ServerToClient) }

func compact(t testing.TB, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func captures(t testing.TB) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*/*.pcap", "*/*.pcapng"} {
		list, err := filepath.Glob(filepath.Join("..", "..", "..", "testdata", "peers", filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, list...)
	}
	if len(files) < 20 {
		t.Fatalf("only %d captures", len(files))
	}
	slices.Sort(files)
	return files
}

// TestSamePageForAnyNumberOfWorkers also holds that a page does not change from run to run.
func TestSamePageForAnyNumberOfWorkers(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "testdata", "peers", "plain")
	one, _, _ := write(t, Limits{}, 0, dir)
	again, _, _ := write(t, Limits{}, 3, dir)
	if one != again {
		t.Error("two runs made two pages")
	}
}

// TestPageShowsTheRecordsOfClosedConnections writes a page without the keys, and looks for a row for each record.
func TestPageShowsTheRecordsOfClosedConnections(t *testing.T) {
	path := filepath.Join(t.TempDir(), "closed.pcap") // away from its keys
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "peers", "tls", "tls13-node.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	page, _, sum := write(t, Limits{}, 0, path)
	if sum.Sealed == nil || sum.Sealed.WebSockets == 0 {
		t.Fatalf("the capture has keys in it: %+v", sum.Sealed)
	}
	got := read(t, page)
	for _, f := range got.flows {
		var r record.Flow
		if err := json.Unmarshal(f.Record, &r); err != nil {
			t.Fatal(err)
		}
		rows := got.rows[r.Flow]
		if n := r.Sealed.ClientToServer.Records + r.Sealed.ServerToClient.Records; int64(len(rows)) != n {
			t.Errorf("flow %d: %d rows, %d records", r.Flow, len(rows), n)
		}
		for _, row := range rows {
			if last, ok := row[len(row)-1].(map[string]any); !ok || last["type"] != "record" || row[9].(float64) <= 0 {
				t.Errorf("flow %d: a row is %v", r.Flow, row)
			}
		}
	}
}
