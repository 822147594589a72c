package main

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/fxamacker/cbor/v2"

	"wscope/analyzer"
	"wscope/analyzer/archive"
	"wscope/assembly/link"
)

// surveyed is what the first pass over an input found.
type surveyed struct {
	Input  input
	Same   string // the same for two names of one file
	Survey analyzer.Survey
	Early  [][]byte // secrets that are known before any packet
	Wait   bool     // more may follow packets that they open
}

// surveyFn is the first pass: it surveys an input, and gives its dead letters.
type surveyFn struct {
	Settings settings

	packets, bytes, letters beam.Counter
}

// Setup makes the counters.
func (fn *surveyFn) Setup() {
	fn.packets = beam.NewCounter("wscope", "packets")
	fn.bytes = beam.NewCounter("wscope", "captured_bytes")
	fn.letters = beam.NewCounter("wscope", "dead_letters")
}

// ProcessElement surveys one input.
func (fn *surveyFn) ProcessElement(ctx context.Context, description []byte, surveys func(int, []byte), dead func([]byte)) error {
	s := surveyed{}
	if err := json.Unmarshal(description, &s.Input); err != nil {
		return err
	}
	s.Same = identity(s.Input.Name)
	src, err := open(ctx, s.Input.Name, true)
	if err != nil {
		fn.letters.Inc(ctx, 1)
		if err := give(dead, deadLetter{s.Input.Name, -1, reason(err)}); err != nil {
			return err
		}
	} else {
		defer src.Close()
		opt := analyzer.Options{Checksum: fn.Settings.Checksum, VLANAware: fn.Settings.VLANs}
		found, err := archive.Survey(ctx, src, 0, &opt)
		if err != nil {
			return err
		}
		s.Survey, s.Wait, s.Early = *found, src.Wait, src.Secrets
		for _, p := range src.Problems() {
			fn.letters.Inc(ctx, 1)
			if err := give(dead, deadLetter{s.Input.Name, p.Offset, p.Reason}); err != nil {
				return err
			}
		}
	}
	fn.packets.Inc(ctx, s.Survey.Packets)
	fn.bytes.Inc(ctx, s.Survey.Bytes)
	b, err := cbor.Marshal(&s)
	if err == nil {
		surveys(0, b)
	}
	return err
}

// planned is what all workers of the second pass know.
type planned struct {
	Names     []string         // by number
	Numbers   map[string]int32 // by argument and order; see input.key
	Early     [][]byte
	Wait      bool
	Ticks     []archive.Tick
	Secrets   []archive.Secrets
	Last      archive.Tick
	Crossing  []uint32
	Multipath []uint32
	Ends      []link.Key
	Fragments []archive.Fragment
}

// key names an input among all.
func (in *input) key() string {
	b, _ := json.Marshal([2]int{in.Path, in.Order}) // of two numbers
	return string(b)
}

// planFn makes the plan of all surveys: what the files say of each other.
type planFn struct{ Settings settings }

// ProcessElement makes the one plan.
func (fn *planFn) ProcessElement(_ context.Context, _ int, surveys func(*[]byte) bool, plan func([]byte)) error {
	var list []*surveyed
	var b []byte
	for surveys(&b) {
		s := new(surveyed)
		if err := decoding.Unmarshal(b, s); err != nil {
			return err
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *surveyed) int {
		return cmp.Or(cmp.Compare(a.Input.Path, b.Input.Path), cmp.Compare(a.Input.Order, b.Input.Order))
	})
	seen := map[string]bool{}
	list = slices.DeleteFunc(list, func(s *surveyed) bool {
		was := seen[s.Same]
		seen[s.Same] = true
		return was
	})
	slices.SortStableFunc(list, func(a, b *surveyed) int { return cmp.Compare(a.first(), b.first()) })
	p := planned{Numbers: map[string]int32{}}
	var all []*analyzer.Survey
	for i, s := range list {
		s.Survey.File = int32(i)
		p.Names = append(p.Names, s.Input.Name)
		p.Numbers[s.Input.key()] = int32(i)
		p.Early = append(p.Early, s.Early...)
		p.Wait = p.Wait || s.Wait
		all = append(all, &s.Survey)
	}
	opt, err := fn.Settings.options(p.Early)
	if err != nil {
		return err
	}
	x := archive.NewPlan(all, &opt, false)
	p.Ticks, p.Secrets, p.Last, p.Fragments = x.Ticks, x.Secrets, x.Last, x.Fragments
	for hash := range x.Crossing {
		p.Crossing = append(p.Crossing, hash)
	}
	for hash := range x.Multipath {
		p.Multipath = append(p.Multipath, hash)
	}
	for end := range x.Ends {
		p.Ends = append(p.Ends, end)
	}
	slices.Sort(p.Crossing)
	b, err = cbor.Marshal(&p)
	if err == nil {
		plan(b)
	}
	return err
}

// first is the time of the first packet; that of an input without any comes before all.
func (s *surveyed) first() int64 {
	if s.Survey.Packets == 0 {
		return math.MinInt64
	}
	return s.Survey.First
}

// readPlan reads the one plan.
func readPlan(next func(*[]byte) bool) (p planned, err error) {
	var b []byte
	if !next(&b) {
		return p, errNoPlan
	}
	return p, decoding.Unmarshal(b, &p)
}

// archive is the plan as package archive has it.
func (p *planned) archive(opt *analyzer.Options) *archive.Plan {
	x := archive.Plan{
		Ticks: p.Ticks, Secrets: p.Secrets, Last: p.Last, Fragments: p.Fragments,
		Crossing: set(p.Crossing), Multipath: set(p.Multipath), Ends: set(p.Ends),
		Midway: opt.Keys.Version() > 0 || p.Wait, Ports: archive.Ports(opt),
	}
	return &x
}

func set[T comparable](list []T) map[T]struct{} {
	m := make(map[T]struct{}, len(list))
	for _, x := range list {
		m[x] = struct{}{}
	}
	return m
}

// name is what records call a file: nothing where there is but one.
func (p *planned) name(i int32) string {
	if len(p.Names) < 2 {
		return ""
	}
	return p.Names[i]
}
