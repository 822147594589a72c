package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/rtrackers/offsetrange"
)

// TestAnySplitGivesTheSamePackets: a source gives the same packets in the same order
// however its restriction is split: at the start, or while it is read, every so many bytes
// or anywhere. So it does where its end is cut off, and where it is damaged.
func TestAnySplitGivesTheSamePackets(t *testing.T) {
	folder := t.TempDir()
	for _, format := range []string{"pcap", "pcapng"} {
		name := filepath.Join(folder, "whole."+format)
		generate(t, name, "-format", format, "-conns", "20", "-total", "300K", "-size", "400", "-kind", "binary")
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		damaged := bytes.Clone(whole)
		copy(damaged[len(damaged)/2:], bytes.Repeat([]byte{0xff}, 3000))
		for state, data := range map[string][]byte{"whole": whole, "cut": whole[:len(whole)-77], "damaged": damaged} {
			t.Run(format+" "+state, func(t *testing.T) {
				if format == "pcapng" && state == "damaged" {
					t.Skip("behind the damage it is one part")
				}
				name := filepath.Join(t.TempDir(), "x")
				if err := os.WriteFile(name, data, 0o666); err != nil {
					t.Fatal(err)
				}
				in := input{Name: name, Local: true}
				want := readParts(t, source{Input: in, Kind: kindWhole}, 0, nil)
				if (len(want.dead) > 0) != (state != "whole") {
					t.Errorf("dead letters: %v", want.dead)
				}
				s, err := survey(context.Background(), in, true)
				if err != nil || s.Kind != format {
					t.Fatalf("%s, %v", s.Kind, err)
				}
				if format == "pcapng" { // with more places to cut it than files of a real size have
					f, err := os.Open(name)
					if err != nil {
						t.Fatal(err)
					}
					defer f.Close()
					if s, err = surveyPcapng(f, in, s.Size, 700); err != nil {
						t.Fatal(err)
					}
				}
				for _, block := range []int64{1 << 30, 20_011} {
					for _, every := range []int64{0, 5003} {
						want.same(t, fmt.Sprintf("in blocks of %d, split every %d", block, every), readParts(t, s, block, splitEvery(every)))
					}
				}
				rng := rand.New(rand.NewPCG(1, 2))
				for range 3 {
					want.same(t, "split anywhere", readParts(t, s, 1<<30, func(*offsetrange.Tracker, int64) float64 {
						if rng.IntN(100) > 0 {
							return -1
						}
						return rng.Float64()
					}))
				}
			})
		}
	}
}

// splitEvery splits a restriction that has more than n bytes, as it is read, behind these.
func splitEvery(n int64) func(*offsetrange.Tracker, int64) float64 {
	return func(rt *offsetrange.Tracker, at int64) float64 {
		r := rt.GetRestriction().(offsetrange.Restriction)
		if n == 0 || r.Start+n <= at || r.Start+n >= r.End {
			return -1
		}
		return float64(r.Start+n-at) / float64(r.End-at)
	}
}

