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
	"wscope/analyzer/analyzertest"

	"wscope/analyzer"
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

func agreeQUIC(t *testing.T, name string, k *analyzertest.Records, truth *quicTruth) {
	if len(k.Flows) != 1 {
		t.Fatalf("%d flows", len(k.Flows))
	}
	f := k.Flows[0]
	if f.HTTP == nil || f.HTTP.Path != truth.Path || f.HTTP.Version != "3" || f.Handshake.Result != "accepted" || len(f.Findings) > 0 || f.QUIC == nil {
		t.Errorf("flow %+v, %+v, findings %+v", f, f.HTTP, f.Findings)
	}
	if f.Close == nil || f.Close.Code == nil || *f.Close.Code != truth.Code || f.Close.Reason != truth.Reason || f.Close.By != "client" {
		t.Errorf("close %+v", f.Close)
	}
	lossy := name == "captureloss"
	if lost := f.ClientToServer.LostBytes + f.ServerToClient.LostBytes; lost > 0 != lossy || f.QUIC.CaptureLoss > 0 != lossy {
		t.Errorf("%d bytes lost, %d of all streams", lost, f.QUIC.CaptureLoss)
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
		i := slices.Index([]string{"client", "server"}, m.From)
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
		if len(got[i])*2 < len(want[i]) {
			t.Errorf("side %d: %d of %d messages", i, len(got[i]), len(want[i]))
		}
	}
	switch q := f.QUIC; name {
	case "v2":
		if q.Version != "2" {
			t.Errorf("version %s", q.Version)
		}
	case "retry":
		if !q.Retry {
			t.Error("no Retry")
		}
	case "large":
		if q.KeyUpdates == 0 {
			t.Error("no key update")
		}
	case "rebind":
		if q.Rebindings != 1 || q.Migrations != 0 {
			t.Errorf("%d rebindings, %d migrations", q.Rebindings, q.Migrations)
		}
	}
}

func sameItems(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
