package quic

import "wscope/assembly"

// crypto is a CRYPTO stream: the bytes of one side's handshake at one level (RFC 9000 §7).
type crypto struct {
	next  uint64
	later []piece // in the order of their offsets
	size  int     // bytes of later
	lost  bool
}

// crypto takes the bytes of a CRYPTO frame.
func (c *Conn) crypto(x Side, space int, off uint64, b []byte, at *Mark) {
	s := &c.sides[x].crypto[space]
	if s.lost || space == appSpace { // what follows the handshake says nothing here
		return
	}
	if off > s.next {
		if s.size+len(b) > maxCrypto || len(s.later) >= maxCrypto/256 {
			s.lost, s.later = true, nil
			c.TLS.CryptoLost(x == assembly.A, space)
			return
		}
		i := len(s.later)
		for i > 0 && s.later[i-1].off > off {
			i--
		}
		s.later = append(s.later, piece{})
		copy(s.later[i+1:], s.later[i:])
		s.later[i] = piece{off: off, data: append([]byte(nil), b...), at: *at}
		s.size += len(b)
		return
	}
	c.cryptoNext(x, space, off, b, at)
	for len(s.later) > 0 && s.later[0].off <= s.next {
		p := s.later[0]
		s.later = s.later[1:]
		s.size -= len(p.data)
		c.cryptoNext(x, space, p.off, p.data, &p.at)
	}
	c.shown()
}

func (c *Conn) cryptoNext(x Side, space int, off uint64, b []byte, at *Mark) {
	s := &c.sides[x].crypto[space]
	if n := s.next - off; n < uint64(len(b)) {
		s.next += uint64(len(b)) - n
		c.TLS.Crypto(x == assembly.A, space, b[n:], at)
	}
}

// shown takes what the handshake has shown.
func (c *Conn) shown() {
	c.progress++
	if b := c.TLS.Params(false); b != nil && c.idle == 0 {
		p := parseParams(b)
		c.idle = max(p.idle, 1)
		if p.token != nil {
			c.token(assembly.B, p.token)
		}
		if p.cid != nil {
			c.issue(assembly.B, p.cid)
			c.token(assembly.B, p.cidToken)
		}
	}
}
