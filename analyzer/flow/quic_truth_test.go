package flow_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/analyzertest"
	"wscope/analyzer/record"
)

// quicTruth is what both ends of a recording in testdata/peers/quic knew.
type quicTruth struct {
	Path     string
	Code     int
	Reason   string
	Messages []struct {
		From, Type string
		Length     int64
		SHA256     string
	}
}

// TestQUICAgainstEndpoints holds the records of recordings over QUIC to what their endpoints
// knew, whatever the number of workers.
func TestQUICAgainstEndpoints(t *testing.T) {
	paths, err := filepath.Glob(analyzertest.Path("peers", "quic", "*.pcap"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no recordings", err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".pcap")
		t.Run(name, func(t *testing.T) {
			var truth quicTruth
			b, err := os.ReadFile(strings.TrimSuffix(path, ".pcap") + ".truth.json")
			if err != nil || json.Unmarshal(b, &truth) != nil {
				t.Fatal(err)
			}
			first, _ := analyzertest.Analyze(t, path, analyzer.Options{Workers: 1})
			agreeQUIC(t, name, first, &truth)
			again, _ := analyzertest.Analyze(t, path, analyzer.Options{Workers: 5})
			if fmt.Sprint(records(first)) != fmt.Sprint(records(again)) {
				t.Error("the records differ with the number of workers")
			}
		})
	}
}

func records(k *analyzertest.Records) (all []string) {
	for _, f := range k.Flows {
		b, _ := json.Marshal(f)
		all = append(all, string(b))
	}
	for _, m := range k.Messages {
		b, _ := json.Marshal(m)
		all = append(all, string(b)+string(m.Data))
	}
	return all
}

// quicOddities are what is special of a recording; the others are a handshake, messages, and an orderly close.
var quicOddities = map[string]struct {
	lossy  bool   // the capture lacks datagrams
	pickup string // else "handshake"
	how    string // how it closed, where that is by no Close
	check  func(q *record.QUIC, f *record.Flow) bool
}{
	"v2":          {check: func(q *record.QUIC, _ *record.Flow) bool { return q.Version == "2" }},
	"retry":       {check: func(q *record.QUIC, _ *record.Flow) bool { return q.Retry }},
	"large":       {check: func(q *record.QUIC, _ *record.Flow) bool { return q.KeyUpdates > 0 }},
	"captureloss": {lossy: true, check: func(q *record.QUIC, _ *record.Flow) bool { return q.CaptureLoss > 0 }},
	"rebind":      {check: func(q *record.QUIC, _ *record.Flow) bool { return q.Rebindings == 1 && q.Migrations == 0 }},
	"migration": {check: func(q *record.QUIC, _ *record.Flow) bool {
		return q.Rebindings == 0 && q.Migrations == 1 && len(q.Moved) == 1
	}},
	"negotiation": {check: func(q *record.QUIC, _ *record.Flow) bool { return q.Version == "1" && slices.Contains(q.Offered, "1") }},
	// Go logs no secret of 0-RTT packets: the request is not known, and its bytes are missing in the capture.
	"early":        {pickup: "midstream", check: func(q *record.QUIC, _ *record.Flow) bool { return q.EarlyData && q.CaptureLoss > 0 }},
	"earlyrefused": {check: func(q *record.QUIC, _ *record.Flow) bool { return q.EarlyData && q.Version == "2" }},
	"midway":       {lossy: true, pickup: "midstream"},
	"reset": {how: "rst", check: func(q *record.QUIC, f *record.Flow) bool {
		return strings.Contains(f.Close.Stream, "STOP_SENDING H3_REQUEST_CANCELLED by client") && strings.Contains(f.Close.Stream, "RESET_STREAM H3_REQUEST_CANCELLED by client")
	}},
	"crash": {how: "rst", check: func(q *record.QUIC, f *record.Flow) bool {
		return q.Close != nil && q.Close.How == "stateless reset" && q.Close.By == "server" && f.Close.Stream == "STATELESS_RESET by server"
	}},
	"refused": {pickup: "rejected", check: func(_ *record.QUIC, f *record.Flow) bool { return f.HTTP.Status == 403 }},
	"deno-webtransport": {how: "rst", check: func(q *record.QUIC, f *record.Flow) bool {
		return q.Close != nil && q.Close.How == "application" && q.Close.Code == 7 && q.Close.Reason == "enough" && f.Close.Stream == "CONNECTION_CLOSE 0x7 by client"
	}},
}

func agreeQUIC(t *testing.T, name string, k *analyzertest.Records, truth *quicTruth) {
	if len(k.Flows) != 1 {
		t.Fatalf("%d flows", len(k.Flows))
	}
	f := k.Flows[0]
	odd := quicOddities[name]
	lossy := odd.lossy
	if odd.pickup == "" {
		odd.pickup = "handshake"
	}
	refused := odd.pickup == "rejected"
	if string(f.Pickup) != odd.pickup || f.QUIC == nil || len(f.Findings) > 0 && !refused {
		t.Fatalf("flow %+v, findings %+v", f, f.Findings)
	}
	if f.Pickup != "midstream" && (f.HTTP == nil || f.HTTP.Path != truth.Path || f.HTTP.Version != "3" || f.Handshake.Result != "accepted" && !refused) {
		t.Errorf("%+v, %+v", f.HTTP, f.Handshake)
	}
	switch c := f.Close; {
	case refused:
	case c == nil || c.By != "client" && name != "crash":
		t.Errorf("close %+v", c)
	case odd.how != "" && (string(c.How) != odd.how || c.Code != nil),
		odd.how == "" && (c.Code == nil || *c.Code != truth.Code || c.Reason != truth.Reason):
		t.Errorf("close %+v", c)
	}
	if lost := f.ClientToServer.LostBytes + f.ServerToClient.LostBytes; lost > 0 != (name == "captureloss") {
		t.Errorf("%d bytes lost", lost)
	}
	if !lossy && name != "early" && f.QUIC.CaptureLoss > 0 {
		t.Errorf("%d bytes of all streams lost", f.QUIC.CaptureLoss)
	}
	if odd.check != nil && !odd.check(f.QUIC, f) {
		q, _ := json.Marshal(f.QUIC)
		t.Errorf("%s, close %+v", q, f.Close)
	}
	var want, got [2][]string
	for _, m := range truth.Messages {
		i := slices.Index([]string{"client", "server"}, m.From)
		want[i] = append(want[i], fmt.Sprint(m.Type, m.Length, m.SHA256))
	}
	for _, m := range k.Messages {
		if m.Type == "close" || lossy && !m.Complete {
			continue
		}
		sum := sha256.Sum256(m.Data)
		i := slices.Index([]record.Peer{record.Client, record.Server}, m.From)
		got[i] = append(got[i], fmt.Sprint(m.Type, m.Length, hex.EncodeToString(sum[:])))
	}
	for i := range want {
		if !lossy {
			if !slices.Equal(got[i], want[i]) && !(f.Transport == "webtransport" && sameItems(got[i], want[i])) {
				t.Errorf("side %d: %d messages, %d were sent, or others", i, len(got[i]), len(want[i]))
			}
			continue
		}
		at := 0 // nothing is invented, and the order is right
		for _, m := range got[i] {
			n := slices.Index(want[i][at:], m)
			if n < 0 {
				t.Fatalf("side %d: a message that nobody sent: %s", i, m)
			}
			at += n + 1
		}
		if len(got[i])*3 < len(want[i]) {
			t.Errorf("side %d: %d of %d messages", i, len(got[i]), len(want[i]))
		}
	}
}

func sameItems(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
