package link

// sum16 adds data to the one's-complement sum s (RFC 1071), folded to 16 bits.
func sum16(s uint64, data []byte) uint16 {
	for len(data) >= 4 {
		s += uint64(be32(data))
		data = data[4:]
	}
	if len(data) >= 2 {
		s += uint64(be16(data))
		data = data[2:]
	}
	if len(data) == 1 {
		s += uint64(data[0]) << 8
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

// tcpSumRight reports whether the checksum of a whole segment is right. The pseudo header
// of IPv4 needs no case of its own: the 0xffff of a mapped address adds zero.
func tcpSumRight(segment []byte, ip *datagram) bool {
	s := uint64(sum16(0, ip.src[:])) + uint64(sum16(0, ip.dst[:])) + protoTCP + uint64(len(segment))
	return sum16(s, segment) == 0xffff
}
