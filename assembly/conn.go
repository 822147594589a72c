package assembly

import "wscope/assembly/link"

// Conn is one TCP connection as the assembler sees it. It is made before the first
// Handler call and lives until both sides ended; a Handler may keep it.
type Conn struct {
	Key       link.Key // from side A to side B
	Start     Mark     // the first packet
	Last      Mark     // the latest packet seen so far, of either side
	Initiator bool     // a SYN (or SYN-ACK) was captured: A is certainly the side that connected
	SYNACK    int64    // nanoseconds from A's SYN to B's SYN-ACK; -1 where not both were captured
	HandACK   int64    // nanoseconds from B's SYN-ACK to A's ACK of it; -1 where unknown

	// Ignored is set by the Handler when it wants no more bytes of this connection
	// (it is proved to be of no interest): the assembler then buffers nothing, calls no
	// Data or Gap, and only watches for its end. End is still called.
	Ignored bool

	sides [2]SideStats
}

// Stats tells what TCP did so far with the stream that a side sends. It is a copy, put
// together at the call: ask at the end of a flow or a message, not at each packet.
func (c *Conn) Stats(s Side) SideStats { return c.sides[s] }

// LastStall gives the capture times between which the latest stall of a side's stream
// lasted, zero where there was none. It is cheap enough to ask at each message.
func (c *Conn) LastStall(s Side) (from, to int64) {
	l := &c.sides[s].LastStall
	return l[0], l[1]
}

// SideStats is what TCP did with the stream that one side sends.
type SideStats struct {
	Packets        int64 // segments captured, of any kind
	Bytes          int64 // payload bytes delivered to the Handler
	LostBytes      int64 // bytes told as gaps of known length
	Retransmitted  int64 // segments whose bytes had all been seen before (keep-alive probes apart)
	Duplicates     int64 // segments that the capture holds twice (same IP identification)
	OutOfOrder     int64 // segments that came before their turn
	KeepAlives     int64
	ZeroWindows    int64 // times that this side announced a window of zero
	ZeroWindowTime int64 // nanoseconds in which the other side was held by it
	Conflicts      int64 // overlapping bytes that differed from the first copy (first wins)
	FirstConflict  Mark
	StallTime      int64    // nanoseconds in which bytes waited for a missing segment, in all
	LastStall      [2]int64 // capture times between which the latest stall lasted; zero where none
	RTTMin         int64    // nanoseconds from data of this side to its ACK, smallest seen; -1 unknown
	SYN, FIN, RST  bool     // what was captured from this side
	FINAt, RSTAt   Mark     // valid with FIN, RST
	Window         int64    // latest window announced, scaled where the scale is known
}

// Limits bound what an Assembler keeps. Reaching one is told as a gap with cause Limit
// and counted, and the streams go on behind it.
type Limits struct {
	ConnBuffer  int   // out-of-order bytes kept for one side of one connection; 0 is DefaultConnBuffer
	TotalBuffer int   // out-of-order bytes kept in all; 0 is DefaultTotalBuffer
	Idle        int64 // nanoseconds of capture time after which a silent connection is let go; 0 is DefaultIdle
	ClosedIdle  int64 // the same once both sides ended
}

// Assembler rebuilds the byte streams of TCP connections. Its work depends on the
// segments alone, so any number of Assemblers side by side, each given all segments of
// its own connections, give what one would.
type Assembler struct {
	Limits Limits
	// New is called when a connection begins and returns who takes its streams; nil to
	// ignore it.
	New func(c *Conn) Handler
}

// Segment takes the next segment. Its payload is not kept beyond the call.
func (a *Assembler) Segment(s *link.Segment) {}

// Tick tells the time by the capture: connections silent for too long are let go. It is
// called at fixed steps of capture time so that the outcome is the same however the work is shared.
func (a *Assembler) Tick(now int64, at *Mark) {}

// Finish ends all connections: the capture is over.
func (a *Assembler) Finish(at *Mark) {}
