package metrics

import (
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"wscope/analyzer/record"
)

// scrape gives the metrics as text.
func scrape(c *Collector) string {
	w := httptest.NewRecorder()
	c.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func holds(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no %s", line)
		}
	}
}

func one() Capture {
	return Capture{Interfaces: []Interface{{"veth0", 100, 3, 1}}, Analysed: 90, Shed: 7, Refused: 2, LetGo: 11, Queued: 5, Queue: 32}
}

// TestCounts follows a flow: each record adds what is new since the one before.
func TestCounts(t *testing.T) {
	c := New(Options{Hosts: []string{"chat.example.com"}, Paths: []string{"/chat"}, Capture: one})
	latency, code := record.Seconds(2e6), 1000
	f := &record.Flow{Flow: 1, Pickup: "handshake", HTTP: &record.HTTP{Host: "chat.example.com", Path: "/chat?token=1"},
		Handshake: &record.Handshake{Result: "unanswered"}}
	c.FlowBegun(f)
	f.Handshake = &record.Handshake{Result: "accepted", Latency: &latency}
	f.ClientToServer = record.Direction{Frames: 3, WireBytes: 60, MessageBytes: 30, Messages: record.Counts{Text: 2, Ping: 1}}
	f.Ping = &record.PingSum{Answered: 1, Fresh: []record.Seconds{5e6}}
	c.FlowUpdate(f)
	f.ClientToServer.Frames, f.ClientToServer.Messages.Text, f.ServerToClient.LostBytes = 5, 4, 9
	f.Ping = &record.PingSum{Answered: 1}
	f.Close = &record.Closing{How: "handshake", Code: &code}
	f.Findings = []record.Finding{{Rule: "client-frame-not-masked", Severity: "error", Count: 2}}
	holds(t, scrape(c), "wscope_connections_open 1")
	c.FlowEnded(f)
	c.FlowBegun(&record.Flow{Flow: 2, Pickup: "midstream"})
	holds(t, scrape(c),
		`wscope_connections_total{host="chat.example.com",path="/chat",pickup="handshake"} 1`,
		`wscope_connections_total{host="other",path="other",pickup="midstream"} 1`,
		`wscope_connections_ended_total{host="chat.example.com",path="/chat",result="accepted"} 1`,
		`wscope_connections_open 1`,
		`wscope_messages_total{from="client",host="chat.example.com",path="/chat",type="text"} 4`,
		`wscope_messages_total{from="client",host="chat.example.com",path="/chat",type="ping"} 1`,
		`wscope_frames_total{from="client",host="chat.example.com",path="/chat"} 5`,
		`wscope_wire_bytes_total{from="client",host="chat.example.com",path="/chat"} 60`,
		`wscope_lost_bytes_total{from="server"} 9`,
		`wscope_handshake_seconds_bucket{le="0.003"} 1`, `wscope_handshake_seconds_count 1`,
		`wscope_ping_seconds_count 1`,
		`wscope_closes_total{code="1000"} 1`,
		`wscope_findings_total{rule="client-frame-not-masked",severity="error"} 2`,
		`wscope_capture_packets_total{interface="veth0"} 100`, `wscope_capture_dropped_total{interface="veth0"} 3`,
		`wscope_capture_interface_dropped_total{interface="veth0"} 1`,
		`wscope_packets_total 90`, `wscope_shed_packets_total 7`, `wscope_refused_connections_total 2`, `wscope_let_go_connections_total 11`,
		`wscope_queue_batches 5`, `wscope_queue_batches_limit 32`,
	)
}

