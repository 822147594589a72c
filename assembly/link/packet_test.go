package link

import (
	"encoding/binary"
	"encoding/hex"
	"strings"

	"wscope/assembly/packet"
)

// The conversation inside all samples.
const (
	samplePayload = "hello, segment"
	sampleSeq     = 0x01020304
)

var (
	client4, server4 = []byte{192, 0, 2, 1}, []byte{198, 51, 100, 2}
	client6, server6 = unhex("20010db8 00000000 00000000 00000001"), unhex("20010db8 00000000 00000000 00000002")
)

// unhex reads hex digits; spaces only part them.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// cat joins parts: strings of hex digits and bytes.
func cat(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b = append(b, unhex(p)...)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

// tcpBytes is a segment from port 51234 to 8080 with the ACK and PSH flags, its
// checksum right between the addresses.
func tcpBytes(src, dst []byte, payload string) []byte {
	t := cat("c822 1f90 01020304 0a0b0c0d 5018 2000 0000 0000", []byte(payload))
	pseudo := cat(src, dst, "0006", []byte{byte(len(t) >> 8), byte(len(t))})
	binary.BigEndian.PutUint16(t[16:], ^sum16(uint64(sum16(0, pseudo)), t))
	return t
}

// ip4 is an IPv4 datagram, its checksum right.
func ip4(proto uint8, src, dst, body []byte) []byte {
	return ip4Fragment(proto, src, dst, 0x1234, 0x4000, body)
}

func ip4Fragment(proto uint8, src, dst []byte, id, fragment uint16, body []byte) []byte {
	h := cat("4500 0000 0000 0000 40", []byte{proto}, "0000", src, dst)
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(body)))
	binary.BigEndian.PutUint16(h[4:], id)
	binary.BigEndian.PutUint16(h[6:], fragment)
	binary.BigEndian.PutUint16(h[10:], ^sum16(0, h))
	return append(h, body...)
}

// ip6 is an IPv6 datagram whose first header after IPv6's is next.
func ip6(next uint8, src, dst, body []byte) []byte {
	h := cat("60000000 0000", []byte{next}, "40", src, dst)
	binary.BigEndian.PutUint16(h[4:], uint16(len(body)))
	return append(h, body...)
}

// udpTo is a UDP datagram without a checksum.
func udpTo(port uint16, body []byte) []byte {
	h := make([]byte, 8)
	binary.BigEndian.PutUint16(h, 40000)
	binary.BigEndian.PutUint16(h[2:], port)
	binary.BigEndian.PutUint16(h[4:], uint16(8+len(body)))
	return append(h, body...)
}

// ether is an Ethernet frame; t is the type in hex.
func ether(t string, body []byte) []byte {
	return cat("020000000001 020000000002", t, body)
}

func tcp4() []byte { return ip4(6, client4, server4, tcpBytes(client4, server4, samplePayload)) }
func tcp6() []byte { return ip6(6, client6, server6, tcpBytes(client6, server6, samplePayload)) }

// outer puts body between two other hosts.
func outer(proto uint8, body []byte) []byte {
	return ip4(proto, []byte{10, 0, 0, 1}, []byte{10, 0, 0, 2}, body)
}

// packetOf is data as the capture's first packet, nothing cut.
func packetOf(l packet.LinkType, data []byte) *packet.Packet {
	return &packet.Packet{Mark: packet.Mark{Number: 1, Time: 1e18}, Data: data, Length: len(data), Link: l}
}
