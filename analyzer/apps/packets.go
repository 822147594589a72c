package apps

// packets is the bytes of one side where a subprotocol is a stream that WebSocket
// messages cut anywhere (MQTT, AMQP, STOMP): what a message leaves unfinished is held until
// the next. Of a packet longer than maxHeld only the beginning is kept.
type packets struct {
	held []byte // owned
	skip uint64 // bytes of the packet in hand that are passed over
}

// take joins a message's bytes to what is held, and returns all that can be read now. They
// are valid until the next call of take or keep.
func (p *packets) take(b []byte) []byte {
	n := min(p.skip, uint64(len(b)))
	p.skip -= n
	b = b[n:]
	if len(p.held) == 0 {
		return b
	}
	p.held = append(p.held, b...)
	return p.held
}

// done says that all was read. A buffer that a long message made is given back.
func (p *packets) done() {
	if p.held = p.held[:0]; cap(p.held) > maxIdle {
		p.held = nil
	}
}

// keep holds b, the last part of what take gave: the beginning of a packet whose rest is
// to come. It returns false where b is beyond the limit: the packet must be told by its
// beginning, and the rest passed over.
func (p *packets) keep(b []byte) bool {
	if len(b) >= maxHeld {
		return false
	}
	switch {
	case len(p.held) == len(b): // it is held already
	case cap(p.held) > 2*maxHeld:
		p.held = append([]byte(nil), b...)
	default:
		p.held = append(p.held[:0], b...)
	}
	return true
}

func (p *packets) reset() { *p = packets{} }
