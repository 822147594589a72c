package analyzer_test

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer/analyzertest"
	"wscope/assembly/packet"
)

// A way of capturing does to packets what interfaces, clocks and file writers do. They are in order, and bare.
type way struct {
	name string
	of   outline
	do   func(r *rand.Rand, all []packet.Packet) []packet.Packet
}

// back reports for each packet whether it goes from the end with the larger address and port to the other.
func back(all []packet.Packet) []bool {
	is := make([]bool, len(all))
	for i := range all {
		is[i] = bytes.Compare(source(all[i].Data), destination(all[i].Data)) > 0
	}
	return is
}

const second = int64(1e9)

var ways = []way{
	{"one direction's records come in batches", outline{}, func(r *rand.Rand, all []packet.Packet) []packet.Packet {
		is, late := back(all), r.IntN(2) == 0
		step := int64(1+r.IntN(10)) * second / 10
		type placed struct {
			p  packet.Packet
			at int64
		}
		var out []placed
		for i, p := range all {
			at := p.Time
			if is[i] == late {
				at += step - at%step // when its batch is written
			}
			out = append(out, placed{p, at})
		}
		slices.SortStableFunc(out, func(a, b placed) int { return int(min(max(a.at-b.at, -1), 1)) })
		for i := range out {
			all[i] = out[i].p
		}
		return all
	}},
	{"one direction's clock is off", outline{noEnds: true}, func(r *rand.Rand, all []packet.Packet) []packet.Packet {
		is, off := back(all), int64(r.IntN(1000)-500)*second/1000
		for i := range all {
			if is[i] {
				all[i].Time += off
			}
		}
		return all
	}},
	{"copies, late", outline{}, func(r *rand.Rand, all []packet.Packet) []packet.Packet {
		var out []packet.Packet
		for _, p := range all {
			out = append(out, p)
			if r.IntN(3) == 0 {
				p.Time += int64(r.IntN(500)) * second / 1000
				out = append(out, p)
			}
		}
		slices.SortStableFunc(out, func(a, b packet.Packet) int { return int(min(max(a.Time-b.Time, -1), 1)) })
		return out
	}},
	{"neighbours change places", outline{}, func(r *rand.Rand, all []packet.Packet) []packet.Packet {
		for i := 0; i+1 < len(all); i++ {
			if r.IntN(10) == 0 {
				all[i], all[i+1] = all[i+1], all[i]
				i++
			}
		}
		return all
	}},
	{"seen on both sides of a NAT", outline{noAddresses: true, noEnds: true}, func(r *rand.Rand, all []packet.Packet) []packet.Packet {
		var out []packet.Packet
		is := back(all)
		for i, p := range all {
			inside := p
			outside := p
			outside.Data = translated(p.Data, is[i])
			if is[i] {
				inside, outside = outside, inside
			}
			outside.Time += 50_000
			out = append(out, inside, outside)
		}
		return out
	}},
}

// translated is a packet of the first sender's, or to it, with that end's address and port rewritten.
func translated(ip []byte, back bool) []byte {
	b := bytes.Clone(ip)
	at, size, header := 12, 4, int(ip[0]&15)*4
	if ipVersion(ip) == 6 {
		at, size, header = 8, 16, 40
	}
	port := header
	if back {
		at, port = at+size, header+2
	}
	b[at+size-1] ^= 0x55
	binary.BigEndian.PutUint16(b[port:], binary.BigEndian.Uint16(b[port:])^0x1111)
	return b
}

// depends are recordings of which the order of packets is all that tells something: which of two contents came
// first, or where a capture that begins in the middle does.
var depends = []string{"derived/rewritten.pcap", "derived/overlap.pcap", "derived/midstream-gorilla-fragments.pcap"}

// TestHoweverItWasCaptured holds what is told of the recordings to be the same whatever interfaces, clocks and writers
// did to the order, the times and the number of their packets.
func TestHoweverItWasCaptured(t *testing.T) {
	runs := 1
	if os.Getenv("WSCOPE_SLOW") != "" {
		runs = 10
	}
	tried := 0
	for _, path := range analyzertest.Journals(t) {
		path = filepath.Join(filepath.Dir(path), analyzertest.ReadJournal(t, path).Capture)
		if slices.ContainsFunc(depends, func(s string) bool { return strings.HasSuffix(path, s) }) {
			continue
		}
		all, keys := analyzertest.Load(t, path)
		if len(all) > 3000 || slices.ContainsFunc(all, func(p packet.Packet) bool { return bare(&p) == nil }) {
			continue
		}
		for i := range all {
			b := bare(&all[i])
			all[i].Data, all[i].Length, all[i].Link = b, len(b), onRaw
		}
		whole := analyzertest.Run(t, all, keys, func(int) bool { return true })
		h := fnv.New64a()
		h.Write([]byte(filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)))
		for _, w := range ways {
			for n := range runs {
				r := rand.New(rand.NewPCG(h.Sum64(), uint64(n)))
				out := w.do(r, slices.Clone(all))
				for i := range out {
					out[i].Index, out[i].Number = int64(i), int64(i+1)
				}
				tried++
				want := w.of.of(whole)
				if got := w.of.of(analyzertest.Run(t, out, keys, func(int) bool { return true })); !slices.Equal(got, want) {
					t.Errorf("%s: %s, %d:\n%s", path, w.name, n, differ(want, got))
				}
			}
		}
	}
	if tried < 500*runs {
		t.Errorf("only %d were tried", tried)
	}
}
