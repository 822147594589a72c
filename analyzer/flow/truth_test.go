package flow_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"wscope/analyzer/analyzertest"

	"wscope/analyzer"
)

// TestRecordsAreWhatTheEndpointsSay holds every capture of real peers to what these
// peers wrote down: each message by direction, order and content, and how it all ended.
func TestRecordsAreWhatTheEndpointsSay(t *testing.T) {
	for _, path := range analyzertest.Journals(t) {
		j := analyzertest.ReadJournal(t, path)
		name := strings.TrimSuffix(filepath.Base(path), ".log.json")
		t.Run(filepath.Base(filepath.Dir(path))+"/"+name, func(t *testing.T) {
			got, _ := analyzertest.Analyze(t, filepath.Join(filepath.Dir(path), j.Capture), analyzer.Options{})
			for i := range j.Flows {
				want := &j.Flows[i]
				f := analyzertest.FlowOf(got, want.ClientPort, want.StreamID, want.Path, i)
				if f == nil && want.Sent != nil && want.Result == "" && strings.HasPrefix(j.Shows, "nothing of WebSocket") {
					continue
				}
				if f == nil {
					t.Errorf("no flow from port %d, path %s, stream %d (%d flows)", want.ClientPort, want.Path, want.StreamID, len(got.Flows))
					continue
				}
				if f.TLS != nil && strings.HasSuffix(f.TLS.Why, "is not opened") {
					continue // a cipher suite that tlsopen names and does not open
				}
				if want.Pickup != "" && string(f.Pickup) != want.Pickup {
					t.Errorf("pickup %s, want %s", f.Pickup, want.Pickup)
				}
				if f.Handshake != nil && (f.HTTP.Status != want.Status || f.HTTP.Path != want.Path) {
					t.Errorf("status %d path %s, want %d %s", f.HTTP.Status, f.HTTP.Path, want.Status, want.Path)
				}
				if f.Handshake != nil && want.Result != "" && string(f.Handshake.Result) != want.Result {
					t.Errorf("result %s, want %s", f.Handshake.Result, want.Result)
				}
				if f.Handshake != nil && want.Sent == nil && f.Handshake.Subprotocol != want.Subprotocol {
					t.Errorf("subprotocol %q, want %q", f.Handshake.Subprotocol, want.Subprotocol)
				}
				if want.Messages == nil {
					continue
				}
				for _, from := range []string{"client", "server"} {
					var wanted, given []string
					for _, m := range want.Messages {
						if m.From != from {
							continue
						}
						if x := want.Missing; x != nil && x.From == from && x.Type == m.Type && x.Length == m.Length {
							continue
						}
						wanted = append(wanted, fmt.Sprintf("%s %d %s", m.Type, m.Length, m.SHA256[:16]))
					}
					for _, m := range got.Messages {
						if m.Flow != f.Flow || string(m.From) != from || m.Type == "close" {
							continue
						}
						if !m.Complete && (want.Missing != nil || strings.HasSuffix(name, "-gap")) {
							continue
						}
						if !m.Complete && name == "snaplen-96" {
							// The capture cut the content; the header still tells the length.
							given = append(given, fmt.Sprintf("%s %d", m.Type, m.Length))
							n := len(given) - 1
							if n < len(wanted) {
								wanted[n] = strings.Join(strings.Fields(wanted[n])[:2], " ")
							}
							continue
						}
						sum := sha256.Sum256(m.Data)
						given = append(given, fmt.Sprintf("%s %d %s", m.Type, m.Length, hex.EncodeToString(sum[:8])))
					}
					if strings.HasSuffix(name, "-gap") && len(given) > 0 {
						// What was lost, and what needs it to be inflated, is missing; nothing else is changed.
						n := 0
						for _, w := range wanted {
							if n < len(given) && given[n] == w {
								n++
							}
						}
						if n < len(given) {
							t.Errorf("%s was never sent by the %s", given[n], from)
						}
						continue
					}
					for n := range max(len(wanted), len(given)) {
						w, g := "nothing", "nothing"
						if n < len(wanted) {
							w = wanted[n]
						}
						if n < len(given) {
							g = given[n]
						}
						if w != g {
							t.Errorf("message %d from %s (of %d, want %d) is %s, want %s", n+1, from, len(given), len(wanted), g, w)
							break
						}
					}
				}
				sameClosing(t, f.Close, want.Close != nil, func() (string, string, string, *int, *int) {
					c := want.Close
					if want.StreamID != 0 && (c.How == "rst" || c.How == "goaway") && f.Close != nil && f.Close.How == "fin" {
						// node sends END_STREAM before RST_STREAM or GOAWAY: RFC 8441 §5 takes that for a FIN.
						c.How = "fin"
					}
					return c.By, c.How, c.Reason, c.Code, c.ReplyCode
				})
			}
		})
	}
}

