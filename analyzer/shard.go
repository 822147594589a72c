package analyzer

import (
	"wscope/analyzer/sealed"
	"wscope/assembly"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/quic"
	"wscope/assembly/tlsopen"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// shard is one independent pipeline: the connections of one partition, from segments to
// records. One goroutine uses it at a time.
type shard struct {
	opt   *Options
	keys  *tlsopen.Keys
	env   *environment
	asm   assembly.Assembler
	quic  quic.Assembler
	hooks upgrade.Hooks
	out   *output // of the work in hand
	index int64   // of the packet in hand: the place of what is said now

	selects     func(*Flow) bool
	keepMessage func(*Flow, *Message) bool
	keepFrame   func(*Flow, *Frame) bool
	render      Renderer
	apps        Apps

	flows    flowList         // those alive
	sleepers sleepers         // which of them sleep
	parked   parking          // ends of TLS connections that wait for secrets
	over     bool             // the capture is over
	last     packet.Mark      // its last packet; with over
	other    map[string]int64 // connections without a WebSocket, by what they were
	conns    int64
	message  Message // the record in hand
	frame    Frame   // the same
	event    wsparse.Event
	budget   *wsparse.Budget // of messages that are read
	look     *wsparse.Budget // of those that are only looked into
	room     wsparse.Room    // of searches for frame boundaries
	update   int64           // capture time of the next FlowUpdate
	letGo    int64           // connections that were let go because memory was short
}

// environment is what all shards may read: it does not change while they run, or is safe
// to share.
type environment struct {
	files      func(i int32) string // name of a file where there are several, else ""
	tunnelName func(id uint32) string
}

// lookMost is how long a message may be that is only looked into; see lookAt.
const lookMost = 256 << 10

// keptMost is how many bytes a shard keeps of messages that have not ended, all together. One of the longest
// that is given has room.
func keptMost(opt *Options) int {
	most := wsparse.DefaultMaxMessage
	if opt.MaxMessage > 0 {
		most = max(opt.MaxMessage, 1<<20)
	}
	if opt.MaxMemory > 0 {
		most = min(most, max(int(opt.MaxMemory/partitions), 1<<20))
	}
	return most
}

func newShard(opt *Options, keys *tlsopen.Keys, env *environment) *shard {
	s := &shard{opt: opt, keys: keys.Fork(partitions), env: env, other: map[string]int64{}, room: wsparse.Room{Left: searchRoom}}
	s.budget, s.look = wsparse.NewBudget(keptMost(opt)), wsparse.NewLook(lookMost)
	if opt.Select != nil {
		s.selects = opt.Select()
	}
	if opt.KeepMessage != nil {
		s.keepMessage = opt.KeepMessage()
	}
	if opt.KeepFrame != nil {
		s.keepFrame = opt.KeepFrame()
	}
	if opt.Render != nil {
		s.render = opt.Render()
	}
	if opt.Apps != nil {
		s.apps = opt.Apps()
	}
	s.hooks = upgrade.Hooks{
		Found:    s.found,
		Security: s.security,
		Sealed:   s.midwayTLS,
		Other:    func(_ *assembly.Conn, what string) { s.other[what]++ },
		Polled:   s.polled,
		DecodeAs: opt.DecodeAs,
		NoMidway: opt.NoMidway,
	}
	if opt.MaxMemory > 0 {
		s.asm.Limits.TotalBuffer = int(opt.MaxMemory / partitions)
	}
	s.asm.Reset = s.reset
	s.openQUIC()
	s.asm.New = func(c *assembly.Conn) assembly.Handler {
		s.conns++
		return upgrade.New(c, &s.hooks)
	}
	return s
}

// segments takes those of segs that part names.
func (s *shard) segments(segs []link.Segment, part []uint32) {
	for len(part) > 0 {
		group := part[:min(len(part), assembly.Group)]
		found := s.asm.Ahead(segs, group)
		for i, k := range group {
			seg := &segs[k]
			s.index = seg.Mark.Index
			if seg.UDP {
				s.quic.Datagram(seg)
				continue
			}
			s.asm.Take(seg, &found[i])
			if mostAwake == 0 {
				s.sleepers.rest()
			}
		}
		part = part[len(group):]
	}
}

func (s *shard) control(c *control) {
	s.index = c.mark.Index
	if c.secrets != nil {
		s.keys.Add(c.secrets)
		if s.opt.Live {
			s.parked.retry(&c.mark)
		}
		return
	}
	if c.letGo {
		n := s.asm.LetGo(letGoPart, &c.mark) + s.quic.LetGo(letGoPart, &c.mark)
		if s.letGo += int64(n); s.opt.LetGone != nil {
			s.opt.LetGone(n)
		}
		return
	}
	s.asm.Tick(c.now, &c.mark)
	s.quic.Tick(c.now, &c.mark)
	if s.opt.Live {
		s.parked.release(c.now - parkLive)
	}
	if s.opt.Updates && c.now >= s.update {
		s.update = c.now - c.now%tickEvery + s.updateEvery()
		s.flows.each(func(f *flow) {
			if f.news {
				f.news = false
				f.wake()
				f.say(itemUpdate)
			}
		})
	}
}

// letGoPart is the part of its connections that a partition lets go when memory is short.
const letGoPart = 8

// updateEvery is the step of capture time at which living flows are told in live use.
func (s *shard) updateEvery() int64 {
	if s.opt.UpdateEvery > 0 {
		return int64(s.opt.UpdateEvery)
	}
	return 10e9
}

// finish ends all connections: the capture is over.
func (s *shard) finish(last *packet.Mark) {
	s.index = last.Index
	s.over, s.last = true, *last
	s.parked.close()
	s.asm.Finish(last)
	s.quic.Finish(last)
}

// found begins a flow.
func (s *shard) found(ws *upgrade.WebSocket, at *assembly.Mark) upgrade.Receiver {
	f := newFlow(s, ws)
	f.begin()
	f.judgeConnect(ws)
	return f
}

// security opens a TLS connection, and begins an encrypted flow where that cannot be done.
func (s *shard) security(c *assembly.Conn, client assembly.Side, inner assembly.Handler) (assembly.Handler, any) {
	w := &tlsConn{shard: s, conn: c, client: client}
	w.estimate = sealed.New(w.facts, false)
	o := tlsopen.Options{Keys: s.keys, Encrypted: w.encrypted, Ended: w.finish, Watch: (*watch)(w), Wait: s.opt.waitKeys}
	if o.Wait {
		o.Park = w.park
	}
	w.handler, w.info = tlsopen.New(c, client, inner, o)
	return w.handler, w.info
}

// say adds an item for the merger.
func (s *shard) say(it item) {
	it.index = s.index
	s.out.items = append(s.out.items, it)
}

// searchRoom is how many bytes the searches for frame boundaries of a shard keep in all, beyond
// what each of them may.
const searchRoom = 8 << 20
