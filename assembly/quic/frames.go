package quic

// Frame types (RFC 9000 §19, RFC 9221, and extensions that peers of today send).
const (
	framePadding        = 0x00
	framePing           = 0x01
	frameAck            = 0x02
	frameAckECN         = 0x03
	frameReset          = 0x04
	frameStop           = 0x05
	frameCrypto         = 0x06
	frameNewToken       = 0x07
	frameStream         = 0x08 // to 0x0f
	frameMaxData        = 0x10
	frameMaxStreamData  = 0x11
	frameMaxStreamsBidi = 0x12
	frameMaxStreamsUni  = 0x13
	frameBlocked        = 0x14
	frameStreamBlocked  = 0x15
	frameStreamsBidi    = 0x16
	frameStreamsUni     = 0x17
	frameNewID          = 0x18
	frameRetireID       = 0x19
	framePathChallenge  = 0x1a
	framePathResponse   = 0x1b
	frameClose          = 0x1c
	frameCloseApp       = 0x1d
	frameDone           = 0x1e
	frameImmediateAck   = 0x1f
	frameResetAt        = 0x24
	frameDatagram       = 0x30
	frameDatagramLen    = 0x31
	frameAckFrequency   = 0xaf
)

// frames reads what a packet holds. A frame of an unknown type ends it: where the next one
// begins is not known.
func (c *Conn) frames(x Side, space int, pn uint64, b []byte, at *Mark) {
	f := fields{b: b}
	for len(f.b) > 0 && !f.bad && !c.over {
		if f.b[0] == framePadding {
			f.b = f.b[1:]
			continue
		}
		t := f.varint()
		switch {
		case t >= frameStream && t < frameStream+8:
			c.streamFrame(x, t, pn, &f, at)
		case t == frameAck || t == frameAckECN:
			c.ackFrame(x, space, t == frameAckECN, &f, at)
		case t == frameCrypto:
			off := f.varint()
			if data := f.bytes(f.varint()); !f.bad {
				c.crypto(x, space, off, data, at)
			}
		case t == frameDatagram || t == frameDatagramLen:
			data := f.b
			if t == frameDatagramLen {
				data = f.bytes(f.varint())
			} else {
				f.b = nil
			}
			if !f.bad && space == appSpace {
				c.datagram(x, data, pn, at)
			}
		case t == frameReset || t == frameResetAt:
			id, code := f.varint(), f.varint()
			f.varint() // final size
			reliable := uint64(0)
			if t == frameResetAt {
				reliable = f.varint()
			}
			if !f.bad && mayBe(x, id) {
				c.reset(x, id, code, reliable, at)
			}
		case t == frameStop:
			if id, code := f.varint(), f.varint(); !f.bad && mayBe(x.Other(), id) {
				c.stop(x, id, code, at)
			}
		case t == frameClose || t == frameCloseApp:
			code := f.varint()
			if t == frameClose {
				f.varint() // the type of the frame at fault
			}
			if reason := f.bytes(f.varint()); !f.bad {
				c.close(x, Close{By: x, App: t == frameCloseApp, Code: code, Reason: string(reason[:min(len(reason), 200)]), Seen: true}, at)
			}
		case t == frameNewID:
			f.varint()
			f.varint()
			n := f.bytes(1)
			if f.bad {
				return
			}
			id, token := f.bytes(uint64(n[0])), f.bytes(16)
			if !f.bad {
				c.issue(x, id)
				c.token(x, token)
			}
		case !skipFrame(t, &f):
			c.sides[x].unknownFrames++
			return
		}
	}
}

// skipFrame skips a frame that means nothing to a listener.
func skipFrame(t uint64, f *fields) bool {
	switch t {
	case framePing, frameDone, frameImmediateAck:
	case frameMaxData, frameMaxStreamsBidi, frameMaxStreamsUni, frameBlocked, frameStreamsBidi, frameStreamsUni, frameRetireID:
		f.varint()
	case frameMaxStreamData, frameStreamBlocked:
		f.varint()
		f.varint()
	case frameAckFrequency:
		for range 4 {
			f.varint()
		}
	case frameNewToken:
		f.bytes(f.varint())
	case framePathChallenge, framePathResponse:
		f.bytes(8)
	default:
		return false
	}
	return true
}

// skipAck skips an ACK frame.
func skipAck(ecn bool, f *fields) {
	f.varint() // largest
	f.varint() // delay
	n := 2*min(f.varint(), MaxVarint/4) + 1
	if ecn {
		n += 3
	}
	for ; n > 0 && !f.bad; n-- {
		f.varint()
	}
}

// mayBe reports whether a side may send on a stream (RFC 9000 §19.8).
func mayBe(x Side, id uint64) bool { return id&2 == 0 || Side(id&1) == x }

func (c *Conn) streamFrame(x Side, t, pn uint64, f *fields, at *Mark) {
	id, off := f.varint(), uint64(0)
	if t&4 != 0 {
		off = f.varint()
	}
	data := f.b
	if t&2 != 0 {
		data = f.bytes(f.varint())
	} else {
		f.b = nil
	}
	if f.bad || off+uint64(len(data)) > MaxVarint || !mayBe(x, id) {
		return
	}
	c.data(x, id, off, data, t&1 != 0, pn, at)
}

// ackFrame notes which packets of its peer a side has received (RFC 9000 §19.3).
func (c *Conn) ackFrame(x Side, space int, ecn bool, f *fields, at *Mark) {
	peer := &c.sides[x.Other()]
	hi := f.varint()
	f.varint() // delay
	more := f.varint()
	first := f.varint()
	if f.bad || first > hi || more > uint64(len(f.b)) {
		f.bad = true
		return
	}
	if space == appSpace {
		peer.roundTrip(hi, at.Time)
	}
	r := span{hi - first, hi}
	for {
		if space == appSpace && r.hi < MaxVarint {
			peer.acked.addSpan(r)
		}
		if more == 0 {
			break
		}
		more--
		gap, n := f.varint(), f.varint()
		if f.bad || r.lo < gap+2 || r.lo-gap-2 < n {
			f.bad = true
			return
		}
		if space == appSpace && peer.datagrams > 0 {
			peer.missed.addSpan(span{r.lo - gap - 1, r.lo - 1})
		}
		r = span{r.lo - gap - 2 - n, r.lo - gap - 2}
	}
	if ecn {
		f.varint()
		f.varint()
		f.varint()
	}
}

// roundTrip measures from the packet that is timed to its acknowledgement.
func (s *side) roundTrip(acked uint64, now int64) {
	if s.timing && acked >= s.timedPN {
		s.timing = false
		if d := now - s.timedAt; acked == s.timedPN && d >= 0 && (s.rttMin < 0 || d < s.rttMin) {
			s.rttMin = d
		}
	}
}

func (c *Conn) datagram(x Side, b []byte, pn uint64, at *Mark) {
	st := &c.sides[x]
	st.datagrams++
	if len(st.sentIn) == maxFates {
		st.decide(st.sentIn[0])
	}
	st.sentIn = append(st.sentIn, pn)
	if c.handler == nil && !c.met {
		c.met = true
		if c.asm.New != nil {
			c.handler = c.asm.New(c)
		}
	}
	if c.handler != nil {
		c.handler.Datagram(x, b, at)
	}
}
