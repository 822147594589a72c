package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"wscope/analyzer"
	"wscope/analyzer/archive"
	"wscope/analyzer/report"
	"wscope/assembly/link"
	"wscope/assembly/tlsopen"
)

// settings are the analyzer's options as they travel to the workers.
type settings struct {
	Messages   bool // make message records
	DecodeAs   []uint16
	NoMidway   bool
	Checksum   bool
	VLANs      bool
	MaxMessage int
	KeyLog     []byte
	Apps       protocols
}

// options are those of the analyzer, with secrets that are known before any packet.
func (s *settings) options(early [][]byte) (analyzer.Options, error) {
	opt := analyzer.Options{
		Messages: s.Messages, Payload: s.Messages, NoMidway: s.NoMidway, Checksum: s.Checksum, VLANAware: s.VLANs,
		MaxMessage: s.MaxMessage, Keys: tlsopen.NewKeys(),
	}
	for _, port := range s.DecodeAs {
		if opt.DecodeAs == nil {
			opt.DecodeAs = map[uint16]bool{}
		}
		opt.DecodeAs[port] = true
	}
	opt.Keys.Add(s.KeyLog)
	for _, text := range early {
		opt.Keys.Add(text)
	}
	var err error
	opt.Apps, err = s.Apps.factory()
	return opt, err
}

var errNoPlan = errors.New("there is no plan")

// groups is how many groups the connections that cross a file's border are shared out to.
const groups = 64

// group is where a segment's connection is finished. What may move from one connection's path
// to another's is in a group of its own.
func group(p *archive.Plan, s *link.Segment) int {
	if s.UDP {
		return groups
	}
	if _, ok := p.Multipath[s.Hash]; ok {
		return groups
	}
	return int(s.Hash % groups)
}

// analysis is what workers of the second pass share: the DoFns that analyse embed it.
type analysis struct {
	Settings settings

	opt  analyzer.Options
	plan *archive.Plan
	all  planned
	json report.JSON

	flows, messages, shuffled beam.Counter
}

// Setup makes the counters.
func (a *analysis) Setup() {
	a.flows = beam.NewCounter("wscope", "flows")
	a.messages = beam.NewCounter("wscope", "messages")
	a.shuffled = beam.NewCounter("wscope", "shuffled_message_bytes")
}

// ready reads the plan, once.
func (a *analysis) ready(plan func(*[]byte) bool) (err error) {
	if a.plan != nil {
		return nil
	}
	if a.all, err = readPlan(plan); err != nil {
		return err
	}
	if a.opt, err = a.Settings.options(a.all.Early); err != nil {
		return err
	}
	a.plan = a.all.archive(&a.opt)
	return nil
}

// emission gives the steps and messages of one list of flows: a file's, or a group's.
type emission struct {
	ctx      context.Context
	on       *analysis
	list     uint32
	made     uint64
	steps    gather
	messages gather
	err      error
	text     []byte
}

func (a *analysis) emit(ctx context.Context, list int, steps func(int, []byte), messages func([]byte, []byte)) *emission {
	e := &emission{ctx: ctx, on: a, list: uint32(list)}
	e.steps.emit = func(_, frames []byte) { steps(0, frames) }
	e.messages.emit = func(flow, frames []byte) {
		a.shuffled.Inc(ctx, int64(len(flow)+len(frames)))
		messages(flow, frames)
	}
	return e
}

// id names a flow over all lists.
func (e *emission) id(flow int64) []byte {
	return binary.AppendUvarint(binary.BigEndian.AppendUint32(nil, e.list), uint64(flow))
}

// orderLength is how many bytes before a step say in which order steps are taken: the
// capture's end last; else by packet; of what one packet makes happen by shard, the tick before
// the packet; then by list.
const orderLength = 1 + 20 + 1 + 1 + 4 + 8

func (e *emission) step(s archive.Step) {
	e.made++
	if s.Kind == analyzer.StepBegun {
		e.on.flows.Inc(e.ctx, 1)
	}
	b := make([]byte, 0, 1024)
	b = append(b, bit(s.Final))
	b = append(b, s.Place[:]...)
	b = append(b, byte(s.Shard), bit(!s.ByTick))
	b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, e.list), e.made)
	b, err := appendStep(b, &s.Step, e.id(s.Flow))
	if err != nil {
		e.err = err
		return
	}
	e.steps.add(nil, b)
}

