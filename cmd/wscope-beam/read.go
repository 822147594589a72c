package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"wscope/assembly/capture"
	"wscope/assembly/link"
)

// deadLetter is a damaged or unreadable part of an input.
type deadLetter struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"` // in bytes of the decompressed input; -1 where there is none
	Reason string `json:"reason"`
}

// summary is what a task says of itself to those who need the whole capture: how many
// packets it had, and which may be ticks.
type summary struct {
	File, Block int32
	Count       int64
	Max         int64 // the latest time
	Last        int64 // time of the last packet
	Ticks       []mark
	Secrets     []secret
}

// mark is a packet whose second is later than all before it in its task.
type mark struct {
	Count int64
	Time  int64
}

// secret is key log text in its place: behind so many packets of its task.
type secret struct {
	Behind int64
	Max    int64 // the latest time up to here; of the first packet for those before it
	Text   []byte
}

const second = int64(1e9) // the step of analyzer's ticks

// readFn reads tasks. It gives segments by connection, packets that are fragments by
// datagram, a summary of the task, and dead letters.
type readFn struct {
	Checksum, VLANAware bool

	packets, bytes, segments, shuffled, letters beam.Counter
}

// Setup makes the counters.
func (fn *readFn) Setup() {
	fn.packets = beam.NewCounter("wscope", "packets")
	fn.bytes = beam.NewCounter("wscope", "captured_bytes")
	fn.segments = beam.NewCounter("wscope", "segments")
	fn.shuffled = beam.NewCounter("wscope", "shuffled_bytes")
	fn.letters = beam.NewCounter("wscope", "dead_letters")
}

// ProcessElement reads the tasks of one bundle.
func (fn *readFn) ProcessElement(ctx context.Context, _ int, tasks func(*[]byte) bool,
	segment, fragment func([]byte, []byte), summarize, dead func([]byte)) error {
	var text []byte
	for tasks(&text) {
		var t task
		if err := json.Unmarshal(text, &t); err != nil {
			return err
		}
		r := reading{ctx: ctx, task: &t, segment: segment, fragment: fragment}
		r.link.Checksum, r.link.VLANAware = fn.Checksum, fn.VLANAware
		r.sum = summary{File: t.Input.File, Block: int32(t.Block)}
		if err := r.read(); err != nil {
			return err
		}
		fn.packets.Inc(ctx, r.sum.Count)
		fn.bytes.Inc(ctx, r.bytes)
		fn.segments.Inc(ctx, r.segments)
		fn.shuffled.Inc(ctx, r.shuffled)
		b, err := json.Marshal(&r.sum)
		if err != nil {
			return err
		}
		summarize(b)
		for _, d := range r.dead {
			fn.letters.Inc(ctx, 1)
			b, err := json.Marshal(d)
			if err != nil {
				return err
			}
			dead(b)
		}
	}
	return nil
}

// reading is one task at work.
type reading struct {
	ctx      context.Context
	task     *task
	link     link.Decoder
	sum      summary
	dead     []deadLetter
	segment  func([]byte, []byte)
	fragment func([]byte, []byte)

	bytes, segments, shuffled int64
}

func (r *reading) read() error {
	src, shift, closing, err := r.source()
	if err != nil {
		r.dead = append(r.dead, deadLetter{File: r.task.Input.Name, Offset: -1, Reason: reason(err)})
		return nil
	}
	defer closing.Close()
	defer src.Close()
	for _, text := range r.task.Secrets {
		r.secret(text)
	}
	var b capture.Batch
	for {
		err := src.Read(&b)
		if err != nil && err != io.EOF {
			return err
		}
		r.batch(&b)
		if err == io.EOF {
			break
		}
	}
	for _, p := range src.Problems() {
		d := deadLetter{File: r.task.Input.Name, Offset: p.Offset, Reason: p.Reason}
		if d.Offset >= 0 {
			d.Offset += shift
		}
		if !r.task.Last && strings.HasPrefix(p.Reason, "cut in the middle") {
			d.Reason += "; " + errCutInside.Error()
		}
		r.dead = append(r.dead, d)
	}
	return nil
}

// source opens the task. shift is what must be added to the offsets of its problems.
func (r *reading) source() (src capture.Source, shift int64, closing io.Closer, err error) {
	t := r.task
	if t.Whole && t.Input.Local {
		src, err = capture.Open([]string{t.Input.Name}, capture.Options{})
		return src, 0, io.NopCloser(nil), err
	}
	if t.Whole {
		f, err := open(r.ctx, t.Input.Name)
		if err != nil {
			return nil, 0, nil, err
		}
		src, err = stream(f)
		return src, 0, f, err
	}
	f, err := os.Open(t.Input.Name)
	if err != nil {
		return nil, 0, nil, err
	}
	part := io.NewSectionReader(f, t.Start, t.End-t.Start)
	src, err = stream(io.MultiReader(bytes.NewReader(t.Head), part))
	return src, t.Start - int64(len(t.Head)), f, err
}

func (r *reading) secret(text []byte) {
	r.sum.Secrets = append(r.sum.Secrets, secret{Behind: r.sum.Count, Max: r.sum.Max, Text: text})
}

func (r *reading) batch(b *capture.Batch) {
	secrets := b.Secrets
	for i := range b.Packets {
		for len(secrets) > 0 && secrets[0].Before <= i {
			r.keep(&secrets[0])
			secrets = secrets[1:]
		}
		r.packet(&b.Packets[i])
	}
	for i := range secrets {
		r.keep(&secrets[i])
	}
}

func (r *reading) keep(s *capture.Secrets) {
	if s.Type == secretsTLS && !r.task.Found {
		r.secret(s.Data)
	}
}

func (r *reading) packet(p *capture.Packet) {
	p.Time = min(p.Time, 1<<62) // as analyzer believes no later one
	sum := &r.sum
	if sum.Count == 0 {
		sum.Max = p.Time
		for i := range sum.Secrets {
			sum.Secrets[i].Max = p.Time
		}
	}
	if p.Time >= 0 && (len(sum.Ticks) == 0 || p.Time/second > sum.Ticks[len(sum.Ticks)-1].Time/second) {
		sum.Ticks = append(sum.Ticks, mark{sum.Count + 1, p.Time})
	}
	sum.Count++
	sum.Last, sum.Max = p.Time, max(sum.Max, p.Time)
	at := spot{sum.File, sum.Block, sum.Count, p.Time, sum.Max}
	r.bytes += int64(len(p.Data))

	fragments := r.link.Stats.Fragments
	var s link.Segment
	ok := r.link.Decode(p, &s)
	if r.link.Stats.Fragments > fragments {
		key, b := []byte(r.link.Datagram()), appendPacket(nil, &at, p)
		r.shuffled += int64(len(key) + len(b))
		r.fragment(key, b)
		return
	}
	if !ok || r.link.Checksum && s.BadSum {
		return
	}
	key, forward := connection(&s.Key, r.link.TunnelName(s.Key.Tunnel))
	b := appendSegment(make([]byte, 0, 64+len(s.Payload)), &at, &s, forward)
	r.segments++
	r.shuffled += int64(len(key) + len(b))
	r.segment(key, b)
}

// String is the dead letter in one line.
func (d deadLetter) String() string {
	if d.Offset < 0 {
		return d.File + ": " + d.Reason
	}
	return fmt.Sprintf("%s: offset %d: %s", d.File, d.Offset, d.Reason)
}
