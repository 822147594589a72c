package upgrade

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"

	"wscope/assembly"
)

// proxyHeader reads the PROXY protocol's header in front of a layer
// (https://www.haproxy.org/download/1.8/doc/proxy-protocol.txt). It is true where the layer
// was handed on; where the header is not whole yet the side stays undecided.
func (f *sniffer) proxyHeader(s assembly.Side, at *assembly.Mark) bool {
	b := f.seen.bytes[s][f.first[s]:]
	read, kind := readProxyV1, "proxy-v1"
	if f.kind[s] == proxyV2 {
		read, kind = readProxyV2, "proxy-v2"
	}
	from, to, n := read(b)
	switch {
	case n == 0:
		f.kind[s] = undecided
		return false
	case n < 0:
		f.kind[s] = nothing
		return false
	}
	target := ""
	if from.IsValid() {
		target = to.String()
		if f.layer.realIP == "" {
			f.layer.realIP = from.String()
		}
	}
	skip := [2]int{}
	skip[s] = n
	f.behind(Hop{Kind: kind, Target: target}, skip, at)
	return true
}

// readProxyV1 reads a text header, §2.1. n is its length: 0 while it is not whole, -1
// where it is none. The addresses are not valid where it names none.
func readProxyV1(b []byte) (from, to netip.AddrPort, n int) {
	const longest = 107
	i := bytes.IndexByte(b[:min(len(b), longest)], '\n')
	switch {
	case i < 0 && len(b) < longest:
		return from, to, 0
	case i < 0 || b[i-1] != '\r':
		return from, to, -1
	}
	words := bytes.Split(b[:i-1], []byte{' '})
	switch {
	case len(words) >= 2 && string(words[1]) == "UNKNOWN":
		return from, to, i + 1
	case len(words) != 6 || string(words[1]) != "TCP4" && string(words[1]) != "TCP6":
		return from, to, -1
	}
	from, ok := addrPort(words[2], words[4])
	to, ok2 := addrPort(words[3], words[5])
	if !ok || !ok2 {
		return from, to, -1
	}
	return from, to, i + 1
}

func addrPort(addr, port []byte) (netip.AddrPort, bool) {
	a, err := netip.ParseAddr(string(addr))
	p, err2 := strconv.ParseUint(string(port), 10, 16)
	return netip.AddrPortFrom(a, uint16(p)), err == nil && err2 == nil
}

// readProxyV2 reads a binary header, §2.2, as readProxyV1 does.
func readProxyV2(b []byte) (from, to netip.AddrPort, n int) {
	if len(b) < 16 {
		return from, to, 0
	}
	n = 16 + int(binary.BigEndian.Uint16(b[14:]))
	switch {
	case b[12]>>4 != 2 || b[12]&15 > 1 || n > 16+2048:
		return from, to, -1
	case len(b) < n:
		return from, to, 0
	}
	size := 0
	switch b[13] {
	case 0x11:
		size = 4
	case 0x21:
		size = 16
	}
	if b[12]&15 == 0 || size == 0 || n < 16+2*size+4 { // LOCAL, or addresses of another kind
		return from, to, n
	}
	b = b[16:]
	a, _ := netip.AddrFromSlice(b[:size])
	z, _ := netip.AddrFromSlice(b[size : 2*size])
	b = b[2*size:]
	return netip.AddrPortFrom(a, binary.BigEndian.Uint16(b)), netip.AddrPortFrom(z, binary.BigEndian.Uint16(b[2:])), n
}