func sameClosing(t *testing.T, got *analyzer.Closing, closed bool, want func() (by, how, reason string, code, reply *int)) {
	t.Helper()
	if !closed {
		if got != nil && got.How != "none" && got.TCP == "" {
			t.Errorf("closed %+v, want open", *got)
		}
		return
	}
	by, how, reason, code, reply := want()
	if got == nil {
		t.Errorf("no close, want %s by %s", how, by)
		return
	}
	if string(got.By) != by || string(got.How) != how || got.Reason != reason || show(got.Code) != show(code) || show(got.ReplyCode) != show(reply) {
		t.Errorf("closed by %s %s code %s reply %s %q, want by %s %s code %s reply %s %q (%s)", got.By, got.How, show(got.Code), show(got.ReplyCode), got.Reason,
			by, how, show(code), show(reply), reason, got.TCP)
	}
}

func show(n *int) string {
	if n == nil {
		return "none"
	}
	return fmt.Sprint(*n)
}

// TestPingsTookNoLongerThanThePingerMeasured holds round trips to what the pingers measured around
// theirs: an upper bound. Where every ping of a side was measured, so are the smallest and the
// largest.
func TestPingsTookNoLongerThanThePingerMeasured(t *testing.T) {
	const slack = 0.3e-3 // seconds that the clocks of tcpdump and of the pinger may differ by
	flows := 0
	for _, path := range analyzertest.Journals(t) {
		j := analyzertest.ReadJournal(t, path)
		var got *analyzertest.Records
		for i := range j.Flows {
			want := &j.Flows[i]
			measured := map[string][]float64{}
			pings := map[string]int{}
			for _, m := range want.Messages {
				if m.Type == "ping" {
					if pings[m.From]++; m.RTT > 0 {
						measured[m.From] = append(measured[m.From], m.RTT/1000)
					}
				}
			}
			for from, rtts := range measured {
				if got == nil {
					got, _ = analyzertest.Analyze(t, filepath.Join(filepath.Dir(path), j.Capture), analyzer.Options{})
				}
				f := analyzertest.FlowOf(got, want.ClientPort, want.StreamID, want.Path, i)
				if f == nil || f.Ping == nil || len(rtts) != pings[from] || want.Missing != nil {
					continue
				}
				side := f.Ping.Client
				if from == "server" {
					side = f.Ping.Server
				}
				if side == nil || side.Sent != int64(len(rtts)) || side.Answered != side.Sent {
					t.Errorf("%s: flow %d: the %s's pings are %+v, it measured %v", path, f.Flow, from, side, rtts)
					continue
				}
				flows++
				if side.RTTMin.Float() <= 0 || side.RTTMin.Float() > slices.Min(rtts)+slack || side.RTTMax.Float() > slices.Max(rtts)+slack {
					t.Errorf("%s: flow %d: round trips from %v to %v s, the %s measured %v", path, f.Flow, side.RTTMin.Float(), side.RTTMax.Float(), from, rtts)
				}
			}
		}
	}
	if flows < 10 {
		t.Errorf("only %d flows with measured pings", flows)
	}
}
