package quic

import (
	"encoding/binary"

	"wscope/assembly/link"
)

// params are those transport parameters that say something to a listener (RFC 9000 §18.2).
type params struct {
	idle      int64 // nanoseconds; 0 is none
	token     []byte
	preferred []preferred
	cid       []byte // of the preferred address
	cidToken  []byte
}

// preferred is an address that the server asks its client to migrate to.
type preferred struct {
	ip   link.Addr
	port uint16
}

func parseParams(b []byte) (p params) {
	const maxIdleTimeout, resetToken, preferredAddress = 1, 2, 13
	f := fields{b: b}
	for len(f.b) > 0 {
		id := f.varint()
		value := f.bytes(f.varint())
		if f.bad {
			return p
		}
		switch id {
		case maxIdleTimeout:
			if ms, n := Varint(value); n > 0 && ms < 1<<40 {
				p.idle = int64(ms) * 1e6
			}
		case resetToken:
			if len(value) == 16 {
				p.token = value
			}
		case preferredAddress:
			p.preferredAddress(value)
		}
	}
	return p
}

func (p *params) preferredAddress(b []byte) {
	f := fields{b: b}
	v4, v6 := f.bytes(6), f.bytes(18)
	n := f.bytes(1)
	if f.bad {
		return
	}
	cid := f.bytes(uint64(n[0]))
	token := f.bytes(16)
	if f.bad || len(cid) > maxCID {
		return
	}
	p.cid, p.cidToken = cid, token
	a := preferred{link.Addr{10: 0xff, 11: 0xff, 12: v4[0], 13: v4[1], 14: v4[2], 15: v4[3]}, binary.BigEndian.Uint16(v4[4:])}
	p.preferred = append(p.preferred, a, preferred{link.Addr(v6[:16]), binary.BigEndian.Uint16(v6[16:])})
}
