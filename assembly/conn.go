package assembly

import "wscope/assembly/link"

// Conn is one TCP connection as the assembler sees it. It is made at the connection's
// first packet and lives until both sides ended; a Handler may keep it longer, and then
// sees it as it was at the end.
type Conn struct {
	// What each packet touches stands first, for the sake of the processor's cache.

	Key       link.Key // from side A to side B
	handler   Handler
	phase     phase
	Initiator bool // a SYN (or SYN-ACK) was captured: A is certainly the side that connected

	// Ignored is set by the Handler when it wants no more bytes of this connection
	// (it is proved to be of no interest): the assembler then buffers nothing, calls no
	// Data or Gap, and only watches for its end. End is still called.
	Ignored bool

	met        bool   // Assembler.New was called
	questioned bool   // a SYN with another number came and waits to be confirmed, or a FIN came; see belongs
	turn       uint8  // the slot of recent that is overwritten next
	kinds      uint16 // what segments there were; see History
	Last       Mark   // the latest packet seen so far, of either side
	recent     [4]print
	sides      [2]side
	seen       int64 // the assembler's time (the latest Tick) at the latest packet
	hash       uint32

	Start   Mark   // the first packet
	SYNACK  int64  // nanoseconds from A's first SYN to B's SYN-ACK; -1 where not both were captured
	HandACK int64  // nanoseconds from B's SYN-ACK to A's ACK of it; -1 where unknown
	check   int64  // when to look whether it is still alive
	history uint64 // of kinds, in which order they came
	prev    *Conn  // neighbours in the list of the phase
	next    *Conn
}

// Become makes h the Handler of the connection, in place of the one that calls it, from the
// next call on: one that has handed over for good need not stand between.
func (c *Conn) Become(h Handler) {
	if c.handler != nil {
		c.handler = h
	}
}

// Stats tells what TCP did so far with the stream that a side sends. It is a copy, put
// together at the call: ask at the end of a flow or a message, not at each packet.
func (c *Conn) Stats(s Side) SideStats {
	st := &c.sides[s]
	var out SideStats
	if st.trouble != nil {
		out = st.trouble.SideStats
		if st.trouble.zero {
			out.ZeroWindowTime += max(0, c.Last.Time-st.trouble.zeroSince)
		}
	}
	out.Packets, out.Bytes = st.packets, st.bytes
	out.SYN, out.FIN, out.RST = st.syn, st.finned, st.reset
	out.RTTMin, out.Window = st.rttMin, int64(st.window)
	return out
}

// Reached is the sequence number after the bytes of a side's stream given so far: during
// a Data call, after the bytes of this call.
func (c *Conn) Reached(s Side) uint32 { return c.sides[s].next }

// Received says whether the peer of a side has acknowledged the side's stream up to the
// sequence number seq, which Reached gave. known is false where the capture has none of
// the peer's acknowledgements.
func (c *Conn) Received(s Side, seq uint32) (yes, known bool) {
	st := &c.sides[s]
	return st.heard && !after(seq, st.acked), st.heard
}

// Acked is the sequence number up to which the peer of a side has acknowledged the side's
// stream so far. known is false where the capture has none of the peer's acknowledgements.
func (c *Conn) Acked(s Side) (seq uint32, known bool) {
	st := &c.sides[s]
	return st.acked, st.heard
}

// LastStall gives the capture times between which the latest stall of a side's stream
// lasted, zero where there was none. It is cheap enough to ask at each message.
func (c *Conn) LastStall(s Side) (from, to int64) {
	if t := c.sides[s].trouble; t != nil {
		return t.LastStall[0], t.LastStall[1]
	}
	return 0, 0
}

// SideStats is what TCP did with the stream that one side sends.
type SideStats struct {
	Packets        int64 // segments captured, of any kind
	Bytes          int64 // payload bytes delivered to the Handler
	LostBytes      int64 // bytes told as gaps of known length
	Retransmitted  int64 // segments whose bytes had all been seen before (keep-alive probes apart), or that came a round trip after their successors
	Duplicates     int64 // segments that the capture holds twice (same IP identification)
	OutOfOrder     int64 // segments that came after their successors, sooner than they can have been sent again
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

// print is what is remembered of a segment to recognise its second copy: routers and
// bridges on the way of `-i any` or a mirror port give the same packet again, with the
// same IP identification, where a retransmission has a new one.
type print struct {
	seq  uint32
	ipid uint16
	size uint16 // payload length, with the side in its lowest bit
}

func printOf(x Side, s *link.Segment) print {
	return print{s.Seq, s.IPID, uint16(len(s.Payload)+s.Missing)<<1 | uint16(x)}
}

func (c *Conn) remember(p print) {
	c.recent[c.turn&3] = p
	c.turn++
}

// again says whether the packet is a second copy of one of the latest four.
func (c *Conn) again(p print) bool {
	return p.ipid != 0 && (p == c.recent[0] || p == c.recent[1] || p == c.recent[2] || p == c.recent[3])
}