// TestConnectionsNotOpened follows TLS connections that could not be opened: they are counted as what they seem to be at
// each time, and with no WebSocket.
func TestConnectionsNotOpened(t *testing.T) {
	c := New(Options{})
	f, g := &record.Flow{Flow: 1, Pickup: "encrypted"}, &record.Flow{Flow: 2, Pickup: "encrypted", Sealed: &record.Sealed{Likely: "http3"}}
	c.FlowBegun(f)
	c.FlowBegun(g)
	holds(t, scrape(c), `wscope_sealed_connections_open{likely="unknown"} 1`, `wscope_sealed_connections_open{likely="http3"} 1`)
	f.Sealed = &record.Sealed{Likely: "websocket"}
	c.FlowUpdate(f)
	holds(t, scrape(c), `wscope_sealed_connections_open{likely="unknown"} 0`, `wscope_sealed_connections_open{likely="websocket"} 1`,
		`wscope_connections_open 0`)
	f.Close = &record.Closing{How: "fin"}
	c.FlowEnded(f)
	text := scrape(c)
	holds(t, text, `wscope_sealed_connections_open{likely="websocket"} 0`, `wscope_sealed_connections_total{likely="websocket"} 1`,
		`wscope_connections_open 0`)
	for _, no := range []string{"wscope_connections_ended_total{", "wscope_closes_total{"} {
		if strings.Contains(text, no) {
			t.Errorf("a WebSocket is counted: %s", no)
		}
	}
}

// TestHistogramsAreNativeToo scrapes as a Prometheus that asks for native histograms does:
// each has its classic buckets besides.
func TestHistogramsAreNativeToo(t *testing.T) {
	c := New(Options{})
	latency := record.Seconds(2e6)
	c.FlowBegun(&record.Flow{Flow: 1})
	c.FlowEnded(&record.Flow{Flow: 1, Handshake: &record.Handshake{Result: "accepted", Latency: &latency},
		Ping: &record.PingSum{Answered: 1, Fresh: []record.Seconds{5e6}}})
	request := httptest.NewRequest("GET", "/metrics", nil)
	request.Header.Set("Accept", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, request)
	native := 0
	for d := expfmt.NewDecoder(w.Body, expfmt.ResponseFormat(w.Header())); ; {
		var family dto.MetricFamily
		if err := d.Decode(&family); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if h := family.Metric[0].GetHistogram(); h != nil {
			if native++; len(h.PositiveSpan) == 0 || len(h.Bucket) != len(latencies) || h.GetSampleCount() != 1 {
				t.Errorf("%s: %v", family.GetName(), h)
			}
		}
	}
	if native != 2 {
		t.Errorf("%d histograms", native)
	}
}

// TestLabelsAreBounded shows that what a peer chooses makes no label of its own.
func TestLabelsAreBounded(t *testing.T) {
	c := New(Options{})
	for i := range 2000 {
		code, name := 3000+i, strconv.Itoa(i)
		f := &record.Flow{Flow: int64(i), Pickup: "handshake", HTTP: &record.HTTP{Host: name, Path: "/" + name},
			Close: &record.Closing{How: "handshake", Code: &code}}
		c.FlowBegun(f)
		c.FlowEnded(f)
	}
	n := strings.Count(scrape(c), "\nwscope_")
	if n > 150 || len(c.flows) != 0 {
		t.Errorf("%d lines, %d flows kept", n, len(c.flows))
	}
}

// TestDashboard holds the dashboard to the names of the metrics: it asks for none that
// there is not, and leaves none out.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "cmd", "wscope", "deploy", "grafana.json"))
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{Capture: one})
	code := 1000
	f := &record.Flow{Flow: 1, Close: &record.Closing{Code: &code}, Findings: []record.Finding{{Rule: "r", Count: 1}}}
	c.FlowBegun(f)
	c.FlowEnded(f)
	have := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (wscope_\w+) (\w+)`).FindAllStringSubmatch(scrape(c), -1) {
		have[m[1]] = false
		if m[2] == "histogram" {
			have[m[1]+"_bucket"] = false
			delete(have, m[1])
		}
	}
	for _, name := range regexp.MustCompile(`\bwscope_\w+`).FindAllString(string(text), -1) {
		if _, ok := have[name]; !ok {
			t.Errorf("the dashboard asks for %s, which is no metric", name)
		}
		have[name] = true
	}
	for name, shown := range have {
		if !shown {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}
