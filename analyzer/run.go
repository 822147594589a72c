package analyzer

import (
	"context"

	"wscope/analyzer/correlate"
	"wscope/analyzer/flow"
	"wscope/analyzer/record"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/quic"
	"wscope/assembly/tlsopen"
)

// Run analyses a capture to its end, or until ctx is done: connections that are open then
// are reported as they stand. Records go to sink in order, one at a time, from whichever
// goroutine has come so far.
// It returns an error only where the sink or the source gave one: what could not be read of an
// input is in Summary.Problems.
func Run(ctx context.Context, src packet.Source, opt Options, sink Sink) (*Summary, error) {
	p := newPipeline(ctx, src, opt, sink)
	err := newPool(p, opt.Workers, packet.Waits(src)).run()
	return p.summary(), err
}

// newPipeline makes the pipeline that reads src.
func newPipeline(ctx context.Context, src packet.Source, opt Options, sink Sink) *pipeline {
	keys := opt.Keys
	if keys == nil {
		keys = tlsopen.NewKeys()
	}
	opt.begun = new(quic.Beginnings)
	opt.waitKeys = opt.MoreKeys || packet.SecretsMayFollow(src)
	p := &pipeline{
		reader: reader{src: src, opt: &opt, keys: keys, sessions: tlsopen.NewSessions[link.Key](keys)},
		merger: merger{sink: sink, totals: &correlate.Totals{}, keep: opt.KeepFlow},
		stop:   ctx.Done(),
	}
	if opt.Events {
		p.merger.events, opt.Events = eventSink(sink)
	}
	if opt.TLSRecords {
		p.merger.tlsRecords, opt.TLSRecords = sink.(record.TLSRecordSink)
	}
	p.reader.openUDP()
	p.reader.link.Checksum, p.reader.link.VLANAware = opt.Checksum, opt.VLANAware
	env := &flow.Environment{
		Files:      func(int32) string { return "" },
		TunnelName: p.reader.link.TunnelName,
	}
	if len(src.Files()) > 1 {
		env.Files = func(i int32) string { return src.Files()[i] }
	}
	p.share = newShare(unfinishedMost(&opt))
	for i := range p.shards {
		p.shards[i] = newShard(&opt, keys, env)
		p.shards[i].share, p.shards[i].number = p.share, i
	}
	return p
}

// summary is what the run adds up to.
func (p *pipeline) summary() *Summary {
	s := p.merger.totals.Summary(Time(p.reader.counts.last))
	p.reader.describe(s)
	if s.Sealed != nil {
		s.Sealed.KeysGiven = p.reader.keys.Version() > 0
	}
	other := correlate.Counts{}
	for _, sh := range p.shards {
		s.Connections += sh.flows.Connections
		s.QUIC += sh.flows.QUICs
		s.LetGo += sh.letGo
		s.NotKept += sh.flows.NotKept()
		for what, n := range sh.flows.Other {
			other.Add(what, n)
		}
	}
	s.Elsewhere = other.Sorted()
	return s
}

// describe adds what was read.
func (r *reader) describe(s *Summary) {
	l := &r.link.Stats
	r.counts.describe(s)
	s.Files, s.TCP, s.Malformed = r.src.Files(), l.TCP, l.Malformed
	s.Other, s.Unsupported = correlate.Counts(l.Other).Sorted(), correlate.Counts(l.Unsupported).Sorted()
	for _, p := range r.src.Problems() {
		s.Problems = append(s.Problems, Problem{File: p.File, Offset: p.Offset, Reason: p.Reason})
	}
}
