package flow_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/analyzertest"
)

// recorded is a packet of a recording in testdata/peers/quic: raw IPv4 with UDP.
type recorded struct {
	head [16]byte // of pcap
	data []byte
}

const behindUDP = 28

func readRecording(t *testing.T, path string) (file []byte, list []recorded) {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for p := b[24:]; len(p) > 16; {
		n := binary.LittleEndian.Uint32(p[8:])
		list = append(list, recorded{[16]byte(p), p[16 : 16+n]})
		p = p[16+n:]
	}
	return b[:24], list
}

func writeRecording(t *testing.T, path string, head []byte, list []recorded) {
	b := slices.Clone(head)
	for _, p := range list {
		b = append(append(b, p.head[:]...), p.data...)
	}
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

func (p *recorded) micros() int64 {
	return int64(binary.LittleEndian.Uint32(p.head[:]))*1e6 + int64(binary.LittleEndian.Uint32(p.head[4:]))
}

// sized is the packet with another payload.
func (p recorded) sized(payload []byte) recorded {
	q := recorded{p.head, append(slices.Clone(p.data[:behindUDP]), payload...)}
	n := uint32(len(q.data))
	binary.LittleEndian.PutUint32(q.head[8:], n)
	binary.LittleEndian.PutUint32(q.head[12:], n)
	binary.BigEndian.PutUint16(q.data[2:], uint16(n))
	binary.BigEndian.PutUint16(q.data[24:], uint16(n-20))
	return q
}

// The things that captures do to packets. Each leaves the first packets alone, in which the client random is.
var captureFaults = []struct {
	name  string
	lossy bool
	do    func(r *rand.Rand, list []recorded) []recorded
}{
	{"loss", true, func(r *rand.Rand, list []recorded) (out []recorded) {
		for _, p := range list {
			if r.IntN(12) > 0 {
				out = append(out, p)
			}
		}
		return out
	}},
	{"burst", true, func(r *rand.Rand, list []recorded) []recorded {
		if len(list) < 4 {
			return list
		}
		from := r.IntN(len(list) - 2)
		return slices.Delete(list, from, from+1+r.IntN((len(list)-from)/2+1))
	}},
	{"oneway", true, func(r *rand.Rand, list []recorded) (out []recorded) {
		from, port := r.IntN(len(list)), list[0].data[20:22]
		for i, p := range list {
			if i < from || !bytes.Equal(p.data[20:22], port) {
				out = append(out, p)
			}
		}
		return out
	}},
	{"cut", true, func(r *rand.Rand, list []recorded) []recorded {
		for i, p := range list {
			if r.IntN(8) == 0 {
				p.data = p.data[:behindUDP+r.IntN(len(p.data)-behindUDP)]
				binary.LittleEndian.PutUint32(p.head[8:], uint32(len(p.data)))
				list[i] = p
			}
		}
		return list
	}},
	{"twice", false, func(r *rand.Rand, list []recorded) (out []recorded) {
		for _, p := range list {
			out = append(out, p)
			if r.IntN(3) == 0 {
				out = append(out, p)
			}
		}
		return out
	}},
	{"disorder", false, func(r *rand.Rand, list []recorded) []recorded {
		for i := 0; i+2 < len(list)-8; i += 1 + r.IntN(4) { // how many came before the close is not known behind it
			a, b := &list[i], &list[i+1+r.IntN(2)]
			if b.micros()-a.micros() > 5000 {
				continue // what comes that late was lost, as far as anybody knows
			}
			a.data, b.data = b.data, a.data
			a.head, b.head = [16]byte(slices.Concat(a.head[:8], b.head[8:])), [16]byte(slices.Concat(b.head[:8], a.head[8:]))
		}
		return list
	}},
	{"offload", false, func(r *rand.Rand, list []recorded) (out []recorded) {
		size, last := 0, 0
		for _, p := range list {
			n := len(p.data) - behindUDP
			if len(out) > 0 && size == last && n <= size && bytes.Equal(out[len(out)-1].data[12:24], p.data[12:24]) && len(out[len(out)-1].data) < 30000 {
				b := &out[len(out)-1]
				*b = b.sized(slices.Concat(b.data[behindUDP:], p.data[behindUDP:]))
				last = n
				continue
			}
			out = append(out, p)
			size, last = n, n
		}
		return out
	}},
}

// TestQUICUnderCaptureFaults does to each recording what captures do to packets: what is then reported is a part of
// what was sent, in its order; what lacks nothing lacks nothing; nobody is blamed.
func TestQUICUnderCaptureFaults(t *testing.T) {
	paths, err := filepath.Glob(analyzertest.Path("peers", "quic", "*.pcap"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no recordings", err)
	}
	seeds := uint64(2)
	if os.Getenv("WSCOPE_SLOW") != "" {
		seeds = 12
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".pcap")
		b, err := os.ReadFile(strings.TrimSuffix(path, ".pcap") + ".truth.json")
		var truth quicTruth
		if err != nil || json.Unmarshal(b, &truth) != nil {
			t.Fatal(err)
		}
		head, list := readRecording(t, path)
		for _, fault := range captureFaults {
			for seed := range seeds {
				t.Run(fmt.Sprintf("%s/%s/%d", name, fault.name, seed), func(t *testing.T) {
					const kept = 6
					r := rand.New(rand.NewPCG(seed, uint64(len(list))))
					out := append(slices.Clone(list[:kept]), fault.do(r, slices.Clone(list[kept:]))...)
					copied := filepath.Join(t.TempDir(), name+".pcap")
					writeRecording(t, copied, head, out)
					keys, err := os.ReadFile(strings.TrimSuffix(path, ".pcap") + ".keys")
					if err != nil || os.WriteFile(strings.TrimSuffix(copied, ".pcap")+".keys", keys, 0o666) != nil {
						t.Fatal(err)
					}
					k, _ := analyzertest.Analyze(t, copied, analyzer.Options{Workers: 1 + int(seed%3)})
					partOf(t, k, &truth, fault.lossy || quicOddities[name].lossy || name == "early")
				})
			}
		}
	}
}

// isToldOf reports whether a side's direction says that the capture lacks something of it.
func isToldOf(d *analyzer.Direction) bool { return d.LostBytes+d.LostSealed+d.LostMessages > 0 }

// partOf holds records to the truth, of which they may be a part where lossy is set.
func partOf(t *testing.T, k *analyzertest.Records, truth *quicTruth, lossy bool) {
	for _, f := range k.Flows {
		for _, x := range f.Findings {
			if x.Rule != "upgrade-refused" {
				t.Errorf("%s by the %s: %s", x.Rule, x.From, x.Detail)
			}
		}
		if lost := f.ClientToServer.LostBytes + f.ServerToClient.LostBytes; lost > 0 && !lossy {
			t.Errorf("%d bytes lost", lost)
		}
		if f.QUIC != nil && f.QUIC.LostDatagrams > 0 {
			t.Errorf("%d datagrams lost", f.QUIC.LostDatagrams)
		}
	}
	want := map[string][]string{}
	for _, m := range truth.Messages {
		want[m.From] = append(want[m.From], fmt.Sprint(m.Type, m.Length, m.SHA256))
	}
	got := map[string][]string{}
	for _, m := range k.Messages {
		if m.Type == "close" || !m.Complete {
			continue
		}
		sum := sha256.Sum256(m.Data)
		got[string(m.From)] = append(got[string(m.From)], fmt.Sprint(m.Type, m.Length, hex.EncodeToString(sum[:])))
	}
	ordered := len(truth.Messages) > 0 && truth.Messages[0].Type != "stream" && truth.Messages[0].Type != "datagram"
	for side, list := range got {
		left := slices.Clone(want[side])
		for _, m := range list {
			i := slices.Index(left, m)
			if i < 0 {
				t.Fatalf("a message of the %s that nobody sent, or out of order: %s", side, m)
			}
			if ordered {
				left = left[i+1:]
			} else {
				left = slices.Delete(left, i, i+1)
			}
		}
	}
	for side, list := range want {
		for _, f := range k.Flows {
			d := map[string]*analyzer.Direction{"client": &f.ClientToServer, "server": &f.ServerToClient}[side]
			if f.Pickup == "handshake" && f.Close != nil && f.Close.How == "handshake" && len(got[side]) < len(list) && !isToldOf(d) {
				t.Errorf("%d of %d messages of the %s, and nothing is said to be lost", len(got[side]), len(list), side)
			}
		}
		if !lossy && len(got[side]) != len(list) {
			t.Errorf("%d of %d messages of the %s", len(got[side]), len(list), side)
		}
	}
}
