package pcapng

import (
	"bytes"
	"net/netip"
	"strconv"

	"wscope/analyzer/record"
	"wscope/assembly/link"
)

// pair is two ends of a connection without regard to direction.
type pair struct {
	a, b         link.Addr
	aPort, bPort uint16
	tunnel       string
	udp          bool
}

func pairOf(a link.Addr, aPort uint16, b link.Addr, bPort uint16, tunnel string, udp bool) pair {
	if d := bytes.Compare(a[:], b[:]); d > 0 || d == 0 && aPort > bPort {
		a, b, aPort, bPort = b, a, bPort, aPort
	}
	return pair{a, b, aPort, bPort, tunnel, udp}
}

// conn is the wanted connections between two ends, one after the other: a pair of ends may be used again.
type conn struct {
	spans []span
	on    bool   // the packets that come now are of a wanted one
	span  span   // this one
	seq   uint32 // the number of its SYN
	syn   bool   // seen
}

// span is from when to when a flow's connection is known to last.
type span struct{ start, end record.Time }

// want chooses the connection of a flow.
func (n *Notes) want(f *record.Flow) {
	client, err := netip.ParseAddr(f.Client.IP)
	server, err2 := netip.ParseAddr(f.Server.IP)
	if err != nil || err2 != nil {
		return
	}
	if q := f.QUIC; q != nil {
		n.conns[pairOf(client.As16(), f.Client.Port, server.As16(), f.Server.Port, f.Tunnel, true)] = &conn{}
		for _, to := range q.Moved {
			if a, err := netip.ParseAddrPort(to); err == nil {
				n.conns[pairOf(a.Addr().As16(), a.Port(), server.As16(), f.Server.Port, f.Tunnel, true)] = &conn{}
			}
		}
		return
	}
	key := pairOf(client.As16(), f.Client.Port, server.As16(), f.Server.Port, f.Tunnel, false)
	c := n.conns[key]
	if c == nil {
		c = &conn{}
		n.conns[key] = c
	}
	for i := range c.spans {
		if s := &c.spans[i]; s.start == f.Connection { // another stream of it
			s.end = max(s.end, f.End)
			return
		}
	}
	c.spans = append(c.spans, span{f.Connection, f.End})
}

// wanted reports whether a segment is of a wanted connection. It is asked in the order of
// the capture.
func (n *Notes) wanted(s *link.Segment, tunnel string) bool {
	c := n.conns[pairOf(s.Key.Src, s.Key.SrcPort, s.Key.Dst, s.Key.DstPort, tunnel, s.UDP)]
	if c == nil || s.UDP {
		return c != nil
	}
	at := record.Time(s.Mark.Time)
	opens := s.Flags&(link.SYN|link.ACK) == link.SYN
	for _, sp := range c.spans {
		if sp.start == at && (!c.on || c.span != sp) {
			c.on, c.span, c.syn = true, sp, false
		}
	}
	switch {
	case !opens || !c.on:
	case !c.syn && at <= c.span.end:
		c.seq, c.syn = s.Seq, true
	case at > c.span.end && (!c.syn || s.Seq != c.seq):
		c.on = false // the ends were used again, for something else
	}
	return c.on
}

func decimal(n int) string { return strconv.Itoa(n) }
