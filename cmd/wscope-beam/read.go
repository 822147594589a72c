package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/sdf"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/rtrackers/offsetrange"

	"wscope/assembly/capture"
	"wscope/assembly/link"
	"wscope/assembly/packet"
)

// deadLetter is a damaged or unreadable part of an input.
type deadLetter struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"` // in bytes of the decompressed input; -1 where there is none
	Reason string `json:"reason"`
}

// summary is what a part of a file says of itself to those who need the whole capture: how
// many packets it had, and which may be ticks.
type summary struct {
	File    int32
	Start   int64 // of the part, as its restriction has it
	Count   int64
	Max     int64 // the latest time
	Last    int64 // time of the last packet
	Ticks   []mark
	Secrets []secret
}

// mark is a packet whose second is later than all before it in its part.
type mark struct {
	Count int64
	Time  int64
}

// secret is key log text in its place: behind so many packets of its part.
type secret struct {
	Behind int64
	Max    int64 // the latest time up to here; of the first packet for those before it
	Text   []byte
}

const second = int64(1e9) // the step of analyzer's ticks

// readFn reads sources: a splittable DoFn, whose restrictions are ranges of a file's bytes.
// The records of a pcap file belong to the restriction that they begin in, the blocks of a
// pcapng file to that of the mark before them, and a source that is read whole has one
// restriction, [0, 1). The runner may split a restriction while it is read, anywhere.
//
// It gives segments by connection, packets that are fragments by datagram, a summary of each
// part, and dead letters.
type readFn struct {
	Checksum, VLANAware bool
	Block               int64 // bytes of a restriction at the start

	packets, bytes, segments, shuffled, letters, parts beam.Counter
}

// Setup makes the counters.
func (fn *readFn) Setup() {
	fn.packets = beam.NewCounter("wscope", "packets")
	fn.bytes = beam.NewCounter("wscope", "captured_bytes")
	fn.segments = beam.NewCounter("wscope", "segments")
	fn.shuffled = beam.NewCounter("wscope", "shuffled_bytes")
	fn.letters = beam.NewCounter("wscope", "dead_letters")
	fn.parts = beam.NewCounter("wscope", "parts")
}

// CreateInitialRestriction is all of a source.
func (fn *readFn) CreateInitialRestriction(element []byte) offsetrange.Restriction {
	var s source
	if err := json.Unmarshal(element, &s); err != nil {
		return offsetrange.Restriction{End: 1} // told when it is read
	}
	switch s.Kind {
	case kindPcap:
		return offsetrange.Restriction{Start: pcapHeader, End: s.Size}
	case kindPcapng:
		return offsetrange.Restriction{End: s.Size}
	}
	return offsetrange.Restriction{End: 1}
}

// SplitRestriction cuts a source into blocks.
func (fn *readFn) SplitRestriction(_ []byte, r offsetrange.Restriction) []offsetrange.Restriction {
	return r.SizedSplits(fn.Block)
}

// RestrictionSize is in bytes.
func (fn *readFn) RestrictionSize(element []byte, r offsetrange.Restriction) float64 {
	var s source
	if err := json.Unmarshal(element, &s); err == nil && s.Kind == kindWhole {
		return float64(max(s.Size, 1))
	}
	return r.Size()
}

// CreateTracker tracks offsets in bytes.
func (fn *readFn) CreateTracker(r offsetrange.Restriction) *sdf.LockRTracker {
	return sdf.NewLockRTracker(offsetrange.NewTracker(r))
}

// ProcessElement reads one part.
func (fn *readFn) ProcessElement(ctx context.Context, rt *sdf.LockRTracker, element []byte,
	segment, fragment func([]byte, []byte), summarize, dead func([]byte)) error {
	var s source
	if err := json.Unmarshal(element, &s); err != nil {
		return err
	}
	start := rt.GetRestriction().(offsetrange.Restriction).Start
	shuffled := int64(0)
	segments := gather{emit: func(key, frames []byte) {
		shuffled += int64(len(key) + len(frames))
		segment(key, frames)
	}}
	r := reading{ctx: ctx, source: &s, segment: segments.add, fragment: func(key, b []byte) {
		shuffled += int64(len(key) + len(b))
		fragment(key, b)
	}}
	r.link.Checksum, r.link.VLANAware = fn.Checksum, fn.VLANAware
	r.sum = summary{File: s.Input.File, Start: start}
	claim := func(off int64) bool { return rt.TryClaim(off) }
	end := func() int64 { return rt.GetRestriction().(offsetrange.Restriction).End }
	if err := r.read(start, claim, end); err != nil {
		return err
	}
	segments.flush()
	fn.parts.Inc(ctx, 1)
	fn.packets.Inc(ctx, r.sum.Count)
	fn.bytes.Inc(ctx, r.bytes)
	fn.segments.Inc(ctx, r.segments)
	fn.shuffled.Inc(ctx, shuffled)
	if r.sum.Count > 0 || len(r.sum.Secrets) > 0 {
		b, err := json.Marshal(&r.sum)
		if err != nil {
			return err
		}
		summarize(b)
	}
	for _, d := range r.dead {
		fn.letters.Inc(ctx, 1)
		b, err := json.Marshal(d)
		if err != nil {
			return err
		}
		dead(b)
	}
	return nil
}

