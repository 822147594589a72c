package fleet

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// TestDuckDBAnswersThePagesQueries over files of two sensors and two hours.
func TestDuckDBAnswersThePagesQueries(t *testing.T) {
	readers, err := filepath.Abs(filepath.Join("..", "report", "export", "readers"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(readers, "node_modules", "@duckdb", "node-api")); err != nil {
		t.Skip("DuckDB is not installed: cd analyzer/report/export/readers && npm ci")
	}
	page, err := os.ReadFile("DUCKDB.md")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	s, err := openStore(filepath.Join(folder, "records"), packing{format: Parquet})
	if err != nil {
		t.Fatal(err)
	}
	for i, sensor := range []string{"a", "b"} {
		o := origin(sensor)
		var lines []byte
		for hour := range 2 {
			at := record.Time(time.Date(2026, 11, 22, 10+hour, 0, 0, 0, time.UTC).UnixNano())
			f := &record.Flow{Flow: int64(hour + 1), Client: record.Endpoint{IP: "10.0.0.1", Port: 5}, Start: at, End: at,
				HTTP: &record.HTTP{Host: "shop.example"}, Close: &record.Closing{How: []record.How{"handshake", "rst"}[hour]}, Findings: []record.Finding{}}
			lines = o.line(lines, Flows, at, report.FlowJSON(f))
			b, err := json.Marshal(finding{f.Flow, record.Finding{Rule: "frame-masked", Severity: "error", Detail: "bad", Time: at, Count: 1}})
			if err != nil {
				t.Fatal(err)
			}
			lines = o.line(lines, Findings, at, append(b, '\n'))
		}
		s.add(sensor+".1", 1, lines)
		if err := s.commit(time.Unix(int64(i), 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.settle(time.Now(), true); err != nil {
		t.Fatal(err)
	}
	var queries []string
	for _, m := range regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllSubmatch(page, -1) {
		queries = append(queries, string(m[1]))
	}
	in, err := json.Marshal(queries)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(readers, "duckdb.mjs"))
	cmd.Stdin, cmd.Dir = bytes.NewReader(in), folder
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	var got [][]map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 4 {
		t.Fatalf("%d answers", len(got))
	}
	for i, rows := range []int{4, 1, 1, 4} {
		if len(got[i]) != rows {
			t.Errorf("query %d: %d rows, want %d: %v", i+1, len(got[i]), rows, got[i])
		}
	}
	if first := got[0][0]; first["hour"] != "2026-11-22T10" || first["sensor"] != "a" || first["flows"] != "1" {
		t.Errorf("the first query: %v", first)
	}
	if hosts := got[1][0]; hosts["host"] != "shop.example" || hosts["flows"] != "4" || hosts["abrupt"] != "2" {
		t.Errorf("the second query: %v", hosts)
	}
	if rules := got[2][0]; rules["sensors"] != "2" || rules["flows"] != "4" {
		t.Errorf("the third query: %v", rules)
	}
}
