package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/parquet-go/parquet-go"

	"wscope/analyzer"
	"wscope/analyzer/record"
	"wscope/analyzer/report"
	"wscope/analyzer/report/export"
	"wscope/assembly/capture"
)

// TestLinesMakeTheRowsOfTheExport: records that went through lines of JSON give the very
// rows that the export of the same capture has.
func TestLinesMakeTheRowsOfTheExport(t *testing.T) {
	for _, name := range []string{
		"peers/plain/ws-echo.pcap", "peers/http2/h2c-many.pcap", "peers/invalid/utf8-bad.pcap", "peers/derived/gap.pcap", "apps/graphql/transport-ws.pcap",
	} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			path := filepath.Join(testdata, name)
			_, out := folder(t, path, func(p *export.Place) (export.Exporter, error) { return export.NewParquet(p, "test") })
			lines := linesOf(t, path)
			for _, kind := range []string{"flows", "messages", "findings"} {
				var b, again bytes.Buffer
				makeTable(t, &b, kind, false, lines[kind])
				makeTable(t, &again, kind, false, lines[kind])
				if !bytes.Equal(b.Bytes(), again.Bytes()) {
					t.Errorf("%s: the same lines made other bytes", kind)
				}
				data, err := os.ReadFile(filepath.Join(out, kind+".parquet"))
				if err != nil {
					t.Fatal(err)
				}
				want, got := rowsOf(t, data), rowsOf(t, b.Bytes())
				if len(want) != len(lines[kind]) || !reflect.DeepEqual(want, got) {
					t.Errorf("%s: %d lines, rows\n%v\nwant\n%v", kind, len(lines[kind]), got, want)
				}
			}
		})
	}
}

// TestLinesOfSensorsSayWhoseTheyAre in columns before the record's own.
func TestLinesOfSensorsSayWhoseTheyAre(t *testing.T) {
	const origin = `{"schema_version":1,"record":"x","sensor":"a-1","interface":"eth0","clock_offset":-0.25,"at":"2026-11-22T10:00:00.5Z",`
	for kind, rest := range map[string]string{
		"flows":    `"flow":3,"start":"2026-11-22T10:00:00Z"}`,
		"messages": `"flow":3,"message":1,"from":"client","type":"text","time":"2026-11-22T10:00:00Z","text":"hé"}`,
		"findings": `"flow":3,"rule":"x","time":"2026-11-22T10:00:00Z"}`,
		"dropped":  `"records":{"flows":2,"messages":7}}`,
	} {
		var b bytes.Buffer
		makeTable(t, &b, kind, true, [][]byte{[]byte(origin + rest)})
		list := rowsOf(t, b.Bytes())
		if len(list) != 1 {
			t.Fatalf("%s: %d rows", kind, len(list))
		}
		r := list[0]
		if r["schema_version"] != int32(1) || r["sensor"] != "a-1" || r["interface"] != "eth0" || r["clock_offset"] != -0.25 {
			t.Errorf("%s: %v", kind, r)
		}
		switch kind {
		case "dropped":
			if r["messages"] != int64(7) || r["flows"] != int64(2) || r["time_ns"] != int64(1795341600500000000) {
				t.Errorf("%v", r)
			}
		case "messages":
			if r["text"] != "hé" {
				t.Errorf("%v", r)
			}
		}
	}
	if _, err := export.NewLines(new(bytes.Buffer), "frames", false, "test"); err == nil {
		t.Error("a table of frames")
	}
	l, err := export.NewLines(new(bytes.Buffer), "flows", false, "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Write([]byte(`{"flow":`)); !errors.Is(err, export.ErrNoRecord) {
		t.Error("half a line is no record, and was taken")
	}
}

func makeTable(t *testing.T, b *bytes.Buffer, kind string, sensors bool, lines [][]byte) {
	t.Helper()
	l, err := export.NewLines(b, kind, sensors, "test")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if err := l.Write(line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// rows reads a Parquet file by its own schema.
func rowsOf(t *testing.T, data []byte) []map[string]any {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	r := parquet.NewReader(bytes.NewReader(data), f.Schema())
	defer r.Close()
	var list []map[string]any
	for range f.NumRows() {
		row := map[string]any{}
		if err := r.Read(&row); err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	return list
}

// linesOf are the records of a capture as lines.
func linesOf(t *testing.T, path string) map[string][][]byte {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := &lineSink{lines: map[string][][]byte{}}
	if _, err := analyzer.Run(context.Background(), src, analyzer.Options{Messages: true, Payload: true}, s); err != nil {
		t.Fatal(err)
	}
	return s.lines
}

type lineSink struct {
	record.NopSink
	lines map[string][][]byte
	json  report.JSON
}

func (s *lineSink) FlowEnded(f *record.Flow) error {
	s.lines["flows"] = append(s.lines["flows"], report.FlowJSON(f))
	for _, x := range f.Findings {
		b, err := json.Marshal(struct {
			Flow int64 `json:"flow"`
			record.Finding
		}{f.Flow, x})
		if err != nil {
			return err
		}
		s.lines["findings"] = append(s.lines["findings"], b)
	}
	return nil
}

func (s *lineSink) Message(m *record.Message) error {
	s.lines["messages"] = append(s.lines["messages"], report.AppendLine(nil, m.Flow, s.json.Message(nil, m)))
	return nil
}
