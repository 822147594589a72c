package main

import (
	"context"
	"encoding/binary"
	"encoding/json"

	"wscope/analyzer"
	"wscope/analyzer/report"
)

// numberFn takes all steps of all flows in order and says what flows say of each other:
// numbers, reconnects, proxies. It is the one step that one worker does alone; steps hold
// no messages, so it is small beside the rest.
type numberFn struct {
	Shards int
}

// finding is a finding record: the flow's number, then the finding.
type finding struct {
	Flow int64 `json:"flow"`
	analyzer.Finding
}

// ProcessElement gives the flow and finding records as lines of their shards, and each
// flow's number.
func (fn *numberFn) ProcessElement(_ context.Context, _ int, steps func(*[]byte) bool,
	flows, findings func(int, []byte), numbers func([]byte, []byte)) error {
	var order sorter
	defer order.close()
	var b []byte
	for steps(&b) {
		if err := eachFrame(b, order.add); err != nil {
			return err
		}
	}
	n := numbering{fn: fn, alive: map[string]*analyzer.Merged{}, flows: flows, findings: findings, numbers: numbers}
	n.merge = analyzer.NewMerge(&n, nil)
	defer n.late.close()
	if err := order.each(n.step); err != nil {
		return err
	}
	return n.late.each(func(b []byte) error { return n.take(b[lateLength+orderLength:]) })
}

// numbering is numberFn at work: the sink of its Merge.
type numbering struct {
	analyzer.NopSink
	fn              *numberFn
	merge           *analyzer.Merge
	alive           map[string]*analyzer.Merged
	late            sorter // what the capture's end made
	flows, findings func(int, []byte)
	numbers         func([]byte, []byte)
}

// lateLength is how many bytes order what the capture's end made: flows that have a number
// by it, the others behind them by shard.
const lateLength = 8 + 1

// step takes a step in its order, but for those at the capture's end, which wait until all
// flows that are still open are known.
func (n *numbering) step(b []byte) error {
	if b[0] == 0 {
		return n.take(b[orderLength:])
	}
	_, id, err := readStep(b[orderLength:])
	if err != nil {
		return err
	}
	number := uint64(1) << 63
	if f := n.alive[id].Number(); f != 0 {
		number = uint64(f)
	}
	key := binary.BigEndian.AppendUint64(make([]byte, 0, lateLength+len(b)), number)
	return n.late.add(append(append(key, b[1+20]), b...))
}

func (n *numbering) take(text []byte) error {
	s, id, err := readStep(text)
	if err != nil {
		return err
	}
	f, err := n.merge.Take(&s, n.alive[id])
	if err != nil || f == nil {
		return err
	}
	switch s.Kind {
	case analyzer.StepBegun:
		n.alive[id] = f
		n.numbers([]byte(id), binary.BigEndian.AppendUint64(nil, uint64(f.Number())))
	case analyzer.StepEnded:
		delete(n.alive, id)
	}
	return nil
}

// FlowEnded gives the records of a flow, which is complete.
func (n *numbering) FlowEnded(f *analyzer.Flow) error {
	shard := int(f.Flow) % n.fn.Shards
	n.flows(shard, appendFrame(nil, append(line(f.Flow, 0), report.FlowJSON(f)...)))
	for i := range f.Findings {
		text, err := json.Marshal(finding{f.Flow, f.Findings[i]})
		if err != nil {
			return err
		}
		n.findings(shard, appendFrame(nil, append(append(line(f.Flow, int64(i)), text...), '\n')))
	}
	return nil
}

// line begins a line of a shard with what puts it in order there.
func line(flow, number int64) []byte {
	return appendLineOrder(make([]byte, 0, 1024), flow, number)
}

func appendLineOrder(b []byte, flow, number int64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, uint64(flow)), uint64(number))
}

const lineOrder = 16

// joinNumbersFn completes messages by the numbers of their flows.
type joinNumbersFn struct {
	Shards int
}

// ProcessElement takes one flow's messages and its number.
func (fn *joinNumbersFn) ProcessElement(_ []byte, numbers, messages func(*[]byte) bool, lines func(int, []byte)) error {
	var n, b, text, frames []byte
	if !numbers(&n) {
		return nil // a flow has begun, or it would have no message
	}
	flow := int64(binary.BigEndian.Uint64(n))
	shard := int(flow) % fn.Shards
	for messages(&b) {
		err := eachFrame(b, func(m []byte) error {
			text = appendLineOrder(text[:0], flow, int64(binary.BigEndian.Uint64(m)))
			text = report.AppendLine(text, flow, m[8:])
			frames = appendFrame(frames, text)
			if len(frames) >= gatherKey {
				lines(shard, frames)
				frames = nil
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if len(frames) > 0 {
		lines(shard, frames)
	}
	return nil
}