// reading is one part of a source at work.
type reading struct {
	ctx      context.Context
	source   *source
	link     link.Decoder
	sum      summary
	dead     []deadLetter
	segment  func(key, piece []byte) // which is valid during the call
	fragment func([]byte, []byte)

	bytes, segments int64
	piece           []byte
}

// read reads the part that begins at start, as far as it can be claimed.
func (r *reading) read(start int64, claim func(int64) bool, end func() int64) error {
	if r.source.Kind == kindWhole {
		if !claim(0) {
			return nil
		}
		src, closing, err := r.whole()
		if err == nil {
			err = r.packets(src, 0)
			closing.Close()
		} else {
			r.damage(-1, reason(err))
			err = nil
		}
		claim(1) // it is done
		return err
	}
	if start == 0 || r.source.Kind == kindPcap && start == pcapHeader {
		for _, text := range r.source.Secrets {
			r.secret(text)
		}
	}
	f, _, err := openAt(r.ctx, r.source.Input.Name)
	if err != nil {
		return err // it was there when it was surveyed: to be tried again
	}
	defer f.Close()
	p, err := newPart(r.source, f, start, claim, end)
	if err != nil {
		return err
	}
	if none, err := p.empty(); err != nil || none {
		return err
	}
	src, err := stream(p)
	if err != nil {
		return err
	}
	if err := r.packets(src, p.shift); err != nil {
		return err
	}
	if p.clash > 0 {
		r.damage(p.clash, "the file cannot be cut here, where a packet's bytes look like a packet record: run again with -block 0")
	}
	return nil
}

// whole opens a source that is one part.
func (r *reading) whole() (packet.Source, io.Closer, error) {
	if r.source.Input.Local {
		src, err := capture.Open([]string{r.source.Input.Name}, capture.Options{})
		return src, io.NopCloser(nil), err
	}
	f, err := open(r.ctx, r.source.Input.Name)
	if err != nil {
		return nil, nil, err
	}
	src, err := stream(f)
	if err != nil {
		f.Close()
	}
	return src, f, err
}

// packets reads a capture, which begins at shift in its file.
func (r *reading) packets(src packet.Source, shift int64) error {
	defer src.Close()
	var b packet.Batch
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
		if p.Offset >= 0 {
			p.Offset += shift
		}
		r.damage(p.Offset, p.Reason)
	}
	return nil
}

func (r *reading) damage(offset int64, reason string) {
	r.dead = append(r.dead, deadLetter{File: r.source.Input.Name, Offset: offset, Reason: reason})
}

func (r *reading) secret(text []byte) {
	r.sum.Secrets = append(r.sum.Secrets, secret{Behind: r.sum.Count, Max: r.sum.Max, Text: text})
}

func (r *reading) batch(b *packet.Batch) {
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

func (r *reading) keep(s *packet.Secrets) {
	if s.Type == secretsTLS && !r.source.Found {
		r.secret(s.Data)
	}
}

func (r *reading) packet(p *packet.Packet) {
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
	at := spot{sum.File, sum.Start, sum.Count, p.Time, sum.Max}
	r.bytes += int64(len(p.Data))

	fragments := r.link.Stats.Fragments
	var s link.Segment
	ok := r.link.Decode(p, &s)
	if r.link.Stats.Fragments > fragments {
		r.fragment([]byte(r.link.Datagram()), appendPacket(nil, &at, p))
		return
	}
	if !ok || r.link.Checksum && s.BadSum {
		return
	}
	key, forward := connection(&s.Key, r.link.TunnelName(s.Key.Tunnel))
	r.piece = appendSegment(r.piece[:0], &at, &s, forward)
	r.segments++
	r.segment(key, r.piece)
}

// String is the dead letter in one line.
func (d deadLetter) String() string {
	if d.Offset < 0 {
		return d.File + ": " + d.Reason
	}
	return fmt.Sprintf("%s: offset %d: %s", d.File, d.Offset, d.Reason)
}
