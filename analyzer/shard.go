package analyzer

import (
	"wscope/analyzer/flow"
	"wscope/assembly"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/quic"
	"wscope/assembly/tlsopen"
)

// shard is one independent pipeline: some of the connections, from segments to records. One goroutine uses it
// at a time.
type shard struct {
	opt    *Options
	keys   *tlsopen.Keys
	tcp    assembly.Assembler
	quic   quic.Assembler
	flows  *flow.Table
	update int64 // capture time of the next FlowUpdate
	letGo  int64 // connections that were let go because memory was short

	share   *share // the room for what is unfinished
	number  int    // among the shards that have it
	granted int    // of share's room, in the work at hand; 0 while not asked for
}

// unfinishedMost is how many bytes all shards keep of what is unfinished, beyond what each may. The longest message that
// is given has room.
func unfinishedMost(opt *Options) int {
	most := commonRoom
	if opt.MaxMemory > 0 {
		most = min(most, int(opt.MaxMemory)/2)
	}
	return max(most, opt.MaxMessage)
}

// kept is how many bytes a shard keeps of what is unfinished.
func (s *shard) kept() int { return s.flows.Kept() + s.tcp.Held() + s.quic.Held() }

// left is how many bytes one sort of what is unfinished may take, which takes so many now.
func (s *shard) left(takes int) int {
	others := s.kept() - takes
	if s.granted == 0 && takes+others > ownRoom {
		s.granted = s.share.room(s.number)
	}
	return max(s.granted, ownRoom) - others
}

func newShard(opt *Options, keys *tlsopen.Keys, env *flow.Environment) *shard {
	s := &shard{opt: opt, keys: keys.Fork(shards)}
	o := flowOptions(opt)
	o.Room = s.left
	s.flows = flow.NewTable(o, s.keys, env)
	s.tcp.New, s.tcp.Reset, s.tcp.Unused = s.flows.TCP, s.flows.Reset, s.flows.Unused
	s.quic = quic.Assembler{Keys: s.keys, Wait: opt.waitKeys, New: s.flows.QUIC, Sealed: s.flows.SealedQUIC, Over: s.flows.QUICOver}
	s.quic.Home = func(seg *link.Segment) bool { return quic.Home(seg, shards) == s.number }
	s.quic.Begun = opt.begun
	s.tcp.Limits.Total = func() int { return s.left(s.tcp.Held()) }
	s.quic.Limits.Total = func() int { return s.left(s.quic.Held()) }
	return s
}

// flowOptions is what of opt a shard's flows are made by.
func flowOptions(opt *Options) flow.Options {
	o := flow.Options{
		Messages: opt.Messages, Frames: opt.Frames, Payload: opt.Payload, Events: opt.Events, TLSRecords: opt.TLSRecords, Updates: opt.Updates,
		Live: opt.Live, WaitKeys: opt.waitKeys, NoMidway: opt.NoMidway, DecodeAs: opt.DecodeAs, Hash: opt.Hash,
		MaxMessage: opt.MaxMessage,
	}
	if opt.Select != nil {
		o.Select = opt.Select()
	}
	if opt.KeepMessage != nil {
		o.KeepMessage = opt.KeepMessage()
	}
	if opt.KeepFrame != nil {
		o.KeepFrame = opt.KeepFrame()
	}
	if opt.Render != nil {
		o.Render = opt.Render()
	}
	if opt.Apps != nil {
		o.Apps = opt.Apps()
	}
	return o
}

// run is one shard's part of a work.
func (s *shard) run(w *work, n int) {
	out := &w.outs[n]
	s.flows.SetOutput(&out.Output)
	part, next := w.parts[n], 0
	for i := range w.controls {
		c := &w.controls[i]
		s.segments(w.segs, part[next:c.at[n]])
		next = c.at[n]
		s.control(c)
	}
	s.segments(w.segs, part[next:])
	out.over = len(out.Items)
	if w.final {
		s.finish(&w.last)
	}
	s.granted = 0
	s.share.finished(n, s.kept())
}

// segments takes those of segs that part names.
func (s *shard) segments(segs []link.Segment, part []uint32) {
	for len(part) > 0 {
		group := part[:min(len(part), assembly.Group)]
		found := s.tcp.Prefetch(segs, group)
		for i, k := range group {
			seg := &segs[k]
			s.flows.SetPacket(seg.Mark.Index)
			if seg.UDP {
				s.quic.Datagram(seg)
				continue
			}
			s.tcp.Take(seg, &found[i])
		}
		part = part[len(group):]
	}
}

func (s *shard) control(c *control) {
	s.flows.SetPacket(c.mark.Index)
	if c.secrets != nil {
		s.keys.Add(c.secrets)
		s.flows.Secrets(&c.mark)
		return
	}
	if c.letGo {
		n := s.tcp.LetGo(letGoPart, &c.mark) + s.quic.LetGo(letGoPart, &c.mark)
		if s.letGo += int64(n); s.opt.LetGone != nil {
			s.opt.LetGone(n)
		}
		return
	}
	s.tcp.Tick(c.now, &c.mark)
	s.quic.Tick(c.now, &c.mark)
	s.flows.Tick(c.now)
	if s.opt.Updates && c.now >= s.update {
		s.update = c.now - c.now%tickEvery + s.updateEvery()
		s.flows.Update()
	}
}

// letGoPart is the part of its connections that a shard lets go when memory is short.
const letGoPart = 8

// updateEvery is the step of capture time at which living flows are emitted in live use.
func (s *shard) updateEvery() int64 {
	if s.opt.UpdateEvery > 0 {
		return int64(s.opt.UpdateEvery)
	}
	return 10e9
}

// finish ends all connections: the capture is over.
func (s *shard) finish(last *packet.Mark) {
	s.flows.Finish(last)
	s.tcp.Finish(last)
	s.quic.Finish(last)
}