func bit(on bool) byte {
	if on {
		return 1
	}
	return 0
}

// message gives a message as it is rendered, with its number before it.
func (e *emission) message(flow int64, m *analyzer.Message) error {
	e.on.messages.Inc(e.ctx, 1)
	e.text = e.on.json.Message(binary.BigEndian.AppendUint64(e.text[:0], uint64(m.Message)), m)
	e.messages.add(e.id(flow), e.text)
	return nil
}

func (e *emission) flush() error {
	e.steps.flush()
	e.messages.flush()
	return e.err
}

// analyseFn is the second pass: it analyses those connections of an input that are in no other,
// and hands the segments of the others on by group.
type analyseFn struct {
	Analysis analysis

	crossed beam.Counter
}

// Setup makes the counters.
func (fn *analyseFn) Setup() {
	fn.Analysis.Setup()
	fn.crossed = beam.NewCounter("wscope", "shuffled_bytes")
}

// ProcessElement analyses one input.
func (fn *analyseFn) ProcessElement(ctx context.Context, description []byte, plan func(*[]byte) bool,
	steps func(int, []byte), messages func([]byte, []byte), crossed func(int, []byte)) error {
	a := &fn.Analysis
	var in input
	if err := json.Unmarshal(description, &in); err != nil {
		return err
	}
	if err := a.ready(plan); err != nil {
		return err
	}
	file, ok := a.all.Numbers[in.key()]
	if !ok {
		return nil // the same file was named before
	}
	src, err := open(ctx, in.Name, false)
	if err != nil {
		return nil // a dead letter says so
	}
	defer src.Close()
	e := a.emit(ctx, int(file), steps, messages)
	pieces := gather{emit: func(key, frames []byte) {
		fn.crossed.Inc(ctx, int64(len(frames)))
		crossed(int(key[0]), frames)
	}}
	var b []byte
	w := archive.Worker{
		Plan: a.plan, Options: a.opt, Wait: a.all.Wait, Files: a.all.name, Steps: e.step, Messages: e.message,
		Crossed: func(c *archive.Crossed) error {
			b = appendCrossed(b[:0], c)
			pieces.add([]byte{byte(group(a.plan, &c.Segment))}, b)
			return nil
		},
	}
	if _, err := w.Analyse(ctx, src, file); err != nil {
		return err
	}
	pieces.flush()
	return e.flush()
}

// finishFn finishes the connections of one group, whose segments came from several inputs.
type finishFn struct {
	Analysis analysis

	spilt beam.Counter
}

// Setup makes the counters.
func (fn *finishFn) Setup() {
	fn.Analysis.Setup()
	fn.spilt = beam.NewCounter("wscope", "spilt_bytes")
}

// ProcessElement takes the segments of a group.
func (fn *finishFn) ProcessElement(ctx context.Context, number int, crossed func(*[]byte) bool, plan func(*[]byte) bool,
	steps func(int, []byte), messages func([]byte, []byte)) error {
	a := &fn.Analysis
	if err := a.ready(plan); err != nil {
		return err
	}
	var order sorter
	defer order.close()
	var b []byte
	for crossed(&b) {
		if err := eachFrame(b, order.add); err != nil {
			return err
		}
	}
	fn.spilt.Inc(ctx, order.spilt)
	e := a.emit(ctx, 1<<31+number, steps, messages)
	f := archive.NewFinisher(a.plan, a.opt, a.all.Wait, a.all.name, e.step)
	f.Messages(e.message)
	f.Own = func(s *link.Segment) bool { return group(a.plan, s) == number }
	err := order.each(func(b []byte) error {
		c, err := readCrossed(b)
		if err != nil {
			return err
		}
		return f.Take(&c)
	})
	if err != nil {
		return err
	}
	if _, err := f.Finish(); err != nil {
		return err
	}
	return e.flush()
}
