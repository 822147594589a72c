// Package shed stands between a live capture and its analysis: a bounded queue that keeps
// reading when the analysis cannot, and then gives up whole connections instead of packets
// here and there, so that what is reported of the others is right.
//
// What the queue holds is a matter of bytes: small batches that wait are joined.
//
// While the queue is half full, connections that begin are refused: none of their packets
// is let through, up to their end. When it is nearly full all the same, connections that
// are being analysed are given up too, one in sixteen of them with every batch, and taken
// up again, with a gap of the capture, when the queue has drained. All of it is counted.
//
// Start reading at queue.go; judge.go decides. The package knows of TCP what tells
// connections apart, and nothing of what is in them.
package shed

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"wscope/assembly/packet"
)

// Queue is a packet.Source that reads another one ahead, in a goroutine of its own.
type Queue struct {
	src     packet.Source
	idle    time.Duration
	now     func() time.Time
	free    freeList
	full    chan *batch
	done    chan struct{}
	stopped chan struct{}
	judge   judge
	stats   counters
	joining sync.Mutex // for batch.taken, and for the last batch in full until that is set
}

// batch is a batch with what its Read returned.
type batch struct {
	packet.Batch
	err   error
	taken bool // out of the queue
}

// Stats say what became of the packets.
type Stats struct {
	Packets     int64 // let through
	Refused     int64 // connections of which nothing was let through
	GivenUp     int64 // times that a sixteenth of the connections under way was given up
	ShedPackets int64 // packets of connections refused or given up
	Queued      int64 // batches that wait now
	Depth       int64 // how many may
}

type counters struct{ packets, refused, givenUp, shed atomic.Int64 }

// lag is how far behind the clock a packet may come out of the kernel.
const lag = 500 * time.Millisecond

// MinDepth is how many batches a queue must be able to hold for its thresholds to differ.
const MinDepth = 8

// New begins to read src; at most depth batches wait, and at least MinDepth may. When no
// packet came for so long as idle, Read gives an empty batch whose Now is the time by now,
// less what packets may come late.
func New(src packet.Source, depth int, idle time.Duration, now func() time.Time) *Queue {
	depth = max(depth, MinDepth)
	q := &Queue{
		src: src, idle: idle, now: now, judge: judge{depth: depth},
		full: make(chan *batch, depth),
		done: make(chan struct{}), stopped: make(chan struct{}),
	}
	go q.pump()
	return q
}

// pump moves batches from the source into the queue. Where traffic is light they are far
// from full: one goes into that before it, if that still waits, so that what the queue
// holds is a matter of bytes and not of how long the analysis stands still.
func (q *Queue) pump() {
	defer close(q.stopped)
	var last *batch
	for {
		b := q.free.take()
		if b == last {
			last = nil // it came back
		}
		b.taken = false
		b.err = q.src.Read(&b.Batch)
		q.judge.pressure(len(q.full))
		q.sift(&b.Batch)
		if b.err == nil && q.join(last, b) {
			q.free.give(b)
			continue
		}
		select {
		case q.full <- b:
		case <-q.done:
			return
		}
		if b.err != nil {
			return
		}
		last = b
	}
}

// join adds b to the last batch, if that waits and has room.
func (q *Queue) join(last, b *batch) bool {
	q.joining.Lock()
	defer q.joining.Unlock()
	return last != nil && !last.taken && last.Join(&b.Batch)
}

// sift takes out of b the packets of connections that are given up.
func (q *Queue) sift(b *packet.Batch) {
	kept, secret := 0, 0
	for i := range b.Packets {
		for ; secret < len(b.Secrets) && b.Secrets[secret].Before <= i; secret++ {
			b.Secrets[secret].Before = kept
		}
		p := &b.Packets[i]
		if !q.judge.pass(p) {
			continue
		}
		if kept != i {
			b.Packets[kept] = *p
		}
		kept++
	}
	for ; secret < len(b.Secrets); secret++ {
		b.Secrets[secret].Before = kept
	}
	q.stats.packets.Add(int64(kept))
	q.stats.shed.Add(int64(len(b.Packets) - kept))
	q.stats.refused.Store(q.judge.refusals)
	q.stats.givenUp.Store(q.judge.givings)
	b.Packets = b.Packets[:kept]
}

// Read gives the next batch, or an empty one with the time when none comes.
func (q *Queue) Read(b *packet.Batch) error {
	idle := time.NewTimer(q.idle)
	defer idle.Stop()
	select {
	case full := <-q.full:
		return q.hand(b, full)
	default:
	}
	select {
	case full := <-q.full:
		return q.hand(b, full)
	case <-q.done:
		b.Packets, b.Secrets, b.Now = b.Packets[:0], b.Secrets[:0], 0
		return io.EOF
	case <-idle.C:
		b.Packets, b.Secrets = b.Packets[:0], b.Secrets[:0]
		b.Now = q.now().Add(-lag).UnixNano()
		return nil
	}
}

// hand swaps the batches, so that no packet is copied.
func (q *Queue) hand(b *packet.Batch, full *batch) error {
	q.joining.Lock()
	full.taken = true
	q.joining.Unlock()
	err := full.err
	*b, full.Batch = full.Batch, *b
	q.free.give(full)
	return err
}

// Stats gives the counts so far. It may be called from any goroutine.
func (q *Queue) Stats() Stats {
	return Stats{
		Packets: q.stats.packets.Load(), Refused: q.stats.refused.Load(), GivenUp: q.stats.givenUp.Load(),
		ShedPackets: q.stats.shed.Load(), Queued: int64(len(q.full)), Depth: int64(cap(q.full)),
	}
}

// Files lists the inputs of the source.
func (q *Queue) Files() []string { return q.src.Files() }

// Problems lists what the source could not read.
func (q *Queue) Problems() []packet.Problem { return q.src.Problems() }

// Close ends the source, whose Close must end a Read that waits.
func (q *Queue) Close() error {
	close(q.done)
	err := q.src.Close()
	<-q.stopped
	return err
}

// freeList keeps batches to be filled again. The one that came back last is taken first: what
// lies in the processor's cache is used again, and a queue that never was long stays small.
type freeList struct {
	mu   sync.Mutex
	list []*batch
}

func (s *freeList) take() *batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.list)
	if n == 0 {
		return new(batch)
	}
	b := s.list[n-1]
	s.list = s.list[:n-1]
	return b
}

func (s *freeList) give(b *batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, b)
}
