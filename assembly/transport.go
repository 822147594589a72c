package assembly

import "wscope/assembly/link"

// Transport carries the two byte streams of a WebSocket as far as a record of it asks: a TCP
// connection (Conn), or one stream of a QUIC connection. Sequence numbers are TCP's, or
// offsets of the QUIC stream; both wrap at 2^32 and are compared as int32(b-a).
type Transport interface {
	// Path is the addresses, from side A to side B. It must not be changed.
	Path() *link.Key
	// Tunnel is the number of the tunnel that it was captured in, 0 outside any.
	Tunnel() uint32
	// Span is the first packet of the connection and the latest one so far.
	Span() (start, last *Mark)
	// Stats tells what became of the stream that a side sends, as far as the transport knows.
	Stats(s Side) SideStats
	// Reached, Received, Acked, Acknowledging, FirstFIN and LastStall are as those of Conn.
	Reached(s Side) uint32
	Received(s Side, seq uint32) (yes, known bool)
	Acked(s Side) (seq uint32, known bool)
	Acknowledging(s Side, index int64) (seq uint32, known bool)
	FirstFIN() (s Side, known bool)
	LastStall(s Side) (from, to int64)
}

var _ Transport = (*Conn)(nil)

// Path implements Transport.
func (c *Conn) Path() *link.Key { return &c.Key }

// Span implements Transport.
func (c *Conn) Span() (start, last *Mark) { return &c.Start, &c.Last }
