package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms is the map of the house: which of our packages each package may import. It is
// the twin of the map in CONTRIBUTING.md. Data flows one way, from capture to cmd.
var rooms = map[string][]string{
	"wsparse":                           {"wsparse/inflate", "wsparse/rule"},
	"wsparse/rule":                      {},
	"wsparse/inflate":                   {},
	"wsparse/kaitai":                    {"wsparse"},
	"assembly/packet":                   {},
	"assembly/list":                     {},
	"assembly/capture":                  {"assembly/packet"},
	"assembly/link":                     {"assembly/packet"},
	"assembly/shed":                     {"assembly/packet", "assembly/link"},
	"assembly":                          {"assembly/link", "assembly/list", "assembly/packet"},
	"assembly/tlsopen":                  {"assembly"},
	"assembly/quic":                     {"assembly", "assembly/list", "assembly/link", "assembly/tlsopen"},
	"assembly/h2":                       {"assembly"},
	"assembly/h3":                       {"assembly/quic"},
	"assembly/engineio":                 {"assembly", "wsparse"},
	"assembly/upgrade":                  {"assembly", "assembly/engineio", "assembly/h2", "assembly/quic", "assembly/h3", "wsparse"},
	"analyzer/stat":                     {},
	"analyzer/sealed":                   {},
	"analyzer/record":                   {"analyzer/stat", "wsparse/rule"},
	"analyzer/diagnose":                 {"analyzer/record", "analyzer/stat"},
	"analyzer/flow":                     {"analyzer/record", "analyzer/sealed", "analyzer/stat", "assembly", "assembly/link", "assembly/list", "assembly/packet", "assembly/tlsopen", "assembly/quic", "assembly/h3", "assembly/engineio", "assembly/upgrade", "wsparse"},
	"analyzer/analyzertest":             {"analyzer", "assembly/capture", "assembly/packet", "assembly/tlsopen"},
	"analyzer/correlate":                {"analyzer/diagnose", "analyzer/flow", "analyzer/record", "wsparse"},
	"analyzer":                          {"analyzer/correlate", "analyzer/flow", "analyzer/record", "analyzer/stat", "assembly", "assembly/capture", "assembly/packet", "assembly/link", "assembly/tlsopen", "assembly/quic"},
	"analyzer/archive":                  {"analyzer", "assembly/capture", "assembly/link", "assembly/packet", "assembly/tlsopen"},
	"analyzer/apps":                     {"analyzer/record", "analyzer/apps/protoschema", "wsparse"},
	"analyzer/filter":                   {"analyzer/record", "analyzer/query"},
	"analyzer/query":                    {"analyzer/record"},
	"analyzer/behaviour":                {"analyzer/clean", "analyzer/record", "analyzer/stat", "analyzer/redact"},
	"analyzer/behaviour/simulate":       {},
	"analyzer/behaviour/simulate/table": {"analyzer", "analyzer/apps", "analyzer/behaviour", "analyzer/behaviour/simulate", "assembly/capture"},
	"analyzer/rules":                    {"analyzer/clean", "analyzer", "analyzer/record", "analyzer/stat", "analyzer/apps", "analyzer/behaviour", "analyzer/query", "assembly/capture", "analyzer/redact"}, // apps and capture for Check in Go tests
	"analyzer/report":                   {"analyzer/clean", "analyzer/record"},
	"analyzer/clean":                    {},
	"analyzer/report/page":              {"analyzer/record", "analyzer/report"},
	"analyzer/report/page/browsertest":  {},
	"analyzer/report/export":            {"analyzer/record", "analyzer/report"},
	"analyzer/metrics":                  {"analyzer/record"},
	"analyzer/merge":                    {"analyzer/record"},
	"analyzer/fleet":                    {"analyzer/record", "analyzer/report", "analyzer/report/export"},
	"analyzer/fleet/broker":             {},
	"analyzer/fleet/kafka":              {"analyzer/fleet"},
	"analyzer/fleet/otlp":               {"analyzer/fleet", "analyzer/record"},
	"cmd/wscope/recent":                 {"analyzer/record", "analyzer/report"},
	"cmd/wscope/screen":                 {"analyzer/filter", "analyzer/record", "analyzer/report", "cmd/wscope/recent"},
	"cmd/wscope/web":                    {"analyzer/correlate", "analyzer/record", "analyzer/report", "analyzer/report/page", "cmd/wscope/recent"},
	"cmd/wscope":                        {"analyzer", "analyzer/archive", "analyzer/flow", "analyzer/record", "analyzer/stat", "analyzer/merge", "analyzer/metrics", "analyzer/fleet", "analyzer/fleet/kafka", "analyzer/fleet/otlp", "analyzer/clean", "cmd/wscope/live", "cmd/wscope/web", "cmd/wscope/extcap", "cmd/wscope/privilege", "cmd/wscope/keys", "cmd/wscope/goprobe", "analyzer/apps", "analyzer/apps/protoschema", "analyzer/behaviour", "analyzer/filter", "analyzer/query", "analyzer/report", "analyzer/report/export", "analyzer/report/export/pcapng", "analyzer/report/page", "analyzer/rules", "assembly/capture", "assembly/link", "assembly/packet", "assembly/shed", "assembly/tlsopen", "wsparse", "analyzer/redact"},
	"cmd/wscope/keys":                   {},
	"cmd/wscope/live":                   {"analyzer/metrics", "analyzer/record", "analyzer/report", "assembly/capture", "assembly/packet", "assembly/shed", "cmd/wscope/goprobe", "cmd/wscope/keys", "cmd/wscope/recent", "cmd/wscope/screen", "cmd/wscope/web"},
	"cmd/wscope/extcap":                 {"analyzer/clean", "analyzer/record", "assembly/capture", "assembly/packet"},
	"cmd/wscope/privilege":              {},
	"cmd/wscope/goprobe":                {},
	"cmd/wscope-gen":                    {},
	"cmd/wscope-broker":                 {"analyzer/fleet/broker"},
	"cmd/wscope-gen/fit":                {"analyzer", "analyzer/apps", "analyzer/record", "assembly/capture", "assembly/tlsopen"},
	"cmd/wscope/e2e/attacks":            {},
	"cmd/wscope/e2e/pictures":           {},
	"cmd/wscope/e2e/send":               {"assembly/capture", "assembly/packet"},
	"analyzer/record/maketable":         {},
	"analyzer/redact":                   {"analyzer/record"},

	"analyzer/apps/protoschema": {},

	"analyzer/report/export/pcapng": {"analyzer/record", "analyzer/stat", "analyzer/report", "assembly/capture", "assembly/link", "assembly/packet"},
}

