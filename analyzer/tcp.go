package analyzer

import "wscope/assembly"

// tcpRecord is TCP's part in a flow: of its whole connection, where several flows share one.
func (f *flow) tcpRecord() *TCP {
	c := f.conn()
	r := &TCP{}
	if c.SYNACK >= 0 && c.Initiator {
		r.SYNACK = seconds(c.SYNACK)
		if c.HandACK >= 0 {
			r.RTT = seconds(c.SYNACK + c.HandACK)
		}
	}
	if a, b := c.Stats(assembly.A).RTTMin, c.Stats(assembly.B).RTTMin; r.RTT == nil && a >= 0 && b >= 0 && a+b > 0 {
		r.RTT = seconds(a + b) // wherever between the two it was captured
	}
	r.History = c.History(f.client())
	for i := range f.dirs {
		s := c.Stats(f.side(i))
		r.Packets[i], r.Bytes[i] = s.Packets, s.Bytes+s.LostBytes
		if c.Ignored {
			r.Bytes[i] = -1
		}
		r.Retransmitted += s.Retransmitted
		r.OutOfOrder += s.OutOfOrder
		r.Duplicates += s.Duplicates
		r.ZeroWindows += s.ZeroWindows
		r.ZeroWindow += Seconds(s.ZeroWindowTime)
		r.Stall += Seconds(s.StallTime)
		r.CaptureLoss += s.LostBytes
	}
	return r
}
