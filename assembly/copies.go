package assembly

import "wscope/assembly/link"

// copies is what is remembered of a connection that the capture is known to show twice: more of its
// segments than memory has, since a copy may come half a second after many others, and how much
// later copies come.
type copies struct {
	prints []fingerprint // a segment has one place, by its number; a power of two
	lags   [2]int64      // of the latest copies that differ from a retransmission, 0 where there was none
}

// fingerprint is what tells a copy of a segment with data.
type fingerprint struct {
	segmentID
	stamp uint32 // the TCP time stamp, 0 where absent
	ack   uint32
	time  int64 // capture time
}

const (
	firstCopies  = 64
	mostCopies   = 4096
	allCopies    = 1 << 15        // fingerprints of all connections of an Assembler together
	copiesWithin = int64(1e9)     // a fingerprint that is younger is worth more memory
	synAgain     = int64(900e6)   // no system sends a SYN again as soon: RFC 6298 §2.1 has a second
	lagSlack     = int64(1500000) // how much the delay of copies varies
)

// place is where a number's fingerprint is.
func (k *copies) place(p segmentID) *fingerprint {
	h := (p.seq ^ uint32(p.size)<<16) * 0x9e3779b1
	return &k.prints[(h>>12)&uint32(len(k.prints)-1)]
}

// put remembers a segment, where the connection is one that the capture shows twice.
func (a *Assembler) rememberLonger(k *copies, p segmentID, s *link.Segment) {
	if len(k.prints) == 0 {
		a.moreCopies(k, firstCopies)
		if len(k.prints) == 0 {
			return
		}
	}
	f := k.place(p)
	if f.time != 0 && f.segmentID != p && s.Mark.Time-f.time < copiesWithin && len(k.prints) < mostCopies {
		a.moreCopies(k, 2*len(k.prints))
		f = k.place(p)
	}
	*f = fingerprint{p, s.Stamp, s.Ack, s.Mark.Time}
}

// moreCopies makes room for n fingerprints, if all connections together leave as much.
func (a *Assembler) moreCopies(k *copies, n int) {
	if a.fingerprints+n-len(k.prints) > allCopies {
		return
	}
	a.fingerprints += n - len(k.prints)
	old := k.prints
	k.prints = make([]fingerprint, n)
	for _, f := range old {
		if f.time != 0 {
			*k.place(f.segmentID) = f
		}
	}
}

// noteLag takes note of how much later a copy came that is none but a copy.
func (c *Conn) noteLag(by int64) {
	if k := &c.more().copies; *k == nil {
		*k = new(copies)
	}
	if k := c.extra.copies; by > 0 && !k.usual(by) {
		k.lags[0], k.lags[1] = by, k.lags[0]
	}
}

// usual reports whether copies are known to come as much later.
func (k *copies) usual(by int64) bool {
	for _, lag := range k.lags {
		if slack := lag/4 + lagSlack; lag > 0 && by > lag-slack && by < lag+slack {
			return true
		}
	}
	return false
}

// isCopyOf reports whether a segment is a copy of the one of which f is known: TCP would have sent it
// again with a new IP identification, time stamp or acknowledgement, or later.
func (c *Conn) isCopyOf(f *fingerprint, x Side, p segmentID, s *link.Segment) bool {
	if f.segmentID != p || f.stamp != s.Stamp {
		return false
	}
	by := s.Mark.Time - f.time
	switch {
	case p.ipid != 0, f.ack == s.Ack && s.Stamp != 0:
		c.noteLag(by)
		return true
	case f.ack != s.Ack:
		return false
	}
	return by < c.copyWithin(x) || c.extra != nil && c.extra.copies != nil && c.extra.copies.usual(by)
}
