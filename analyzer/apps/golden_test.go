package apps

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/record"
	"wscope/assembly/capture"
)

// journal is what the endpoints of a recorded conversation wrote down (testdata/README.md).
type journal struct {
	Risk   string
	Breaks *struct{ By, RFC string }
	App    struct {
		Counts    [][]any                         `json:"counts"` // sender, kind, name, how often
		Answered  map[string]map[string][]float64 `json:"answered_ms"`
		Heartbeat map[string][]float64            `json:"heartbeat_ms"`
		Beats     map[string]beatTimes            `json:"heartbeats"`
		Polling   *struct {
			Requests, Failed, Client, Server int64
			Ports                            []uint16
		} `json:"polling"`
		Session string `json:"session"`
		Decoded any    `json:"decoded"` // read by formats/chat.proto
	} `json:"app"`
}

// told takes a run's records.
type told struct {
	record.NopSink
	flows    []*record.Flow
	messages []*record.Message
}

func (t *told) FlowEnded(f *record.Flow) error { t.flows = append(t.flows, f); return nil }
func (t *told) Message(m *record.Message) error {
	own := *m
	own.Data = bytes.Clone(m.Data)
	if m.App != nil {
		app := *m.App
		own.App = &app
	}
	t.messages = append(t.messages, &own)
	return nil
}
func analyse(t testing.TB, path string, opt analyzer.Options) *told {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if opt.Messages, opt.Payload = true, true; opt.Apps == nil {
		opt.Apps = New
	}
	var out told
	if _, err := analyzer.Run(context.Background(), src, opt, &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

func captures(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/apps/*/*.pcap")
	if err != nil || len(paths) == 0 {
		t.Fatal("no captures in testdata/apps", err)
	}
	return paths
}

// TestSummariesAreWhatTheEndpointsCounted holds every recorded conversation to its
// endpoints: what they sent by kind and name, how long answers took them, and the session's name.
func TestSummariesAreWhatTheEndpointsCounted(t *testing.T) {
	for _, path := range captures(t) {
		name := strings.TrimSuffix(path, ".pcap")
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(name), func(t *testing.T) {
			b, err := os.ReadFile(name + ".log.json")
			if err != nil {
				t.Fatal(err)
			}
			var log journal
			if err := json.Unmarshal(b, &log); err != nil {
				t.Fatal(err)
			}
			var opt analyzer.Options
			if log.App.Decoded != nil {
				opt.Apps = WithSchema(chatTypes())
			}
			flows := slices.DeleteFunc(analyse(t, path, opt).flows, isSilent)
			for _, f := range flows {
				if f.App == nil {
					t.Fatal("no subprotocol was recognised")
				}
				for _, v := range f.Findings {
					breach := log.Breaks != nil && string(v.From) == log.Breaks.By && v.RFC == log.Breaks.RFC
					if v.Rule != "credentials-in-clear" && v.Rule != "token-in-url" && v.Rule != log.Risk && !breach { // which they are, on loopback
						t.Errorf("a clean conversation has a finding: %v", v)
					}
				}
				if log.App.Session != "" && f.App.Session != log.App.Session {
					t.Errorf("session %q, the endpoints call it %q", f.App.Session, log.App.Session)
				}
			}
			for _, c := range log.App.Counts {
				from, kind, name, n := c[0].(string), c[1].(string), c[2].(string), int64(c[3].(float64))
				if got := count(flows, from, kind, name); got != n {
					t.Errorf("%s sent %d %q %q, we counted %d", from, n, kind, name, got)
				}
			}
			for from, operations := range log.App.Answered {
				for name, ms := range operations {
					latencies(t, flows, from, name, ms)
				}
			}
			for from, ms := range log.App.Heartbeat {
				heartbeats(t, flows, from, ms)
			}
			for from, b := range log.App.Beats {
				beating(t, flows, from, &b)
			}
			if want := log.App.Polling; want != nil {
				p := flows[0].Polling
				if p == nil || p.Requests != want.Requests || p.Failed != want.Failed || p.Client != want.Client || p.Server != want.Server {
					t.Fatalf("polling %+v, the server counted %+v", p, *want)
				}
				for _, c := range p.Connections {
					if !slices.Contains(want.Ports, c.Port) || len(p.Connections) != len(want.Ports) {
						t.Errorf("polled on %v, the server on ports %v", p.Connections, want.Ports)
					}
				}
			}
		})
	}
}

// isSilent reports that nothing was said on a flow, as on one that its client gives up for a subprotocol that was not chosen.
func isSilent(f *record.Flow) bool {
	return f.ClientToServer.Frames == 0 && f.ServerToClient.Frames == 0
}

// count adds up a kind, or a name within it, over the flows.
func count(flows []*record.Flow, from, kind, name string) (n int64) {
	for _, f := range flows {
		list := f.App.Names
		if name == "" {
			list = f.App.Kinds
		}
		for _, c := range list {
			if c.Kind == kind && c.Name == name {
				n += map[string]int64{"client": c.Client, "server": c.Server}[from]
			}
		}
	}
	return n
}

// latencies compares an operation with the times that the asker measured around its
// calls: those are upper bounds of what the capture shows.
func latencies(t *testing.T, flows []*record.Flow, from, name string, ms []float64) {
	t.Helper()
	for _, f := range flows {
		for _, o := range f.App.Operations {
			if o.Name != name || string(o.From) != from {
				continue
			}
			if o.Count < int64(len(ms)) {
				t.Errorf("%s: %d answers, the asker had %d", name, o.Count, len(ms))
			}
			longest := 0.0
			for _, v := range ms {
				longest = max(longest, v)
			}
			if got := o.Max.Float() * 1000; o.Count == int64(len(ms)) && (got <= 0 || got > longest+slack) {
				t.Errorf("%s took at most %v ms, the asker measured %v", name, got, ms)
			}
			return
		}
	}
	t.Errorf("operation %q of the %s is missing", name, from)
}

// slack is what the clocks of tcpdump and of node may differ by, in milliseconds.
const slack = 0.5

func heartbeats(t *testing.T, flows []*record.Flow, from string, ms []float64) {
	t.Helper()
	answered, slowest := int64(0), 0.0
	for _, f := range flows {
		if f.App.Heartbeats == nil {
			continue
		}
		h := map[string]*record.AppHeartbeat{"client": f.App.Heartbeats.Client, "server": f.App.Heartbeats.Server}[from]
		if h != nil && h.Answered != nil {
			answered += *h.Answered
			slowest = max(slowest, h.RTTMax.Float()*1000)
		}
	}
	if answered != int64(len(ms)) || slowest > slices.Max(ms)+slack {
		t.Errorf("%d heartbeats of the %s are answered, within %v ms; the endpoint measured %v", answered, from, slowest, ms)
	}
}

// TestEveryMessageIsTold shows that recorded messages are told by their dialect,
// but for those that hold a part of a packet.
func TestEveryMessageIsTold(t *testing.T) {
	for _, path := range captures(t) {
		out := analyse(t, path, analyzer.Options{})
		said, told := map[int64]int64{}, map[int64]int64{}
		for _, m := range out.messages {
			if m.App != nil {
				told[m.Flow]++
				if m.App.Protocol == "" || m.App.Kind == "" {
					t.Errorf("%s: message %d is told as %+v", path, m.Message, *m.App)
				}
			}
			if m.Type == "text" || m.Type == "binary" {
				said[m.Flow]++
			}
		}
		for _, f := range slices.DeleteFunc(out.flows, isSilent) {
			if unread := f.App.Unread; unread > 1 {
				t.Errorf("%s: %d messages of %d are unread", path, unread, said[f.Flow])
			}
			if told[f.Flow] > f.App.Messages {
				t.Errorf("%s: %d messages told, %d things said", path, told[f.Flow], f.App.Messages)
			}
		}
	}
}
