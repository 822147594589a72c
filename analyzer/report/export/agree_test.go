package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"wscope/analyzer"
	"wscope/analyzer/record"
	"wscope/analyzer/report/export"
	"wscope/assembly/capture"
	"wscope/assembly/tlsopen"
)

// counts is what each export is to agree on with the Summary.
type counts struct {
	flows, findings int64
	sides           [2]side // what the client sent, what the server sent
}

// side is the messages of a direction by type, and the sum of the bytes.
type side struct {
	messages record.Counts
	frames   int64
	wire     int64
	payload  int64
	message  int64
}

func (s *side) add(d *record.Direction) {
	s.messages.Text += d.Messages.Text
	s.messages.Binary += d.Messages.Binary
	s.messages.Ping += d.Messages.Ping
	s.messages.Pong += d.Messages.Pong
	s.messages.Close += d.Messages.Close
	s.frames += d.Frames
	s.wire += d.WireBytes
	s.payload += d.PayloadBytes
	s.message += d.MessageBytes
}

func (s *side) count(kind string, n int64) {
	switch kind {
	case "text":
		s.messages.Text += n
	case "binary":
		s.messages.Binary += n
	case "ping":
		s.messages.Ping += n
	case "pong":
		s.messages.Pong += n
	case "close":
		s.messages.Close += n
	}
}

func ofSummary(sum *record.Summary) (c counts) {
	c.flows = sum.Flows
	c.sides[0].add(&sum.Client)
	c.sides[1].add(&sum.Server)
	for _, r := range sum.Findings {
		c.findings += r.Flows // rows: each tells of a rule in a flow and direction
	}
	return c
}

var otherKeys = regexp.MustCompile(`keys: ([a-z0-9/-]+\.keys)`)

const testdata = "../../../testdata"

// run exports a capture of testdata with the keys that stand beside it.
func run(t testing.TB, path string, x export.Exporter) *record.Summary {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	opt := analyzer.Options{Keys: tlsopen.NewKeys()}
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	keys := stem + ".keys"
	if text, err := os.ReadFile(stem + ".log.json"); err == nil {
		if m := otherKeys.FindSubmatch(text); m != nil {
			keys = filepath.Join(testdata, "peers", string(m[1]))
		}
	}
	if text, err := os.ReadFile(keys); err == nil {
		opt.Keys.Add(text)
	}
	opt.Want(x.Wants())
	sum, err := analyzer.Run(context.Background(), src, opt, x)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(sum); err != nil {
		t.Fatal(err)
	}
	return sum
}

// captures are all of testdata and, where it is, of the corpus of other projects' captures.
func captures(t testing.TB) []string {
	t.Helper()
	var paths []string
	for _, root := range []string{testdata, corpusFolder()} {
		found := 0
		filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			name := filepath.Base(path)
			if err == nil && d.Type().IsRegular() && (strings.Contains(name, ".pcap") || strings.HasSuffix(name, ".trace")) {
				paths = append(paths, path)
				found++
			}
			return nil
		})
		if found == 0 && root == testdata {
			t.Fatal("no captures in testdata")
		}
	}
	return paths
}

// TestEveryExportAgreesWithTheSummary counts in the exports of all captures what the Summary, which
// "summary --format json" prints, counts: flows, messages by direction and type, bytes. That of pcapng
// is analysed again by a test of its own.
func TestEveryExportAgreesWithTheSummary(t *testing.T) {
	for _, path := range captures(t) {
		t.Run(strings.TrimPrefix(filepath.ToSlash(path), testdata+"/"), func(t *testing.T) {
			t.Parallel()
			for _, format := range []struct {
				name  string
				count func(*testing.T, string) (*record.Summary, counts)
			}{{"html", html}, {"har", har}, {"csv", tables}, {"parquet", parquets}, {"zeek", zeek}, {"payloads", payloads}} {
				sum, got := format.count(t, path)
				want := ofSummary(sum)
				if format.name == "payloads" { // has no flows
					want.flows, want.findings = 0, 0
					want.sides[0].bare()
					want.sides[1].bare()
				}
				if format.name == "zeek" {
					want.findings = 0 // lists rules once a flow
				}
				if got != want {
					t.Errorf("%s:\n got %+v\nwant %+v", format.name, got, want)
				}
			}
		})
	}
}

// bare leaves the messages alone.
func (s *side) bare() { *s = side{messages: s.messages} }

func har(t *testing.T, path string) (*record.Summary, counts) {
	var b bytes.Buffer
	sum := run(t, path, export.NewHAR(&b, t.TempDir(), "test"))
	var archive struct {
		Log struct {
			Entries []struct {
				Flow     record.Flow `json:"_wscope"`
				Messages []struct {
					Type   string
					Opcode int
				} `json:"_webSocketMessages"`
			}
		}
	}
	if err := json.Unmarshal(b.Bytes(), &archive); err != nil {
		t.Fatal(err)
	}
	var c counts
	for i := range archive.Log.Entries {
		e := &archive.Log.Entries[i]
		c.flows++
		c.findings += int64(len(e.Flow.Findings))
		for _, m := range e.Messages {
			s := &c.sides[0]
			if m.Type == "receive" {
				s = &c.sides[1]
			}
			s.count(map[int]string{1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}[m.Opcode], 1)
		}
		e.Flow.ClientToServer.Messages, e.Flow.ServerToClient.Messages = record.Counts{}, record.Counts{}
		c.sides[0].add(&e.Flow.ClientToServer)
		c.sides[1].add(&e.Flow.ServerToClient)
	}
	return sum, c
}