// foreign says which modules of others only some rooms may import.
var foreign = map[string][]string{
	"github.com/google/gopacket": {"assembly/capture", "assembly/link"},
	"github.com/cilium/ebpf":     {"cmd/wscope/goprobe"},
	"github.com/prometheus/":     {"analyzer/metrics"},
	"github.com/spf13/cobra":     {"cmd/wscope"},
	"github.com/parquet-go":      {"analyzer/report/export"},
	"github.com/twmb/":           {"analyzer/fleet/kafka"},
	"go.opentelemetry.io/":       {}, // in the tests of analyzer/fleet/otlp
}

// alone are the rooms that stand on the standard library alone (and on each other, as rooms says).
var alone = map[string]bool{"wsparse": true, "wsparse/inflate": true, "wsparse/rule": true, "assembly/packet": true, "analyzer/record": true, "analyzer/sealed": true, "analyzer/stat": true}

// TestRoomsImportOnlyWhatTheMapAllows parses the files themselves: a test that asks the
// go command is answered from its cache.
func TestRoomsImportOnlyWhatTheMapAllows(t *testing.T) {
	root := filepath.Join("..", "..")
	house := moduleName(t) + "/"
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() {
			name := d.Name()
			if rel != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || ownModule(path)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		room := filepath.ToSlash(filepath.Dir(rel))
		seen[room] = true
		allowed, known := rooms[room]
		if !known {
			t.Errorf("%s: the map has no room %s", rel, room)
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		test := strings.HasSuffix(path, "_test.go")
		for _, spec := range f.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if ours, ok := strings.CutPrefix(name, house); ok {
				if ours != room && !slices.Contains(allowed, ours) && !test {
					t.Errorf("%s imports %s, which the map does not allow", rel, name)
				}
				continue
			}
			for module, where := range foreign {
				if strings.HasPrefix(name, module) && !slices.Contains(where, room) && !test {
					t.Errorf("%s imports %s, which only %v may", rel, name, where)
				}
			}
			if alone[room] {
				if first, _, _ := strings.Cut(name, "/"); strings.Contains(first, ".") && !test {
					t.Errorf("%s imports %s: %s stands on the standard library alone", rel, name, room)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for room := range rooms {
		if !seen[room] && room != "analyzer/apps" && room != "analyzer/rules" {
			t.Errorf("the map has room %s, the house has not", room)
		}
	}
}

// showing are the rooms that take records and make none.
var showing = []string{
	"analyzer/record", "analyzer/redact", "analyzer/diagnose", "analyzer/query", "analyzer/filter", "analyzer/behaviour", "analyzer/metrics", "analyzer/report",
	"analyzer/report/page", "analyzer/report/export", "analyzer/fleet", "cmd/wscope/screen",
}

// TestRoomsThatShowRecordsLinkNoEngine holds that such a room, with all that it imports, links no packet library, no
// reassembly, no TLS opening and no codec of WebSocket.
func TestRoomsThatShowRecordsLinkNoEngine(t *testing.T) {
	for _, room := range showing {
		out, err := exec.Command("go", "list", "-deps", moduleName(t)+"/"+room).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for _, name := range strings.Fields(string(out)) {
			if name == "wscope/analyzer" || name == "wscope/wsparse" || name == "wscope/wsparse/inflate" ||
				strings.HasPrefix(name, "wscope/assembly") || strings.HasPrefix(name, "github.com/google/gopacket") {
				t.Errorf("%s links %s", room, name)
			}
		}
	}
}

// ownModule reports whether a folder is a module of its own, with its own dependencies.
func ownModule(dir string) bool {
	matches, _ := filepath.Glob(filepath.Join(dir, "go.mod"))
	return len(matches) > 0 && filepath.Clean(dir) != filepath.Join("..", "..")
}
