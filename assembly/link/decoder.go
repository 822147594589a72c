package link

import "wscope/assembly/capture"

// Decoder finds the TCP segment in a packet, through link layers, tunnels and IP
// fragments. It is used by one goroutine.
type Decoder struct {
	Checksum  bool // verify IPv4 and TCP checksums and set Segment.BadSum
	VLANAware bool // VLAN tags take part in Key.Tunnel

	Stats Stats
}

// Stats counts what a Decoder has seen.
type Stats struct {
	Packets       int64
	Bytes         int64            // on the wire
	TCP           int64            // segments found
	Other         map[string]int64 // packets with no TCP in them, by what they were: "udp", "arp", "icmp", …
	Unsupported   map[string]int64 // packets that could not be read, by layer: "link type 147", "ethertype 0x88e5", …
	Malformed     int64            // packets that were cut or nonsense before any TCP header
	Fragments     int64
	FragmentsLost int64 // fragments let go (timed out, over a limit, malformed)
}

// Decode fills s from p and says whether p held (or completed) a TCP segment.
// s.Payload is a part of p.Data, or of a buffer of its own where fragments were joined.
func (d *Decoder) Decode(p *capture.Packet, s *Segment) bool { return false }
