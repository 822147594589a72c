package analyzer

import (
	"context"
	"strconv"

	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/tlsopen"
)

// Run analyses a capture to its end, or until ctx is done: connections that are open then
// are told as they stand. Records go to sink in order, one at a time, from whichever
// goroutine has come so far.
// It returns an error only where the sink or the source gave one: what could not be read of an
// input is in Summary.Problems.
func Run(ctx context.Context, src packet.Source, opt Options, sink Sink) (*Summary, error) {
	keys := opt.Keys
	if keys == nil {
		keys = tlsopen.NewKeys()
	}
	opt.waitKeys = opt.MoreKeys || packet.SecretsMayFollow(src)
	totals := &Totals{}
	p := &pipeline{
		reader: reader{src: src, opt: &opt, keys: keys, sessions: tlsopen.NewSessions[link.Key](keys), totals: totals},
		merger: merger{sink: sink, totals: totals, keep: opt.KeepFlow},
		stop:   ctx.Done(),
	}
	if opt.Events {
		p.merger.events, opt.Events = eventSink(sink)
	}
	p.reader.openUDP()
	p.reader.link.Checksum, p.reader.link.VLANAware = opt.Checksum, opt.VLANAware
	env := &environment{
		files:      func(int32) string { return "" },
		tunnelName: p.reader.link.TunnelName,
	}
	if len(src.Files()) > 1 {
		env.files = func(i int32) string { return src.Files()[i] }
	}
	for i := range p.shards {
		p.shards[i] = newShard(&opt, keys, env)
	}
	err := newPool(p, opt.Workers, packet.Waits(src)).run()
	return totals.summary(src, &p.reader.link.Stats, p.shards[:]), err
}

func decimal(n int) string { return strconv.Itoa(n) }
