package quic

// Counts is what was captured of one side's packets and streams.
type Counts struct {
	Packets  int64 // datagrams
	Wire     int64 // bytes of their payload
	Opened   int64 // packets
	Unopened int64 // packets that did not authenticate
	NoKey    int64 // 1-RTT packets for which there was no key when they came
	Repeats  int64 // packets that came twice
	Cut      int64 // packets that the capture cut
	RTTMin   int64 // nanoseconds from a packet of the side to its acknowledgement, smallest seen; -1 unknown

	// Bytes of STREAM frames, each counted once: given to the Handler; seen before; of no use to
	// anybody (of streams that nobody takes, behind their end).
	StreamBytes, Delivered, Repeated, Unwanted int64
	Waiting                                    int64 // of them, those behind a hole that may still be filled
	Lost                                       int64 // bytes told as gaps
	Datagrams                                  int64 // DATAGRAM frames
}

// Counts of what a side sent so far.
func (c *Conn) Counts(x Side) Counts {
	s := &c.sides[x]
	n := Counts{
		Packets: s.packets, Wire: s.wire, Opened: s.opened, Unopened: s.unopened, NoKey: s.noKey, Repeats: s.repeats, Cut: s.cutOff,
		RTTMin: s.rttMin, StreamBytes: s.streamBytes, Delivered: s.delivered, Repeated: s.repeated, Unwanted: s.unwanted,
		Lost: s.lost, Datagrams: s.datagrams,
	}
	for _, h := range c.holes {
		if h.side == x {
			for i := range h.pieces {
				n.Waiting += int64(len(h.pieces[i].data))
			}
		}
	}
	return n
}

// SpinRTT is the smallest round trip by the spin bit; ok is false where it is not used.
func (c *Conn) SpinRTT() (rtt int64, ok bool) { return c.spin.roundTrip() }
