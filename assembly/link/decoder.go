package link

import (
	"github.com/google/gopacket/layers"

	"wscope/assembly/packet"
)

// Decoder finds the TCP segment in a packet, through link layers, tunnels and IP
// fragments. It is used by one goroutine. Its zero value is ready.
type Decoder struct {
	Checksum  bool // verify IPv4 and TCP checksums and set Segment.BadSum
	VLANAware bool // VLAN tags take part in Key.Tunnel

	// WantUDP is asked, for each UDP datagram that is no tunnel, whether it is to be handed on
	// as a Segment. nil hands on none: UDP then costs what other packets without TCP cost.
	WantUDP func(s *Segment) bool

	Stats Stats

	// Of the packet at hand.
	mark   packet.Mark
	depth  int    // headers entered that may nest
	tunnel uint32 // number of the chain of tunnels entered so far, 0 outside any
	badIP  bool   // an IPv4 header's checksum was wrong

	inFragment bool        // the packet is a fragment
	outermost  fragmentKey // of which datagram; the latest such packet's

	tunnels tunnels
	defrag  defrag
	names   map[naming]string // names of Stats.Unsupported and Stats.Other that hold a number

	// gopacket's decoders, used anew for each packet.
	eth   layers.Ethernet
	dot1q layers.Dot1Q
	vxlan layers.VXLAN
}

// Decode fills s from p and says whether p held (or completed) a TCP segment, or a datagram
// that WantUDP wants.
// s.Payload is a part of p.Data, or of a buffer of its own where fragments were joined.
func (d *Decoder) Decode(p *packet.Packet, s *Segment) bool {
	wire := max(p.Length, len(p.Data))
	d.Stats.Packets++
	d.Stats.Bytes += int64(wire)
	if !d.Checksum && !d.VLANAware && fast(p, wire, s) {
		d.Stats.TCP++
		return true
	}
	return d.general(p, wire, s)
}

// general decodes any packet, layer by layer.
func (d *Decoder) general(p *packet.Packet, wire int, s *Segment) bool {
	d.mark, d.depth, d.tunnel, d.badIP, d.inFragment = p.Mark, 0, 0, false, false
	if !d.linkLayer(p.Link, cursor{p.Data, wire}, s) {
		return false
	}
	if s.UDP {
		d.Stats.Datagrams++
	} else {
		d.Stats.TCP++
	}
	return true
}

// enter reports whether one more header that may nest is still allowed.
func (d *Decoder) enter() bool {
	d.depth++
	if d.depth > maxDepth {
		d.unsupported("nesting deeper than 32 headers") // maxDepth
		return false
	}
	return true
}
