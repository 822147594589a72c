package quic

import (
	"wscope/assembly"
	"wscope/assembly/link"
)

var _ assembly.Transport = (*Stream)(nil)

// Path implements assembly.Transport: the addresses of the connection's first path.
func (s *Stream) Path() *link.Key { return &s.Conn.Key }

// Tunnel implements assembly.Transport.
func (s *Stream) Tunnel() uint32 { return s.Conn.Key.Tunnel }

// Span implements assembly.Transport.
func (s *Stream) Span() (start, last *Mark) { return &s.Conn.Start, &s.Conn.Last }

// Reached implements assembly.Transport.
func (s *Stream) Reached(x Side) uint32 { return uint32(s.half[x].next) }

// Received implements assembly.Transport: whether the peer acknowledged the packet that held
// the latest byte of the direction given so far.
func (s *Stream) Received(x Side, seq uint32) (yes, known bool) {
	acked := &s.Conn.sides[x].acked
	if len(acked.list) == 0 || !s.half[x].sent {
		return false, false
	}
	return acked.has(s.half[x].sentIn), true
}

// Acked implements assembly.Transport. Packets are acknowledged, not offsets: known is true
// only where the packet with the latest byte given so far was.
func (s *Stream) Acked(x Side) (seq uint32, known bool) {
	if yes, known := s.Received(x, 0); !yes || !known {
		return 0, false
	}
	return uint32(s.half[x].next), true
}

// Acknowledging implements assembly.Transport: QUIC acknowledges packets, and no record asks which.
func (s *Stream) Acknowledging(assembly.Side, int64) (seq uint32, known bool) { return 0, false }

// FirstFIN implements assembly.Transport: the ends of a stream have their order in upgrade.WebSocket.Ends.
func (s *Stream) FirstFIN() (assembly.Side, bool) { return assembly.A, false }

// LastStall implements assembly.Transport.
func (s *Stream) LastStall(x Side) (from, to int64) {
	return s.half[x].stall[0], s.half[x].stall[1]
}

// Stats implements assembly.Transport: of the connection, but for what is the stream's own.
func (s *Stream) Stats(x Side) assembly.SideStats {
	st := &s.Conn.sides[x]
	return assembly.SideStats{
		Packets: st.packets, Bytes: int64(s.half[x].next) - s.half[x].lost, LostBytes: s.half[x].lost,
		Duplicates: st.repeats, RTTMin: st.rttMin, RST: s.half[x].wasReset, FIN: s.half[x].wasFinished,
	}
}
