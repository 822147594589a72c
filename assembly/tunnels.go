package assembly

import "wscope/assembly/link"

// The two directions of a connection may travel in different tunnels, as overlays give them, or
// only one of them in any (direct server return); and a capture inside and outside of a tunnel
// has each packet twice. They are one connection where sequence numbers and acknowledgements agree.

// maxTunnels is how many tunnels a connection is found in besides its first.
const maxTunnels = 7

// alsoIn reports whether segments of the connection travel in a tunnel that its Key does not name.
func (c *Conn) alsoIn(tunnel uint32) bool {
	if c.extra == nil {
		return false
	}
	for _, t := range c.extra.tunnels {
		if t == tunnel {
			return true
		}
	}
	return false
}

// joinTunnel takes in the segments of another tunnel.
func (c *Conn) joinTunnel(tunnel uint32) {
	if e := c.more(); len(e.tunnels) < maxTunnels {
		e.tunnels = append(e.tunnels, tunnel)
	}
}

// tunnels is all in which segments of the connection travel; nil where it is one alone.
func (c *Conn) tunnels() []uint32 {
	if c.extra == nil || len(c.extra.tunnels) == 0 {
		return nil
	}
	return append([]uint32{c.Key.Tunnel}, c.extra.tunnels...)
}

// joinTunnels takes in the segments of all the tunnels that an earlier connection on the 4-tuple was in.
func (c *Conn) joinTunnels(tunnels []uint32) {
	for _, t := range tunnels {
		if t != c.Key.Tunnel && !c.alsoIn(t) {
			c.joinTunnel(t)
		}
	}
}

// Tunnel is the number of the first tunnel that segments of the connection were found in, 0 where
// none was in any.
func (c *Conn) Tunnel() uint32 {
	if c.Key.Tunnel == 0 && c.extra != nil {
		for _, t := range c.extra.tunnels {
			if t != 0 {
				return t
			}
		}
	}
	return c.Key.Tunnel
}

// agrees reports whether a segment from another tunnel is of side x of this connection.
func (c *Conn) agrees(x Side, s *link.Segment) bool {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	seq, ack := c.own(x, s.Seq), c.own(x.Other(), s.Ack)
	switch acks := s.Flags&link.ACK != 0; {
	case s.Flags&link.SYN != 0 && !acks:
		if !st.syn { // what answers it came first
			return st.started && st.next-(seq+1) == uint32(st.delivered())
		}
		return st.isn == seq
	case s.Flags&link.SYN != 0:
		return peer.syn && ack == peer.isn+1 && (!st.syn || st.isn == seq)
	default:
		at, known := st.stands()
		peerAt, peerKnown := peer.stands()
		if known && !near(seq, at) || peerKnown && acks && !near(ack, peerAt) {
			return false
		}
		return known && peerKnown && acks || (known || peerKnown && acks) && c.phase != closed
	}
}

// stands is about where a stream stands, as far as is known.
func (st *side) stands() (seq uint32, known bool) {
	if st.started {
		return st.next, true
	}
	return st.acked, st.heard
}

// near reports whether two sequence numbers can be of one stream at about one time.
func near(a, b uint32) bool { return a-b+maxTolerance < 2*maxTolerance }
