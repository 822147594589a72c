package analyzer

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
	for i := range f.dirs {
		s := c.Stats(f.side(i))
		r.Retransmitted += s.Retransmitted
		r.OutOfOrder += s.OutOfOrder
		r.Duplicates += s.Duplicates
		r.ZeroWindows += s.ZeroWindows
		r.Stall += Seconds(s.StallTime)
		r.CaptureLoss += s.LostBytes
	}
	return r
}

// sentBy is how far the stream of a direction's sender has come, in bytes of TCP; -1
// where that says nothing of this flow (streams of HTTP/2 share a connection, but still
// in order, so it serves there too).
func (f *flow) sentBy(i int) int64 {
	sent, _ := f.conn().Progress(f.side(i))
	return sent
}

// ackedBy is how far the sender of a direction has acknowledged the other's stream; -1
// where its acknowledgements are not in the capture.
func (f *flow) ackedBy(i int) int64 {
	_, acked := f.conn().Progress(f.side(i))
	return acked
}
