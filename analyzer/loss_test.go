package analyzer_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/assembly/capture"
	"wscope/assembly/packet"
	"wscope/assembly/tlsopen"
)

// packets is a Source that gives those packets that keep names.
type packets struct {
	all  []packet.Packet
	keep func(i int) bool
	at   int
}

func (p *packets) Read(b *packet.Batch) error {
	b.Packets, b.Secrets = b.Packets[:0], b.Secrets[:0]
	for p.at < len(p.all) && len(b.Packets) < 512 {
		if p.keep(p.at) {
			b.Packets = append(b.Packets, p.all[p.at])
		}
		p.at++
	}
	if len(b.Packets) == 0 {
		return io.EOF
	}
	return nil
}

func (p *packets) Files() []string            { return []string{"-"} }
func (p *packets) Problems() []packet.Problem { return nil }
func (p *packets) Close() error               { return nil }

// load reads a capture of testdata and the secrets that open it.
func load(t testing.TB, path string) (all []packet.Packet, keys []byte) {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for {
		var b packet.Batch
		err := src.Read(&b)
		all = append(all, b.Packets...)
		for _, s := range b.Secrets {
			keys = append(keys, s.Data...)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	name := strings.TrimSuffix(path, filepath.Ext(path)) + ".keys"
	if text, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".log.json"); err == nil {
		if m := otherKeys.FindSubmatch(text); m != nil {
			name = filepath.Join("..", "testdata", "peers", string(m[1]))
		}
	}
	text, _ := os.ReadFile(name)
	return all, append(keys, text...)
}

// told runs what is kept of a capture.
func told(t testing.TB, all []packet.Packet, secrets []byte, keep func(i int) bool) *kept {
	t.Helper()
	k := &kept{}
	opt := analyzer.Options{Messages: true, Payload: true, Keys: tlsopen.NewKeys()}
	opt.Keys.Add(secrets)
	if _, err := analyzer.Run(context.Background(), &packets{all: all, keep: keep}, opt, k); err != nil {
		t.Fatal(err)
	}
	return k
}

// said counts the complete messages by sender, kind and content, and the findings that blame a peer.
func said(k *kept) map[string]int {
	flows := map[int64]*analyzer.Flow{}
	n := map[string]int{}
	for _, f := range k.flows {
		flows[f.Flow] = f
		for _, x := range f.Findings {
			if x.Severity != "note" {
				n[fmt.Sprintf("finding %s from %s %d-%d", x.Rule, x.From, f.Client.Port, f.Server.Port)]++
			}
		}
	}
	for _, m := range k.messages {
		f := flows[m.Flow]
		if !m.Complete {
			continue
		}
		from, to := f.Client.Port, f.Server.Port
		if m.From == "server" {
			from, to = to, from
		}
		n[fmt.Sprintf("%s %d>%d %x", m.Type, from, to, sha256.Sum256(m.Data))]++
	}
	return n
}

// TestLossOnceToldWrong takes those packets away, counted from 0, without which something was
// once told that is not so.
func TestLossOnceToldWrong(t *testing.T) {
	for _, c := range []struct {
		why, capture string
		lost         []int
	}{
		{"a search finds a ping, and behind it the rest of a message", "lossy/all-deflate", []int{13, 19}},
		{"the request; the answer that is left agrees to no compression", "invalid/rsv1-not-negotiated", []int{3}},
		{"of a new connection's handshake there is the SYN, and an ACK behind its request", "derived/tuple-reused", []int{19, 23, 24, 25}},
		{"no SYN of a new connection; the server's FIN", "derived/tuple-reused", []int{19, 22, 23}},
		{"no SYN of a new connection; the client's FIN", "derived/tuple-reused", []int{20, 21, 22, 23}},
		{"no SYN and no FIN, behind both Closes", "derived/tuple-reused", []int{19, 20, 22, 23, 24, 25}},
		{"no SYN and no FIN, and the first handshake's answer lost", "derived/tuple-reused", []int{5, 19, 20, 21, 22, 23, 24}},
		{"the same, and the server's beginning", "derived/tuple-reused", []int{0, 1, 5, 6, 7, 14, 19, 20, 21, 22, 23, 28, 31, 32, 33, 37, 39, 40, 42, 48}},
	} {
		all, keys := load(t, filepath.Join("..", "testdata", "peers", c.capture+".pcap"))
		truth := said(told(t, all, keys, func(int) bool { return true }))
		for what, n := range said(told(t, all, keys, func(i int) bool { return !slices.Contains(c.lost, i) })) {
			if n > truth[what] {
				t.Errorf("%s: %s without %v: %s ×%d, want ×%d", c.why, c.capture, c.lost, what, n, truth[what])
			}
		}
	}
}

// TestLossInventsNothing takes packets away from all captures of testdata: no message may be
// told as complete that the whole capture does not have, and no peer may be blamed for more
// than in the whole capture.
func TestLossInventsNothing(t *testing.T) {
	// Here bytes come twice with other contents, or a peer breaks what it agreed to: without the
	// packets that tell, nobody can know.
	odd := []string{"derived/rewritten", "derived/overlap", "invalid/deflate-takeover-not-agreed"}
	runs, complete := 0, 0
	for n, path := range journals(t) {
		path = filepath.Join(filepath.Dir(path), readJournal(t, path).Capture)
		if strings.HasSuffix(path, ".gz") || slices.ContainsFunc(odd, func(s string) bool { return strings.Contains(path, s) }) {
			continue
		}
		all, keys := load(t, path)
		truth := said(told(t, all, keys, func(int) bool { return true }))
		for i, p := range []float64{0.01, 0.03, 0.08, 0.2} {
			r := rand.New(rand.NewPCG(uint64(n), uint64(i)))
			lost := make([]bool, len(all))
			for i := range lost {
				lost[i] = r.Float64() < p
			}
			runs++
			for what, n := range said(told(t, all, keys, func(i int) bool { return !lost[i] })) {
				complete += n
				if n > truth[what] {
					t.Errorf("%s without %v of its packets: %s ×%d, want ×%d", path, p, what, n, truth[what])
				}
			}
		}
	}
	if runs < 500 || complete < 5000 {
		t.Errorf("only %d runs that gave %d messages and findings", runs, complete)
	}
}
