package analyzer

import (
	"io"
	"slices"

	"wscope/assembly"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/quic"
	"wscope/assembly/tlsopen"
)

// shards is how many independent pipelines the connections are shared out to. It is
// fixed, so that limits and orders do not depend on the number of workers.
const shards = 16

// tickEvery is the step of capture time at which silent connections are looked for.
const tickEvery = int64(1e9)

// latest is the last capture time that is believed, in the year 2116: later ones are
// damage, and sums with them must not overflow.
const latest = int64(1) << 62

// control is something that every shard must know in its place among the segments.
type control struct {
	at      [shards]int // it stands before parts[p][at[p]]
	now     int64       // of a tick
	mark    packet.Mark
	secrets []byte // TLS key log text from the capture; nil where it is something else
	letGo   bool   // memory is short: no tick, but some connections are let go
}

// work is a batch of packets on its way through the pipeline: read, analysed by shard,
// merged. See pool.go for who does it.
type work struct {
	batch    packet.Batch
	segs     []link.Segment
	parts    [shards][]uint32 // which of segs are each shard's
	controls []control
	outs     [shards]output
	last     packet.Mark // the last packet of the batch
	final    bool        // the capture is over: connections end
	pending  int         // workers of the pool that have not analysed their shards of it
}

func (w *work) reset() {
	for p := range w.parts {
		w.parts[p] = w.parts[p][:0]
		w.outs[p].Reset()
	}
	w.segs = w.segs[:0]
	w.controls = w.controls[:0]
	w.final = false
}

// reader fills works: it reads packets, finds their segments and shares them out.
type reader struct {
	src      packet.Source
	link     link.Decoder
	opt      *Options
	clock    clock
	since    Time // packets before are passed over
	until    Time // those after; 0 is no bound
	began    bool // a packet was seen
	last     packet.Mark
	keys     *tlsopen.Keys
	sessions *tlsopen.Sessions[link.Key]
	subflows assembly.Subflows
	counts   packetCounts
	router   quic.Router
	route    int // where the datagram at hand goes
}

// fill reads one batch. At the end of the capture it makes the final work and then returns io.EOF.
func (r *reader) fill(w *work) error {
	w.reset()
	err := r.src.Read(&w.batch)
	if err != nil && err != io.EOF {
		return err
	}
	if r.clock.next != 0 && r.opt.LetGo != nil && r.opt.LetGo() {
		w.control(control{mark: r.last, letGo: true})
	}
	w.segs = slices.Grow(w.segs, len(w.batch.Packets)+1)
	secrets := w.batch.Secrets
	for i := range w.batch.Packets {
		p := &w.batch.Packets[i]
		for len(secrets) > 0 && secrets[0].Before <= i {
			r.secrets(w, &secrets[0])
			secrets = secrets[1:]
		}
		r.packet(w, p)
	}
	for i := range secrets {
		r.secrets(w, &secrets[i])
	}
	if now := w.batch.Now; now >= r.clock.next && r.clock.next != 0 { // nothing is to be let go before the first packet
		r.tick(w, now, r.last)
	}
	w.last = r.last
	w.final = err == io.EOF
	return err
}

func (r *reader) packet(w *work, p *packet.Packet) {
	p.Time = min(p.Time, latest)
	if !r.began {
		r.bounds(Time(p.Time))
	}
	if t := Time(p.Time); t < r.since || r.until != 0 && t > r.until {
		return
	}
	r.last = p.Mark
	r.counts.add(p)
	if p.Time >= r.clock.next {
		if now, ok := r.clock.reached(&p.Mark, w.batch.Now); ok {
			r.tick(w, now, p.Mark)
		}
	}
	// The segment is decoded in the place where it will stay; one that is not kept leaves
	// it to the next.
	n := len(w.segs)
	s := &w.segs[:n+1][n]
	if !r.link.Decode(p, s) || r.opt.Checksum && s.BadSum {
		return
	}
	w.segs = w.segs[:n+1]
	if !s.UDP && tlsopen.BeginsHandshake(s.Payload) {
		r.sessions.Segment(s.Key, s.Key.Reverse(), s.Payload)
	}
	r.share(w, s, n)
}

// share gives segment n of the work to its partition.
func (r *reader) share(w *work, s *link.Segment, n int) {
	if s.UDP {
		r.datagram(w, s, n)
		return
	}
	if s.Options != nil || r.subflows.Any() {
		r.subflows.Route(s)
	}
	part := &w.parts[s.Hash%shards]
	*part = append(*part, uint32(n))
}

// bounds says which times are wanted, now that the first packet's is known.
func (r *reader) bounds(start Time) {
	r.began, r.since, r.until = true, r.opt.Since, r.opt.Until
	if r.opt.SinceStart != 0 {
		r.since = max(r.since, start+Time(r.opt.SinceStart))
	}
	if until := start + Time(r.opt.UntilStart); r.opt.UntilStart != 0 && (r.until == 0 || until < r.until) {
		r.until = until
	}
}

// tick tells the shards the time.
func (r *reader) tick(w *work, now int64, at packet.Mark) {
	at.Time = now
	w.control(control{now: now, mark: at})
	r.clock.next = now - now%tickEvery + tickEvery
}

func (r *reader) secrets(w *work, s *packet.Secrets) {
	switch {
	case s.Type != secretsTLS:
	case r.counts.packets == 0:
		r.keys.Add(s.Data) // before the first packet: for all, once
	default:
		// Each shard takes it in its place among the packets, so that none has it before its time.
		w.control(control{now: r.last.Time, mark: r.last, secrets: s.Data})
	}
}

// secretsTLS is the secrets type of an NSS key log in a pcapng Decryption Secrets Block.
const secretsTLS = 0x544c534b

func (w *work) control(c control) {
	for p := range w.parts {
		c.at[p] = len(w.parts[p])
	}
	w.controls = append(w.controls, c)
}

// pipeline runs a source through its shards.
type pipeline struct {
	reader reader
	shards [shards]*shard
	merger merger
	share  *share
	stop   <-chan struct{}
}

func (p *pipeline) stopped() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}