// folder exports into a folder and gives its name.
func folder(t *testing.T, path string, make func(*export.Place) (export.Exporter, error)) (*record.Summary, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	place, err := export.NewFolder(out, false)
	if err != nil {
		t.Fatal(err)
	}
	x, err := make(place)
	if err != nil {
		t.Fatal(err)
	}
	sum := run(t, path, x)
	if err := place.Commit(); err != nil {
		t.Fatal(err)
	}
	return sum, out
}

func tables(t *testing.T, path string) (*record.Summary, counts) {
	sum, out := folder(t, path, func(p *export.Place) (export.Exporter, error) { return export.NewCSV(p) })
	var c counts
	for _, row := range rows(t, out, "flows.csv") {
		c.flows++
		c.row(row, "client_to_server.", "server_to_client.", ".")
	}
	c.sides[0].messages, c.sides[1].messages = record.Counts{}, record.Counts{}
	for _, row := range rows(t, out, "messages.csv") {
		c.message(row["from"], row["type"])
	}
	c.findings = int64(len(rows(t, out, "findings.csv")))
	return sum, c
}

func (c *counts) message(from, kind string) {
	s := &c.sides[0]
	if from == "server" {
		s = &c.sides[1]
	}
	s.count(kind, 1)
}

// row adds a flow's numbers, by the prefixes of their columns.
func (c *counts) row(row map[string]string, client, server, dot string) {
	for i, prefix := range []string{client, server} {
		n := func(name string) int64 { v, _ := strconv.ParseInt(row[prefix+name], 10, 64); return v }
		messages := ""
		if dot != "" {
			messages = "messages" + dot
		}
		for _, kind := range []string{"text", "binary", "ping", "pong", "close"} {
			c.sides[i].count(kind, n(messages+kind))
		}
		c.sides[i].frames += n("frames")
		c.sides[i].wire += n("wire_bytes")
		c.sides[i].payload += n("payload_bytes")
		c.sides[i].message += n("message_bytes")
	}
}

// rows reads a table with a head.
func rows(t *testing.T, folder, name string) (out []map[string]string) {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return byName(all[0], all[1:])
}

func byName(head []string, all [][]string) (out []map[string]string) {
	for _, cells := range all {
		row := map[string]string{}
		for i, cell := range cells {
			row[head[i]] = cell
		}
		out = append(out, row)
	}
	return out
}

func parquets(t *testing.T, path string) (*record.Summary, counts) {
	sum, out := folder(t, path, func(p *export.Place) (export.Exporter, error) { return export.NewParquet(p, "test") })
	var c counts
	type direction struct {
		Frames       int64 `parquet:"frames"`
		WireBytes    int64 `parquet:"wire_bytes"`
		PayloadBytes int64 `parquet:"payload_bytes"`
		MessageBytes int64 `parquet:"message_bytes"`
	}
	for _, f := range read[struct {
		Client direction `parquet:"client_to_server"`
		Server direction `parquet:"server_to_client"`
	}](t, filepath.Join(out, "flows.parquet")) {
		c.flows++
		for i, d := range []direction{f.Client, f.Server} {
			c.sides[i].frames += d.Frames
			c.sides[i].wire += d.WireBytes
			c.sides[i].payload += d.PayloadBytes
			c.sides[i].message += d.MessageBytes
		}
	}
	for _, m := range read[struct {
		From string `parquet:"from"`
		Type string `parquet:"type"`
	}](t, filepath.Join(out, "messages.parquet")) {
		c.message(m.From, m.Type)
	}
	c.findings = int64(len(read[struct {
		Flow int64 `parquet:"flow"`
	}](t, filepath.Join(out, "findings.parquet"))))
	return sum, c
}

func read[T any](t *testing.T, path string) []T {
	t.Helper()
	all, err := parquet.ReadFile[T](path)
	if err != nil && err != io.EOF {
		t.Fatalf("%s: %v", path, err)
	}
	return all
}

func zeek(t *testing.T, path string) (*record.Summary, counts) {
	sum, out := folder(t, path, func(p *export.Place) (export.Exporter, error) { return export.NewZeek(p, false) })
	var c counts
	c.flows = int64(len(zeekRows(t, filepath.Join(out, "conn.log"))))
	for _, row := range zeekRows(t, filepath.Join(out, "websocket.log")) {
		c.row(row, "orig_", "resp_", "")
	}
	return sum, c
}

// zeekRows reads a log of Zeek.
func zeekRows(t *testing.T, path string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var head []string
	var all [][]string
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if fields, ok := strings.CutPrefix(line, "#fields\t"); ok {
			head = strings.Split(fields, "\t")
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		if cells := strings.Split(line, "\t"); len(cells) == len(head) {
			all = append(all, cells)
		} else {
			t.Fatalf("%s: %d cells, %d fields: %q", path, len(cells), len(head), line)
		}
	}
	return byName(head, all)
}

func payloads(t *testing.T, path string) (*record.Summary, counts) {
	sum, out := folder(t, path, func(p *export.Place) (export.Exporter, error) { return export.NewPayloads(p, false) })
	text, err := os.ReadFile(filepath.Join(out, "index.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var c counts
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var line struct {
			File, From, Type string
			Bytes, Length    int64
			Complete         bool
		}
		if err := d.Decode(&line); err == io.EOF {
			return sum, c
		} else if err != nil {
			t.Fatal(err)
		}
		c.message(line.From, line.Type)
		st, err := os.Stat(filepath.Join(out, line.File))
		if err != nil || st.Size() != line.Bytes || line.Complete && line.Bytes != line.Length {
			t.Errorf("%s: %d bytes, the index says %d of %d (%v)", line.File, st.Size(), line.Bytes, line.Length, err)
		}
	}
}
