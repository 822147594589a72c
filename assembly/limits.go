package assembly

import "time"

// Limits bound what an Assembler keeps. Reaching one is reported as a gap with cause Limit
// and counted, and the streams go on behind it.
type Limits struct {
	ConnBuffer  int // out-of-order bytes kept for one side of one connection; 0 is DefaultConnBuffer
	TotalBuffer int // out-of-order bytes kept in all; 0 is DefaultTotalBuffer
	// Total is asked instead of TotalBuffer where it is not nil: how many bytes may wait now.
	Total      func() int
	Idle       int64 // nanoseconds of capture time after which a silent connection is let go; 0 is DefaultIdle
	HalfIdle   int64 // the same for one without an answer: a SYN alone, or a FIN of the only side seen; 0 is DefaultHalfIdle
	ClosedIdle int64 // nanoseconds for which a closed one is remembered, to swallow its late packets; 0 is DefaultClosedIdle
}

// The defaults of Limits. A silent connection is let go at most an eighth later than
// its limit says, at a Tick.
const (
	DefaultConnBuffer  = 4 << 20
	DefaultTotalBuffer = 32 << 20
	DefaultIdle        = int64(time.Hour)
	DefaultHalfIdle    = int64(2 * time.Minute)
	DefaultClosedIdle  = int64(15 * time.Second)
)

const (
	// A byte that the peer acknowledged but the capture lacks is lost, unless the capture
	// only disordered the two: packets of several queues, interfaces that are written in
	// batches, clocks that are not set alike. It is waited for this long by the capture's
	// clock. So is a missing segment where the peer's ACKs are not in the capture at all.
	disorder = int64(5 * time.Second)

	// Of a packet that the capture cut there may be a copy that is whole, from another
	// interface: it is waited for this long.
	cutWait = int64(time.Second)

	// A segment farther from its stream than this is not taken as a part of it.
	// Behind, no window is larger; ahead, a capture may have lost much.
	maxBehind = 1 << 26
	maxAhead  = 1 << 30

	// Closed connections remembered, at most.
	maxClosed = 1 << 12

	// Connections that wait for an answer and carried nothing, at most. Of a flood of SYNs more are open at once than of
	// anything that is answered; of one let go here whose answer comes all the same, the SYN-ACK begins it again.
	maxOpening = 1 << 13

	// The least that a waiting piece counts against the buffer limits, so that a million
	// pieces of one byte are no cheaper than they are.
	pieceCost = 1024
)

func (l *Limits) total() int {
	if l.Total != nil {
		return l.Total()
	}
	return l.TotalBuffer
}

// orDefaults fills in what is not set.
func (l Limits) orDefaults() Limits {
	set := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.Idle, DefaultIdle)
	set(&l.HalfIdle, DefaultHalfIdle)
	set(&l.ClosedIdle, DefaultClosedIdle)
	if l.ConnBuffer <= 0 {
		l.ConnBuffer = DefaultConnBuffer
	}
	if l.TotalBuffer <= 0 {
		l.TotalBuffer = DefaultTotalBuffer
	}
	return l
}
