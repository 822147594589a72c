package assembly

import "wscope/assembly/link"

// side is the stream that one end sends, and what its peer said of it. Sequence numbers
// wrap at 2^32 and are compared as int32(b-a).
type side struct {
	next    uint32 // number of the next byte to deliver; valid with started
	acked   uint32 // highest number that the peer acknowledged; valid with heard
	isn     uint32 // valid with syn
	fin     uint32 // number of the FIN; valid with finned
	window  uint32 // latest window this side announced, in bytes
	timeEnd uint32 // the byte whose ACK is waited for; valid with timing
	timeAt  int64  // when it was sent
	rttMin  int64
	lastAt  int64 // capture time of its latest packet that is no RST; 0 while none
	packets int64
	bytes   int64
	hold    *hold      // bytes that came before their turn; nil in an orderly stream
	trouble *anomalies // counters that most streams never need; nil until one does
	scale   int8       // window scale of the SYN, -1 where absent
	ttl     uint8      // of its packets, RSTs apart; 0 where they have several

	started bool // next is known
	heard   bool // the peer's ACKs are in the capture
	syn     bool
	finned  bool // a FIN was captured; the stream ends where it stands
	reset   bool
	ended   bool // End was called, or would have been had there been a Handler
	timing  bool
	says    bool   // said is valid
	said    uint32 // what the segment acknowledged whose bytes were given last
}

// anomalies is the rarely used part of a side.
type anomalies struct {
	SideStats               // the fields that side does not have itself
	full      int64         // nanoseconds for which the window had been zero when the stream ended
	zeroSince int64         // the window is zero since then; valid with zero
	claim     *link.Segment // a SYN with another number, waiting for confirmation
	stray     *link.Segment // the latest segment far from the stream, waiting for one that continues it
	otherFIN  *link.Segment // a FIN before another one, or before captured bytes: the peer's acknowledgement decides
	farAck    uint32        // the latest acknowledgement far from the stream; valid with farHeard
	finEnd    uint32        // where the captured stream ended when its FIN came; valid with FIN
	finAck    uint32        // what the segment of its FIN acknowledged; valid with finAcks
	finAcks   bool
	farHeard  bool
	zero      bool
	resetTTL  uint8  // of its RST; 0 while none
	repeats   uint16 // times that it repeated itself since the peer's latest packet
}

// anomaly gives the side's anomalies, made at first use.
func (st *side) anomaly() *anomalies {
	if st.trouble == nil {
		st.trouble = new(anomalies)
	}
	return st.trouble
}

// time begins a measurement of the round trip, unless one is under way.
func (st *side) time(end uint32, at int64) {
	if !st.timing {
		st.timing, st.timeEnd, st.timeAt = true, end, at
	}
}

// after reports whether sequence number a is after b.
func after(a, b uint32) bool { return int32(a-b) > 0 }
