package link

import "wscope/assembly/packet"

// Flags are the TCP flags that matter to a passive observer.
type Flags uint8

// The flags as they stand in the TCP header's byte 13.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// Addr is an IP address, IPv4 as IPv4-mapped IPv6.
type Addr [16]byte

// Key names one direction of a TCP connection: from Src to Dst.
type Key struct {
	Src, Dst         Addr
	SrcPort, DstPort uint16
	// Tunnel tells apart conversations inside different tunnels and outside any: 0 is
	// outside; else a number that the Decoder gives to each chain of tunnel identities
	// (type, VNI, key or session, both outer addresses without regard to direction), in
	// order of appearance; Decoder.TunnelName names it. GTP's endpoint identifiers are left
	// out, for they differ between the directions of one conversation.
	// VLAN tags take part only with Decoder.VLANAware.
	Tunnel uint32
}

// Reverse is the key of the other direction.
func (k Key) Reverse() Key {
	return Key{Src: k.Dst, Dst: k.Src, SrcPort: k.DstPort, DstPort: k.SrcPort, Tunnel: k.Tunnel}
}

// Segment is one TCP segment as decoded from a packet (or from reassembled IP fragments), or
// a UDP datagram: see Decoder.WantUDP.
type Segment struct {
	Key     Key
	Mark    packet.Mark // the packet; for a fragmented datagram the one that completed it
	Payload []byte      // captured payload bytes; valid as long as the packet's batch
	Missing int         // payload bytes that followed on the wire but that the capture cut (snaplen)
	Hash    uint32      // the same for both directions of a connection and all tunnels; picks its shard
	Options []byte      // the header's options where MPTCP's are among them, else nil; valid as Payload is
	Seq     uint32
	Ack     uint32 // valid with ACK
	Stamp   uint32 // the time stamp's value (RFC 7323 §3.2), 0 where absent
	Window  uint16 // as sent, not scaled
	Flags   Flags
	Scale   int8   // window scale option of a SYN; -1 where absent
	TTL     uint8  // of IPv4, or the hop limit of IPv6: how many routers it may still pass
	IPID    uint16 // IPv4 identification, 0 for IPv6: tells a packet captured twice from a retransmission
	MSS     uint16 // of a SYN; 0 where absent
	BadSum  bool   // checksum wrong; only ever set when the Decoder verifies
	UDP     bool   // a datagram: of the rest only Key, Mark, Payload, Missing and Hash are set
}
