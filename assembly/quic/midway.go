package quic

import (
	"wscope/assembly"
	"wscope/assembly/link"
)

// midway is what was tried with the 1-RTT packets of a path that has no connection. Such a
// connection began before the capture. Nothing in its packets says which secrets it has, nor
// how long its connection IDs are: whatever opens one is right, for it authenticates.
type midway struct {
	version uint64 // of the key store
	tries   int
}

const (
	maxMidways     = 1 << 12
	midwayTries    = 8       // datagrams of a path that are tried
	midwayRandoms  = 32      // client randoms that are tried
	midwayCounters = 16      // upper parts of the packet number that are tried
	midwayBudget   = 1 << 17 // attempts of an Assembler in all
)

// join looks for the secrets of a 1-RTT packet whose connection is not known.
func (a *Assembler) join(s *link.Segment) (*Conn, Side) {
	b := s.Payload
	if a.Home != nil && !a.Home(s) {
		return nil, 0 // others are asked too
	}
	if a.Keys == nil || b[0]&0x40 == 0 || len(b) < 1+maxPNLen+sampleLen+1 || s.Missing > 0 {
		return nil, 0
	}
	m := a.midways[s.Key]
	if m == nil {
		if len(a.midways) >= maxMidways {
			return nil, 0
		}
		if a.midways == nil {
			a.midways = make(map[link.Key]*midway)
		}
		m = new(midway)
		a.midways[s.Key] = m
	}
	if v := a.Keys.Version(); v != m.version {
		m.version, m.tries = v, 0
	}
	if m.version == 0 || m.tries >= midwayTries || a.searches > midwayBudget {
		return nil, 0
	}
	m.tries++
	randoms := a.Keys.Randoms(midwayRandoms)
	for _, version := range [...]uint32{Version1, Version2} {
		for i := range randoms {
			if a.Begun.before(randoms[i], s.Mark.Index) {
				continue // it is of that connection, which has moved
			}
			for _, suite := range suites {
				for x := assembly.A; x <= assembly.B; x++ {
					p := newProtection(suite, a.Keys.RandomSecret(&randoms[i], x == assembly.A), labelsOf(version))
					if p == nil {
						continue
					}
					if n, ok := a.fits(p, b); ok {
						return a.joined(s, x, version, suite, randoms[i], b[1:1+n])
					}
				}
			}
		}
	}
	return nil, 0
}

// fits finds the length of the connection ID with which a packet opens. The reserved bits and
// the key phase, which are zero in most packets, spare most attempts.
func (a *Assembler) fits(p *protection, b []byte) (n int, ok bool) {
	const reserved, keyPhase = 0x18, 0x04
	for n = 0; n <= maxCID && len(b) >= 1+n+maxPNLen+sampleLen; n++ {
		first, truncated, size := p.unmask(&a.scratch, b, 1+n)
		if first&(reserved|keyPhase) != 0 {
			continue
		}
		window := uint64(1) << (8 * size)
		for i := range uint64(midwayCounters) {
			if a.searches++; a.searches > midwayBudget {
				return 0, false
			}
			if _, ok := p.open(&a.scratch, b, 1+n, first, truncated+i*window, size); ok {
				a.start = truncated + i*window
				return n, true
			}
		}
	}
	return 0, false
}

// joined makes the connection whose side x sent s.
func (a *Assembler) joined(s *link.Segment, x Side, version uint32, suite uint16, random [32]byte, id []byte) (*Conn, Side) {
	from := *s
	if x == assembly.B {
		from.Key = s.Key.Reverse()
	}
	c := a.conn(&from)
	c.midway, c.Version = true, version
	c.TLS.Adopt(random, suite)
	c.issue(x.Other(), id)
	if a.start > 0 {
		c.sides[x].seen[appSpace].add(a.start - 1) // so that its number is decoded
	}
	delete(a.midways, s.Key)
	return c, x
}
