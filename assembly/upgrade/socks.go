package upgrade

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"

	"wscope/assembly"
)

// firstSocks recognises a SOCKS client's first bytes: a request of SOCKS4 or 4a, or a
// greeting of SOCKS5, RFC 1928 §3. No WebSocket frame begins so: opcodes 4 and 5 are
// reserved.
func firstSocks(b []byte) kind {
	if len(b) < 2 {
		return undecided
	}
	if b[0] == 4 {
		switch {
		case b[1] != 1:
			return nothing
		case len(b) < 9:
			return undecided
		}
		return socks4
	}
	n := int(b[1])
	if n == 0 || n > 16 {
		return nothing
	}
	for _, method := range b[2:min(len(b), 2+n)] {
		if method > 9 && method < 0x80 {
			return nothing
		}
	}
	if len(b) < 2+n {
		return undecided
	}
	return socks5
}

// asksSOCKS reports whether side s began as a SOCKS client does.
func (f *sniffer) asksSOCKS(s assembly.Side) bool {
	return f.kind[s] == socks4 || f.kind[s] == socks5
}

// socks follows a SOCKS negotiation in what was seen. It is true where the layer was handed
// on, or more bytes have to come.
func (f *sniffer) socks(client assembly.Side, at *assembly.Mark) bool {
	c := f.seen.bytes[client][f.first[client]:]
	s := f.seen.bytes[client.Other()][f.first[client.Other()]:]
	kind, read := "socks5", readSocks5
	if f.kind[client] == socks4 {
		kind, read = "socks4a", readSocks4
	}
	nc, ns, target, state := read(c, s)
	switch state {
	case socksMore:
		if f.seen.size() <= maxTape {
			return true
		}
		fallthrough
	case socksBad:
		f.kind[client] = nothing
		if o := client.Other(); len(s) > 0 && f.kind[o] == undecided {
			if f.kind[o] = firstBytes(s); f.asksSOCKS(o) {
				f.kind[o] = nothing
			}
			if f.hand(o, at) {
				return true
			}
		}
		return f.search(false, at)
	case socksRefused:
		f.layer.spendAll(f.seen, Unwanted)
		f.layer.ignore("socks")
		return true
	}
	n := [2]int{}
	n[client], n[client.Other()] = nc, ns
	f.behind(Hop{Kind: kind, Target: target}, n, at)
	return true
}

// socksState is how far a SOCKS negotiation is.
type socksState uint8

const (
	socksMore socksState = iota
	socksBad             // this is no SOCKS
	socksRefused
	socksGranted
)

// readSocks5 reads a negotiation of SOCKS5, RFC 1928 and 1929, from both sides' bytes. nc
// and ns are the bytes that it takes of each. What a user and password are is passed over.
func readSocks5(c, s []byte) (nc, ns int, target string, state socksState) {
	nc = 2 + int(c[1])
	if len(s) < 2 {
		if len(s) == 1 && s[0] != 5 {
			return 0, 0, "", socksBad
		}
		return 0, 0, "", socksMore
	}
	method := s[1]
	switch {
	case s[0] != 5 || method != 0xff && bytes.IndexByte(c[2:nc], method) < 0:
		return 0, 0, "", socksBad
	case method != 0 && method != 2:
		return 0, 0, "", socksRefused // nothing acceptable, or wrapped by GSS-API
	}
	ns = 2
	if method == 2 {
		// VER, ULEN, UNAME, PLEN, PASSWD; VER, STATUS.
		if len(c) < nc+2 {
			return 0, 0, "", socksMore
		}
		user := int(c[nc+1])
		if c[nc] != 1 {
			return 0, 0, "", socksBad
		}
		if len(c) < nc+3+user || len(c) < nc+3+user+int(c[nc+2+user]) || len(s) < 4 {
			return 0, 0, "", socksMore
		}
		nc += 3 + user + int(c[nc+2+user])
		if s[3] != 0 {
			return 0, 0, "", socksRefused
		}
		ns = 4
	}
	// VER, CMD, RSV, ATYP, DST.ADDR, DST.PORT; VER, REP, RSV, ATYP, BND.ADDR, BND.PORT.
	target, n, state := socks5Address(c[nc:])
	if state != socksGranted {
		return 0, 0, "", state
	}
	if c[nc+1] != 1 {
		return 0, 0, "", socksRefused // BIND, UDP ASSOCIATE
	}
	nc += n
	if len(s) >= ns+2 && s[ns] == 5 && s[ns+1] != 0 {
		return 0, 0, "", socksRefused
	}
	_, n, state = socks5Address(s[ns:])
	return nc, ns + n, target, state
}

// socks5Address reads a request or reply of SOCKS5.
func socks5Address(b []byte) (target string, n int, state socksState) {
	if len(b) < 5 {
		if len(b) > 0 && b[0] != 5 {
			return "", 0, socksBad
		}
		return "", 0, socksMore
	}
	if b[0] != 5 || b[2] != 0 {
		return "", 0, socksBad
	}
	size := 0
	switch b[3] {
	case 1:
		size = 4
	case 3:
		size = 1 + int(b[4])
	case 4:
		size = 16
	default:
		return "", 0, socksBad
	}
	n = 4 + size + 2
	if len(b) < n {
		return "", 0, socksMore
	}
	host := string(b[5 : 4+size])
	if b[3] != 3 {
		addr, _ := netip.AddrFromSlice(b[4 : 4+size])
		host = addr.String()
	}
	return hostPort(host, b[4+size:]), n, socksGranted
}

// readSocks4 reads a request of SOCKS4 or 4a and its reply. The user ID is passed over.
func readSocks4(c, s []byte) (nc, ns int, target string, state socksState) {
	user := bytes.IndexByte(c[8:], 0)
	if user < 0 {
		if len(c) > 8+512 {
			return 0, 0, "", socksBad
		}
		return 0, 0, "", socksMore
	}
	nc = 8 + user + 1
	host := netip.AddrFrom4([4]byte(c[4:8])).String()
	if c[4] == 0 && c[5] == 0 && c[6] == 0 && c[7] != 0 { // 4a: the name follows
		name := bytes.IndexByte(c[nc:], 0)
		if name < 0 {
			if len(c) > nc+512 {
				return 0, 0, "", socksBad
			}
			return 0, 0, "", socksMore
		}
		host = string(c[nc : nc+name])
		nc += name + 1
	}
	switch {
	case len(s) > 0 && s[0] != 0, len(s) > 1 && (s[1] < 0x5a || s[1] > 0x5d):
		return 0, 0, "", socksBad
	case len(s) < 8:
		return 0, 0, "", socksMore
	case s[1] != 0x5a:
		return 0, 0, "", socksRefused
	}
	return nc, 8, hostPort(host, c[2:]), socksGranted
}

// hostPort is a host with the port that b begins with.
func hostPort(host string, b []byte) string {
	port := strconv.Itoa(int(binary.BigEndian.Uint16(b)))
	if bytes.IndexByte([]byte(host), ':') >= 0 {
		host = "[" + host + "]"
	}
	return host + ":" + port
}
