package sealed

// nonces watches the first eight bytes of a side's records: TLS 1.2 sends the explicit part of the
// nonce there (RFC 5288 §3), which nearly every writer counts up.
type nonces struct {
	last            uint64
	counted, jumped int32
	any             bool
	odd             bool // a length is no multiple of 16
}

func (n *nonces) add(h *header) {
	n.odd = n.odd || h.length%16 != 0
	if !h.nonced {
		n.any = false
		return
	}
	if n.any {
		if h.nonce == n.last+1 {
			n.counted++
		} else {
			n.jumped++
		}
	}
	n.last, n.any = h.nonce, true
}

// grid is what the lengths of a side's TLS 1.3 records are multiples of, where it pads them (RFC 8446 §5.4).
type grid struct {
	step  int32
	count int32
}

func (g *grid) add(h *header, p *protection) {
	if p.hash == 0 {
		return
	}
	a, b := g.step, h.length-(p.after-1)
	for b > 0 {
		a, b = b, a%b
	}
	g.step = a
	g.count++
}

// width is the distance between two lengths; 1 where records are not padded.
func (g *grid) width() int32 {
	if g.count < 4 || g.step < 16 {
		return 1
	}
	return g.step
}

// guess is the protection of records whose handshake was not captured.
func (c *Conn) guess() protection {
	counted := c.nonces[Client].counted + c.nonces[Server].counted
	jumped := c.nonces[Client].jumped + c.nonces[Server].jumped
	switch {
	case counted > jumped:
		return protection{before: 8, after: 16}
	case counted+jumped >= 4 && !c.nonces[Client].odd && !c.nonces[Server].odd:
		return protection{before: 16, after: 20, block: 16, loose: 28}
	}
	return protection{after: 17, loose: 1} // TLS 1.2's ChaCha20 has one byte less than TLS 1.3
}