// TestCaptureInsideACaptureIsNoBoundary: the transfer of a capture file shows records in
// its packets, and they are not taken for the file's own.
func TestCaptureInsideACaptureIsNoBoundary(t *testing.T) {
	inner := new(bytes.Buffer)
	for i := range 900 { // small records: many to a packet
		record(inner, uint32(1700000000+i/100), make([]byte, 20+i%7))
	}
	outer := bytes.NewBuffer([]byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x01\x00\x00\x00"))
	starts := map[int64]bool{}
	for i := range 200 {
		starts[int64(outer.Len())] = true
		record(outer, uint32(1700000000+i), inner.Bytes()[:20000+i])
	}
	f, ok := readPcapHeader(outer.Bytes())
	if !ok {
		t.Fatal("no pcap header")
	}
	size := int64(outer.Len())
	for off := int64(pcapHeader); off < size-600_000; off += 7919 {
		at, err := f.boundary(bytes.NewReader(outer.Bytes()), off, size)
		if err != nil || !starts[at] {
			t.Fatalf("from %d: %d, which is no record's beginning (%v)", off, at, err)
		}
	}
}

func record(b *bytes.Buffer, sec uint32, data []byte) {
	h := make([]byte, 16)
	binary.LittleEndian.PutUint32(h, sec)
	binary.LittleEndian.PutUint32(h[8:], uint32(len(data)))
	binary.LittleEndian.PutUint32(h[12:], uint32(len(data)))
	b.Write(h)
	b.Write(data)
}

// gathered is what the parts of a source gave together.
type gathered struct {
	pieces []string // segments, by part and number
	count  int64    // packets
	parts  int
	dead   []string
}

func (g *gathered) same(t *testing.T, how string, got *gathered) {
	t.Helper()
	if got.count != g.count || !slices.Equal(got.pieces, g.pieces) || !slices.Equal(got.dead, g.dead) {
		t.Errorf("%s: %d packets and %d segments in %d parts, want %d and %d; dead letters %v", how, got.count, len(got.pieces), got.parts, g.count, len(g.pieces), got.dead)
	}
}

// readParts reads a source as a runner does: its restriction split into blocks, and each
// split again before a claim at the fraction of the rest that split says, if not negative.
func readParts(t *testing.T, s source, block int64, split func(rt *offsetrange.Tracker, at int64) float64) *gathered {
	t.Helper()
	element, err := json.Marshal(&s)
	if err != nil {
		t.Fatal(err)
	}
	fn := &readFn{Block: block}
	queue := fn.SplitRestriction(element, fn.CreateInitialRestriction(element))
	type sorted struct {
		start, count int64
		text         string
	}
	var list []sorted
	g := &gathered{}
	for len(queue) > 0 {
		rest := queue[0]
		queue = queue[1:]
		rt := offsetrange.NewTracker(rest)
		claimed := rest.Start - 1
		r := reading{ctx: context.Background(), source: &s, sum: summary{Start: rest.Start}}
		r.segment = func(key, b []byte) {
			p := parser{b: b}
			at := p.spot()
			list = append(list, sorted{at.Start, at.Count, string(key) + string(p.b)})
		}
		err := r.read(rest.Start, func(at int64) bool {
			if split != nil {
				if f := split(rt, claimed); f >= 0 {
					if _, residual, err := rt.TrySplit(f); err != nil {
						t.Fatal(err)
					} else if residual != nil {
						queue = append(queue, residual.(offsetrange.Restriction))
					}
				}
			}
			claimed = at
			return rt.TryClaim(at)
		}, func() int64 { return rt.GetRestriction().(offsetrange.Restriction).End })
		if err != nil {
			t.Fatal(err)
		}
		if !rt.IsDone() || rt.GetError() != nil {
			t.Fatalf("the restriction %v is not done: %v", rest, rt)
		}
		g.count += r.sum.Count
		g.parts++
		for _, d := range r.dead {
			g.dead = append(g.dead, d.String())
		}
	}
	slices.SortFunc(list, func(a, b sorted) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.count, b.count)) })
	for _, x := range list {
		g.pieces = append(g.pieces, x.text)
	}
	slices.Sort(g.dead)
	return g
}

// TestSurveyLeavesWhatCannotBeCut to be read whole: compressed files, no captures, other
// filesystems than those that read any range.
func TestSurveyLeavesWhatCannotBeCut(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.gz")
	if err := os.WriteFile(name, append([]byte("\x1f\x8b\x08"), make([]byte, 1<<20)...), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, in := range []input{{Name: name, Local: true}, {Name: name + ".none", Local: true}, {Name: "other://bucket/x.pcap"}} {
		s, err := survey(context.Background(), in, true)
		if err != nil || s.Kind != kindWhole {
			t.Errorf("%s: %s, %v", in.Name, s.Kind, err)
		}
		fn := &readFn{Block: 1 << 20}
		b, _ := json.Marshal(&s)
		if r := fn.SplitRestriction(b, fn.CreateInitialRestriction(b)); len(r) != 1 || fn.RestrictionSize(b, r[0]) < 1 {
			t.Errorf("%s: %v", in.Name, r)
		}
	}
}
