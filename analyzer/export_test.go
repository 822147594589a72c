package analyzer

import (
	"context"
	"io"

	"wscope/assembly/link"
	"wscope/assembly/packet"
)

// RunPacked is Run in one goroutine, with every flow that can be packed packed between any two packets.
func RunPacked(ctx context.Context, src packet.Source, opt Options, sink Sink) (*Summary, error) {
	p := newPipeline(ctx, src, opt, sink)
	p.reader.src = &packing{Source: src, shards: &p.shards}
	err := newPool(p, 1, false).run()
	return p.summary(), err
}

// packing is a Source that gives one packet at a time, and packs the flows before each.
type packing struct {
	packet.Source
	shards *[shards]*shard
	batch  packet.Batch
	next   int // of batch.Packets
	err    error
}

func (s *packing) Read(b *packet.Batch) error {
	for _, sh := range s.shards {
		sh.flows.PackIdle()
	}
	b.Packets, b.Secrets, b.Now = b.Packets[:0], b.Secrets[:0], 0
	if s.next == len(s.batch.Packets) {
		if s.err != nil {
			return s.err
		}
		s.next, s.err = 0, s.Source.Read(&s.batch)
		if s.err != nil && s.err != io.EOF {
			return s.err
		}
	}
	for len(s.batch.Secrets) > 0 && (s.batch.Secrets[0].Before <= s.next || s.next == len(s.batch.Packets)) {
		secrets := s.batch.Secrets[0]
		secrets.Before = 0
		b.Secrets, s.batch.Secrets = append(b.Secrets, secrets), s.batch.Secrets[1:]
	}
	if s.next < len(s.batch.Packets) {
		b.Packets = append(b.Packets, s.batch.Packets[s.next])
		s.next++
		return nil
	}
	if len(s.batch.Secrets) == 0 {
		return s.err
	}
	return nil
}

// Ticks gives, for packets of these times in batches of n, the time that all connections are
// told before each, -1 where none. Times are in seconds.
func Ticks(times []int64, n int) []int64 {
	r := reader{opt: &Options{}}
	told := make([]int64, len(times))
	for at := 0; at < len(times); at += n {
		var w work
		for i, t := range times[at:min(at+n, len(times))] {
			told[at+i] = -1
			w.batch.Packets = append(w.batch.Packets, packet.Packet{Mark: packet.Mark{Index: int64(at + i), Time: t * 1e9}})
		}
		w.segs = make([]link.Segment, 0, n+1)
		for i := range w.batch.Packets {
			r.packet(&w, &w.batch.Packets[i])
		}
		for _, c := range w.controls {
			told[c.mark.Index] = c.now / 1e9
		}
	}
	return told
}
