package export_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"wscope/analyzer/record"
	"wscope/analyzer/report/export"
)

// node runs a program of readers, or skips the test where it cannot be.
func node(t *testing.T, out any, stdin []byte, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat("readers/node_modules"); err != nil {
		t.Skip("the readers are not installed: cd analyzer/report/export/readers && npm ci")
	}
	cmd := exec.Command("node", args...)
	cmd.Stdin, cmd.Dir = bytes.NewReader(stdin), "readers"
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	b, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v: %s", args, err, &stderr)
	}
	if err := json.Unmarshal(b, out); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
}

// readBack are captures of several kinds.
var readBack = []string{"plain/ws-echo.pcap", "http2/h2c-many.pcap", "browser/chromium-wss.pcap", "derived/midstream-py-echo.pcap", "derived/gap.pcap"}

// TestHARIsValid has har-validator, which knows the specification's schema, read the archives.
func TestHARIsValid(t *testing.T) {
	for _, name := range readBack {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			sum := run(t, filepath.Join(testdata, "peers", name), export.NewHAR(&b, t.TempDir(), "test"))
			var got struct{ Entries, Messages, Sent, Received int64 }
			node(t, &got, b.Bytes(), "har.js")
			if want := total(sum.Client.Messages) + total(sum.Server.Messages); got.Entries != sum.Flows || got.Messages != want {
				t.Errorf("%+v, want %d flows and %d messages", got, sum.Flows, want)
			}
		})
	}
}

func total(c record.Counts) int64 { return c.Text + c.Binary + c.Ping + c.Pong + c.Close }

// TestParquetIsReadByOthers reads the files with hyparquet, another implementation.
func TestParquetIsReadByOthers(t *testing.T) {
	for _, name := range readBack {
		t.Run(name, func(t *testing.T) {
			sum, out := folder(t, filepath.Join(testdata, "peers", name), func(p *export.Place) (export.Exporter, error) { return export.NewParquet(p, "test") })
			var flows, messages struct {
				Rows int64
				Sums map[string]int64
			}
			columns := []string{"client_to_server.wire_bytes", "server_to_client.wire_bytes", "client_to_server.text", "server_to_client.text"}
			node(t, &flows, nil, append([]string{"parquet.mjs", filepath.Join(out, "flows.parquet")}, columns...)...)
			node(t, &messages, nil, "parquet.mjs", filepath.Join(out, "messages.parquet"))
			want := []int64{sum.Client.WireBytes, sum.Server.WireBytes, sum.Client.Messages.Text, sum.Server.Messages.Text}
			for i, c := range columns {
				if flows.Sums[c] != want[i] {
					t.Errorf("%s: %d, want %d", c, flows.Sums[c], want[i])
				}
			}
			if flows.Rows != sum.Flows || messages.Rows != total(sum.Client.Messages)+total(sum.Server.Messages) {
				t.Errorf("%d flows and %d messages, want %d and %+v %+v", flows.Rows, messages.Rows, sum.Flows, sum.Client.Messages, sum.Server.Messages)
			}
		})
	}
}
