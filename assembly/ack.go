package assembly

import "wscope/assembly/link"

// ack takes what side x says of its peer's stream: how far it has it, and how much
// more it would take.
func (a *Assembler) ack(c *Conn, x Side, s *link.Segment) {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	if !peer.started {
		if st.syn && !near(s.Seq, st.next) {
			return // a late one of an earlier connection
		}
		a.startByACK(c, x, s)
	}
	if peer.started && peer.far(s.Ack) {
		// Not of this connection, or the capture lacks very much.
		t := peer.anomaly()
		t.farHeard, t.farAck = true, s.Ack
		return
	}
	if !peer.heard {
		peer.heard, peer.acked = true, s.Ack
	} else if after(s.Ack, peer.acked) {
		peer.acked = s.Ack
	}

	if peer.timing && !after(peer.timeEnd, s.Ack) {
		peer.timing = false
		took := s.Mark.Time - peer.timeAt
		if took < 0 {
			// The capture's clock went back between the two.
		} else if peer.syn && peer.timeEnd == peer.isn+1 {
			if x == A {
				c.HandACK = took
			}
		} else if peer.rttMin < 0 || took < peer.rttMin {
			peer.rttMin = took
		}
	}

	window := uint32(s.Window)
	if s.Flags&link.SYN == 0 && st.scale > 0 && peer.scale >= 0 {
		window <<= min(st.scale, 14) // RFC 7323 §2.3
	}
	if window == 0 || st.window == 0 {
		st.zeroWindow(window, s)
	}
	st.window = window

	if s.Seq+1 == st.next && len(s.Payload)+s.Missing == 0 && s.Flags&(link.SYN|link.FIN) == 0 &&
		st.started && st.heard && st.acked == st.next {
		st.anomaly().KeepAlives++ // RFC 9293 §3.8.4: a probe has an old number, to be answered
	}
	if t := peer.trouble; t != nil && t.otherFIN != nil && s.Ack == t.otherFIN.Seq+1 {
		a.believeFIN(c, x.Other())
	}
	if peer.hold == nil && !peer.ended && peer.awaited() {
		a.open(c, x.Other(), s.Mark.Time)
	}
}

// zeroWindow counts a window of zero when it begins and its time when it ends.
func (st *side) zeroWindow(window uint32, s *link.Segment) {
	if window == 0 && s.Flags&(link.SYN|link.FIN) == 0 {
		if t := st.anomaly(); !t.zero {
			t.zero, t.zeroSince = true, s.Mark.Time
			t.ZeroWindows++
		}
	} else if window > 0 {
		st.windowOpens(s.Mark.Time)
	}
}

// windowOpens ends the time of a zero window, if there is one.
func (st *side) windowOpens(now int64) {
	if t := st.trouble; t != nil && t.zero {
		t.zero = false
		t.ZeroWindowTime += max(0, now-t.zeroSince)
	}
}
