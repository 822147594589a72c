package main

import (
	"context"
	"encoding/json"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

func init() {
	register.DoFn4x1[context.Context, []byte, func([]byte), func([]byte), error](&listFn{})
	register.DoFn4x1[context.Context, []byte, func(int, []byte), func([]byte), error](&surveyFn{})
	register.DoFn4x1[context.Context, int, func(*[]byte) bool, func([]byte), error](&planFn{})
	register.DoFn6x1[context.Context, []byte, func(*[]byte) bool, func(int, []byte), func([]byte, []byte), func(int, []byte), error](&analyseFn{})
	register.DoFn6x1[context.Context, int, func(*[]byte) bool, func(*[]byte) bool, func(int, []byte), func([]byte, []byte), error](&finishFn{})
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
	Captures []string // arguments
	Out      string   // folder
	Shards   int
	Format   string // of the shards: ndjson or parquet
	Settings settings
}

// build draws the pipeline:
//
//	arguments ⇒ list ⇒ survey ⇒ plan
//	              ⇓               ↓
//	            analyse (with the plan) → steps ─────────────⇒ number → flows, findings ⇒ write
//	              ⇓ crossing segments   ↘ messages             ↓
//	            finish (with the plan) → steps, messages ⇒ (with numbers) ⇒ write
//
// A double arrow is a shuffle: arguments and inputs anyhow, so that workers share them; then
// GroupByKeys: surveys all together, crossing segments by group, steps all together, messages
// by flow, lines by shard. What is small is gathered (gather.go).
func (j *job) build(s beam.Scope) error {
	var arguments [][]byte
	for i, path := range j.Captures {
		b, err := json.Marshal(input{Path: i, Name: path})
		if err != nil {
			return err
		}
		arguments = append(arguments, b)
	}
	found, missing := beam.ParDo2(s, &listFn{}, beam.Reshuffle(s, beam.CreateList(s, arguments)))
	inputs := beam.Reshuffle(s, found)
	surveys, damage := beam.ParDo2(s, &surveyFn{Settings: j.Settings}, inputs)
	plan := beam.SideInput{Input: beam.ParDo(s, &planFn{Settings: j.Settings}, beam.GroupByKey(s, surveys))}
	steps, messages, crossed := beam.ParDo3(s, &analyseFn{Analysis: analysis{Settings: j.Settings}}, inputs, plan)
	late, more := beam.ParDo2(s, &finishFn{Analysis: analysis{Settings: j.Settings}}, beam.GroupByKey(s, crossed), plan)
	flows, findings, numbers := beam.ParDo3(s, &numberFn{Shards: j.Shards}, beam.GroupByKey(s, beam.Flatten(s, steps, late)))
	type written struct {
		kind  string
		lines beam.PCollection
	}
	records := []written{{"flows", flows}, {"findings", findings}}
	if j.Settings.Messages {
		lines := beam.ParDo(s, &joinNumbersFn{Shards: j.Shards}, beam.CoGroupByKey(s, numbers, beam.Flatten(s, messages, more)))
		records = append(records, written{"messages", lines})
	}
	for _, w := range records {
		beam.ParDo0(s.Scope(w.kind), &writeFn{Folder: j.Out, Kind: w.kind, Shards: j.Shards, Format: j.Format}, beam.GroupByKey(s, w.lines))
	}
	dead := beam.ParDo(s, letterLine, beam.Flatten(s, missing, damage))
	beam.ParDo0(s.Scope("dead-letters"), &writeFn{Folder: j.Out, Kind: "dead-letters", Shards: 1, Format: formatNDJSON}, beam.GroupByKey(s, dead))
	return nil
}

// letterLine makes a line of the one shard of dead letters, in the order of their text.
func letterLine(letter []byte) (int, []byte) {
	b := append(make([]byte, lineOrder), letter...)
	return 0, appendFrame(nil, append(b, '\n'))
}
