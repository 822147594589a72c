package assembly

import "wscope/assembly/list"

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

	met     bool         // Assembler.New was called
	pending bool         // each segment is looked at closer: a SYN, a FIN or a RST waits to be confirmed, or there is an extra; see belongs
	turn    uint8        // counts what memory took
	kinds   uint16       // what segments there were; see History
	Last    Mark         // the latest packet seen so far, of either side
	recent  [2]segmentID // the latest segments without data
	memory  *memory      // the latest segments with data; nil until there is one
	extra   *extra       // what few connections have; nil in most
	sides   [2]side
	seen    int64 // the assembler's time (the latest Tick) at the latest packet
	hash    uint32
	hand    uint32 // the Index, as far as it fits, of the packet whose bytes are given

	Start   Mark             // the first packet
	SYNACK  int64            // nanoseconds from A's first SYN to B's SYN-ACK; -1 where not both were captured
	HandACK int64            // nanoseconds from B's SYN-ACK to A's ACK of it; -1 where unknown
	check   int64            // when to look whether it is still alive
	history uint64           // of kinds, in which order they came
	links   list.Links[Conn] // in the list of the phase
}

// Links is for package list.
func (c *Conn) Links() *list.Links[Conn] { return &c.links }

// SetHandler makes h the Handler of the connection, in place of the one that calls it, from the
// next call on: one that has handed over for good need not stand between.
func (c *Conn) SetHandler(h Handler) {
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

// Received reports whether the peer of a side has acknowledged the side's stream up to the
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

// Acknowledging is how far a side had its peer's stream when it sent the bytes that the Handler is given, or was
// given last, by it: the sequence number that their segment acknowledged. known is false where it acknowledged
// nothing, and where these are not bytes of the packet whose Index is given.
func (c *Conn) Acknowledging(s Side, index int64) (seq uint32, known bool) {
	st := &c.sides[s]
	return st.said, st.says && c.hand == uint32(index)
}

// inHand takes what the segment says whose bytes are given next.
func (c *Conn) inHand(x Side, ack uint32, acks bool, at *Mark) {
	c.hand = uint32(at.Index)
	c.sides[x].said, c.sides[x].says = ack, acks
}

// FirstFIN is the side that ended its stream first: that sent its FIN before it had its peer's, which its
// peer had when it sent its own. It is not known where the capture does not have both, or where they crossed.
func (c *Conn) FirstFIN() (s Side, known bool) {
	had := func(x Side) bool {
		st, peer := &c.sides[x], &c.sides[x.Other()]
		return st.trouble.finAcks && after(st.trouble.finAck, peer.fin)
	}
	if !c.sides[A].finned || !c.sides[B].finned {
		return A, false
	}
	a, b := had(A), had(B)
	if a {
		s = B
	}
	return s, a != b
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
	Duplicates     int64 // segments that the capture holds twice; see isCopy
	OutOfOrder     int64 // segments that came after their successors, sooner than they can have been sent again
	KeepAlives     int64
	ZeroWindows    int64 // times that this side announced a window of zero
	ZeroWindowTime int64 // nanoseconds in which the other side was held by it
	Conflicts      int64 // overlapping bytes that differed from the first copy (first wins)
	FirstConflict  Mark
	ConflictSince  int64    // capture time of the copy that FirstConflict contradicts; valid with Conflicts
	StallTime      int64    // nanoseconds in which bytes waited for a missing segment, in all
	LastStall      [2]int64 // capture times between which the latest stall lasted; zero where none
	RTTMin         int64    // nanoseconds from data of this side to its ACK, smallest seen; -1 unknown
	SYN, FIN, RST  bool     // what was captured from this side
	FINAt, RSTAt   Mark     // valid with FIN, RST
	Window         int64    // latest window announced, scaled where the scale is known

	ClockBack     int64 // nanoseconds by which the capture's clock went back at once, at the most, as the order of the stream proves
	IgnoredResets int64 // RSTs of this side that ended nothing: outside the window, or it went on behind them

	// Where the captured payload bytes are that Bytes does not have. See Captured.
	Repeated   int64 // their place in the stream was taken already; Conflicts of them are known to differ
	Probes     int64 // the byte of a keep-alive probe
	Behind     int64 // behind the stream's end
	Reason     int64 // in a RST: RFC 9293 §3.5.3 lets it say why
	Foreign    int64 // in segments of another connection, of another time, or of nobody's
	Dropped    int64 // let go with the connection before their turn came
	AfterReset int64 // of Bytes: captured after the peer's RST, so nobody knows whether they were read
}

// Captured is how many payload bytes of the side's segments the Assembler was given.
func (s *SideStats) Captured() int64 {
	return s.Bytes + s.Repeated + s.Probes + s.Behind + s.Reason + s.Foreign + s.Dropped
}
