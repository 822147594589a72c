package flow

import (
	"wscope/analyzer/record"
	"wscope/assembly"
)

// tcpRecord is TCP's part in a flow: of its whole connection, where several flows share one.
// It is nil over QUIC.
func (f *flow) tcpRecord() *record.TCP {
	c := f.tcp
	if f.quic != nil {
		return nil
	}
	r := &record.TCP{}
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
		r.ZeroWindow += record.Seconds(s.ZeroWindowTime)
		r.Stall += record.Seconds(s.StallTime)
		r.CaptureLoss += s.LostBytes
		r.ResetsIgnored += s.IgnoredResets
		if back := record.Seconds(s.ClockBack); back > 0 && (r.ClockSetBack == nil || *r.ClockSetBack < back) {
			r.ClockSetBack = &back
		}
	}
	if n, whole := c.Subflows(); n > 0 {
		r.Subflows, r.SubflowsMissing = n, !whole
	}
	if !c.Ignored {
		r.Unusual = unusual(c)
	}
	return r
}

// unusual is the account of the connection's captured bytes, nil where all are read, or repeated alone.
func unusual(c *assembly.Conn) *record.UnusualBytes {
	r := new(record.UnusualBytes)
	for _, x := range [2]assembly.Side{assembly.A, assembly.B} {
		s := c.Stats(x)
		r.Captured += s.Captured()
		r.Read += s.Bytes
		r.Repeated += s.Repeated
		r.Conflict += s.Conflicts
		r.Probes += s.Probes
		r.BehindEnd += s.Behind
		r.Reason += s.Reason
		r.Foreign += s.Foreign
		r.Dropped += s.Dropped
		r.AfterReset += s.AfterReset
	}
	if r.Conflict+r.BehindEnd+r.Reason+r.Foreign+r.Dropped+r.AfterReset == 0 {
		return nil
	}
	return r
}
