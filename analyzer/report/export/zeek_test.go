package export_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wscope/analyzer/record"
	"wscope/analyzer/report/export"
)

// corpus is the folder of other projects' captures, where there is one.
func corpus(t *testing.T) string {
	t.Helper()
	dir := corpusFolder()
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus of other projects' captures: set WSCOPE_CORPUS")
	}
	return dir
}

func corpusFolder() string {
	if dir := os.Getenv("WSCOPE_CORPUS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "..", "shared", "corpus")
}

// TestZeekAgreesWithZeek compares with what Zeek itself logs of its own captures, in its
// tests' baselines: each column of websocket.log, and what they keep of conn.log. Times and
// identifiers are masked there.
func TestZeekAgreesWithZeek(t *testing.T) {
	logs, _ := filepath.Glob(filepath.Join(corpus(t), "zeek_zeek", "*.baseline", "*", "*.log"))
	compared := 0
	for _, path := range logs {
		log := filepath.Base(path)
		columns := []string{"id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "host", "uri", "user_agent", "subprotocol",
			"client_protocols", "server_extensions", "client_extensions"}
		if log == "conn.log" {
			columns = []string{"service", "history"}
		}
		folderName := filepath.Base(filepath.Dir(filepath.Dir(path)))
		if log != "websocket.log" && log != "conn.log" || folderName == "connect-with-smtp.pcap.baseline" {
			continue // that one has no WebSocket
		}
		capture := filepath.Join(corpus(t), "zeek_zeek", strings.TrimSuffix(folderName, ".baseline"))
		t.Run(filepath.Base(capture)+"/"+log, func(t *testing.T) {
			_, out := folder(t, capture, func(p *export.Place) (export.Exporter, error) { return export.NewZeek(p, false) })
			got, want := zeekRows(t, filepath.Join(out, log)), baseline(t, path)
			if len(got) != len(want) {
				t.Fatalf("%d rows, want %d", len(got), len(want))
			}
			for i := range want {
				for _, c := range columns {
					if got[i][c] != want[i][c] {
						t.Errorf("%s: %q, Zeek says %q", c, got[i][c], want[i][c])
					}
				}
			}
		})
		compared++
	}
	if compared == 0 {
		t.Error("no baseline was compared")
	}
}

// baseline reads a log as Zeek's tests keep it: with a head of #fields, or with the names
// alone.
func baseline(t *testing.T, path string) []map[string]string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines [][]string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if fields, ok := strings.CutPrefix(line, "#fields\t"); ok {
			line = fields
		}
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.Split(line, "\t"))
		}
	}
	return byName(lines[0], lines[1:])
}

// TestZeekJSONSaysTheSame holds the logs as JSON against the tab-separated ones.
func TestZeekJSONSaysTheSame(t *testing.T) {
	path := filepath.Join(testdata, "peers/plain/ws-echo.pcap")
	_, tsv := folder(t, path, func(p *export.Place) (export.Exporter, error) { return export.NewZeek(p, false) })
	_, out := folder(t, path, func(p *export.Place) (export.Exporter, error) { return export.NewZeek(p, true) })
	for _, log := range []string{"websocket.log", "conn.log"} {
		text, err := os.ReadFile(filepath.Join(out, log))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range zeekRows(t, filepath.Join(tsv, log)) {
			var got map[string]any
			d := json.NewDecoder(bytes.NewReader(text))
			d.UseNumber()
			if err := d.Decode(&got); err != nil {
				t.Fatal(err)
			}
			for name, cell := range want {
				v, there := got[name]
				switch s, isText := v.(string); {
				case cell == "-" && there, cell != "-" && !there:
					t.Errorf("%s: %v, want %q", name, v, cell)
				case isText && s != cell:
					t.Errorf("%s: %q, want %q", name, s, cell)
				}
			}
		}
	}
}

// TestZeekUID has identifiers look like Zeek's and stay the same for the same capture.
func TestZeekUID(t *testing.T) {
	path := filepath.Join(testdata, "peers/http2/h2c-many.pcap")
	uids := map[string]bool{}
	for range 2 {
		_, out := folder(t, path, func(p *export.Place) (export.Exporter, error) { return export.NewZeek(p, false) })
		for _, row := range zeekRows(t, filepath.Join(out, "conn.log")) {
			uids[row["uid"]] = true
			if !regexp.MustCompile(`^C[0-9A-Za-z]{12,17}$`).MatchString(row["uid"]) {
				t.Errorf("uid %q", row["uid"])
			}
		}
	}
	var b bytes.Buffer
	if sum := run(t, path, export.NewHAR(&b, t.TempDir(), "test")); int64(len(uids)) != sum.Flows {
		t.Errorf("%d identifiers for %d flows", len(uids), sum.Flows)
	}
}

// TestZeekEscapes writes what would break a line or a cell as Zeek does.
func TestZeekEscapes(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	place, err := export.NewFolder(out, false)
	if err != nil {
		t.Fatal(err)
	}
	z, err := export.NewZeek(place, false)
	if err != nil {
		t.Fatal(err)
	}
	z.FlowEnded(&record.Flow{
		Pickup:    "handshake",
		HTTP:      &record.HTTP{Host: "a\tb\n", Path: "-", UserAgent: "é \\ \x1b\xff"},
		Handshake: &record.Handshake{Result: "accepted", SubprotocolsOffered: []string{"a,b", "c"}},
	})
	if err := z.Close(&record.Summary{}); err != nil {
		t.Fatal(err)
	}
	if err := place.Commit(); err != nil {
		t.Fatal(err)
	}
	row := zeekRows(t, filepath.Join(out, "websocket.log"))[0]
	for name, want := range map[string]string{
		"host": `a\x09b\x0a`, "uri": `\x2d`, "user_agent": `é \\ \x1b\xff`, "client_protocols": `a\x2cb,c`,
	} {
		if row[name] != want {
			t.Errorf("%s: %q, want %q", name, row[name], want)
		}
	}
}

// TestZeekConnection gives conn.log's columns as Zeek documents them.
func TestZeekConnection(t *testing.T) {
	_, out := folder(t, filepath.Join(testdata, "peers/plain/ws-echo.pcap"), func(p *export.Place) (export.Exporter, error) { return export.NewZeek(p, false) })
	row := zeekRows(t, filepath.Join(out, "conn.log"))[0]
	for name, want := range map[string]string{
		"proto": "tcp", "service": "http,websocket", "conn_state": "SF", "local_orig": "T", "local_resp": "T", "missed_bytes": "0",
		"orig_ip_bytes": "-", "resp_ip_bytes": "-", "tunnel_parents": "-", "ip_proto": "6",
	} {
		if row[name] != want {
			t.Errorf("%s: %q, want %q", name, row[name], want)
		}
	}
	if !strings.HasPrefix(row["history"], "ShADad") || row["orig_bytes"] == "-" || row["resp_pkts"] == "-" {
		t.Errorf("%v", row)
	}
}
