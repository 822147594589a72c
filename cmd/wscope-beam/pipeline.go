package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/sdf"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

func init() {
	register.DoFn3x1[context.Context, []byte, func([]byte), error](&surveyFn{})
	register.DoFn7x1[context.Context, *sdf.LockRTracker, []byte, func([]byte, []byte), func([]byte, []byte), func([]byte), func([]byte), error](&readFn{})
	register.DoFn5x1[context.Context, []byte, func(*[]byte) bool, func() func(*[]byte) bool, func([]byte, []byte), error](&joinFn{})
	register.DoFn6x1[context.Context, []byte, func(*[]byte) bool, func() func(*[]byte) bool, func(int, []byte), func([]byte, []byte), error](&analyseFn{})
	register.DoFn6x1[context.Context, int, func(*[]byte) bool, func(int, []byte), func(int, []byte), func([]byte, []byte), error](&numberFn{})
	register.DoFn4x1[[]byte, func(*[]byte) bool, func(*[]byte) bool, func(int, []byte), error](&joinNumbersFn{})
	register.DoFn3x1[context.Context, int, func(*[]byte) bool, error](&writeFn{})
	register.Function1x2(letterLine)
	register.Emitter1[[]byte]()
	register.Emitter2[[]byte, []byte]()
	register.Emitter2[int, []byte]()
	register.Iter1[[]byte]()
}

// job is what the flags say.
type job struct {
	Inputs   []input
	Dead     []deadLetter // of the plan
	Out      string       // folder
	Shards   int
	Format   string // of the shards: ndjson or parquet
	Block    int64  // bytes of a part at the start; 0 does not cut
	Checksum bool
	VLANs    bool
	Settings settings
}

// build draws the pipeline:
//
//	inputs ⇒ survey ⇒ read → segments ──────────────⇒ analyse → steps ⇒ number → flows, findings ⇒ write
//	                   ├→ fragments ⇒ join → segments ↗    └──→ messages ⇒ (with numbers) ⇒ write
//	                   ├→ summaries → (to join and analyse, as a calendar)
//	                   └→ dead letters ⇒ write
//
// A double arrow is a shuffle: inputs and sources anyhow, so that workers share them, then
// GroupByKeys: fragments by datagram, segments by connection, steps all together, messages
// by flow, lines by shard. Segments, messages and lines are gathered (gather.go). read is a
// splittable DoFn.
func (j *job) build(s beam.Scope) error {
	var descriptions [][]byte
	for _, in := range j.Inputs {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		descriptions = append(descriptions, b)
	}
	inputs := beam.Reshuffle(s, beam.CreateList(s, descriptions))
	sources := beam.Reshuffle(s, beam.ParDo(s, &surveyFn{Cut: j.Block > 0}, inputs))
	segments, fragments, summaries, letters := beam.ParDo4(s, &readFn{Checksum: j.Checksum, VLANAware: j.VLANs, Block: j.Block}, sources)
	calendar := beam.SideInput{Input: summaries}
	joined := beam.ParDo(s, &joinFn{Checksum: j.Checksum, VLANAware: j.VLANs}, beam.GroupByKey(s, fragments), calendar)
	all := beam.GroupByKey(s, beam.Flatten(s, segments, joined))
	steps, messages := beam.ParDo2(s, &analyseFn{Settings: j.Settings}, all, calendar)
	flows, findings, numbers := beam.ParDo3(s, &numberFn{Shards: j.Shards}, beam.GroupByKey(s, steps))
	type written struct {
		kind  string
		lines beam.PCollection
	}
	records := []written{{"flows", flows}, {"findings", findings}}
	if j.Settings.Messages {
		lines := beam.ParDo(s, &joinNumbersFn{Shards: j.Shards}, beam.CoGroupByKey(s, numbers, messages))
		records = append(records, written{"messages", lines})
	}
	for _, w := range records {
		beam.ParDo0(s.Scope(w.kind), &writeFn{Folder: j.Out, Kind: w.kind, Shards: j.Shards, Format: j.Format}, beam.GroupByKey(s, w.lines))
	}
	if len(j.Dead) > 0 {
		var early [][]byte
		for _, d := range j.Dead {
			b, err := json.Marshal(d)
			if err != nil {
				return err
			}
			early = append(early, b)
		}
		letters = beam.Flatten(s, letters, beam.CreateList(s, early))
	}
	dead := beam.ParDo(s, letterLine, letters)
	beam.ParDo0(s.Scope("dead-letters"), &writeFn{Folder: j.Out, Kind: "dead-letters", Shards: 1, Format: formatNDJSON}, beam.GroupByKey(s, dead))
	return nil
}

// letterLine makes a line of the one shard of dead letters, in the order of their text.
func letterLine(letter []byte) (int, []byte) {
	b := append(make([]byte, lineOrder), letter...)
	return 0, appendFrame(nil, append(b, '\n'))
}

// surveyFn says how inputs are read.
type surveyFn struct {
	Cut bool // they may be read in parts
}

// ProcessElement surveys one input.
func (fn *surveyFn) ProcessElement(ctx context.Context, description []byte, sources func([]byte)) error {
	var in input
	if err := json.Unmarshal(description, &in); err != nil {
		return err
	}
	src, err := survey(ctx, in, fn.Cut)
	if err != nil {
		return fmt.Errorf("%s: %w", in.Name, err)
	}
	b, err := json.Marshal(&src)
	if err == nil {
		sources(b)
	}
	return err
}
