package upgrade

import (
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
)

// prefixes are ways to say how long a message is, as protocols do that are no WebSocket. A message that is
// itself 82 and a length is not among them: it is an unmasked binary frame to the byte.
var prefixes = map[string]func(b, p []byte) []byte{
	"1 byte":                       func(b, p []byte) []byte { return append(append(b, byte(len(p))), p...) },
	"2 bytes":                      func(b, p []byte) []byte { return append(binary.BigEndian.AppendUint16(b, uint16(len(p))), p...) },
	"2 bytes, little":              func(b, p []byte) []byte { return append(binary.LittleEndian.AppendUint16(b, uint16(len(p))), p...) },
	"2 bytes, counting themselves": func(b, p []byte) []byte { return append(binary.BigEndian.AppendUint16(b, uint16(len(p)+2)), p...) },
	"4 bytes":                      func(b, p []byte) []byte { return append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...) },
	"4 bytes, little":              func(b, p []byte) []byte { return append(binary.LittleEndian.AppendUint32(b, uint32(len(p))), p...) },
	"4 bytes, counting themselves": func(b, p []byte) []byte { return append(binary.BigEndian.AppendUint32(b, uint32(len(p)+4)), p...) },
	"8 bytes":                      func(b, p []byte) []byte { return append(binary.BigEndian.AppendUint64(b, uint64(len(p))), p...) },
	"8 bytes, little":              func(b, p []byte) []byte { return append(binary.LittleEndian.AppendUint64(b, uint64(len(p))), p...) },
	"varint":                       func(b, p []byte) []byte { return append(binary.AppendUvarint(b, uint64(len(p))), p...) },
	"BER": func(b, p []byte) []byte {
		m, _ := asn1.Marshal(asn1.RawValue{Class: asn1.ClassApplication, Tag: 2, IsCompound: true, Bytes: p})
		return append(b, m...)
	},
	"BER strings in a sequence": func(b, p []byte) []byte {
		var inner []byte
		for i := 0; i < len(p); i += 20 {
			m, _ := asn1.Marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1 + i%2, Bytes: p[i:min(i+20, len(p))]})
			inner = append(inner, m...)
		}
		m, _ := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: inner})
		return append(b, m...)
	},
	"chunked":    func(b, p []byte) []byte { return append(append(fmt.Appendf(b, "%x\r\n", len(p)), p...), '\r', '\n') },
	"NUL-padded": func(b, p []byte) []byte { return append(append(b, p...), make([]byte, 64-len(p)%64)...) },
	"transaction, zero, length": func(b, p []byte) []byte { // as Modbus/TCP
		b = binary.BigEndian.AppendUint16(b, uint16(0x8200+len(b)%7))
		return append(binary.BigEndian.AppendUint16(append(b, 0, 0), uint16(len(p))), p...)
	},
}

// bodies are what such messages hold.
var bodies = map[string]func(r *rand.Rand) []byte{
	"random": func(r *rand.Rand) []byte { return fill(r, 1+r.IntN(300), 256) },
	"small":  func(r *rand.Rand) []byte { return fill(r, 1+r.IntN(20), 4) },
	"text":   func(r *rand.Rand) []byte { return text(r, 5+r.IntN(120)) },
	"fixed":  func(r *rand.Rand) []byte { return fill(r, 7, 3) },
	"large":  func(r *rand.Rand) []byte { return fill(r, 1000+r.IntN(4000), 256) },
}

func fill(r *rand.Rand, n, below int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.IntN(below))
	}
	return b
}

func text(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijklmnop.-"[r.IntN(18)]
	}
	return b
}

// TestLengthPrefixedProtocolsAreNoWebSockets joins conversations of many protocols midway, with messages in
// segments of their own and with segments of one size, and behind gaps.
func TestLengthPrefixedProtocolsAreNoWebSockets(t *testing.T) {
	runs := 0
	for prefix, put := range prefixes {
		for name, body := range bodies {
			for seed := range uint64(12) {
				r := rand.New(rand.NewPCG(seed, uint64(len(prefix)+31*len(name))))
				sc := script{"A^", "B^"}
				if seed%3 == 2 {
					sc = script{"A^"}
				}
				var stream [2][]byte
				for i := range 60 {
					s := i % 2
					m := put(nil, body(r))
					if i < 2 {
						m = m[1:] // the capture begins inside it
					}
					if seed%2 == 0 {
						if len(m) > 0 {
							sc = append(sc, string(rune('A'+s))+":"+string(m))
						}
						continue
					}
					stream[s] = append(stream[s], m...)
				}
				for s, b := range stream {
					for off := 3; off < len(b); off += 1448 {
						sc = append(sc, string(rune('A'+s))+":"+string(b[off:min(off+1448, len(b))]))
						if r.IntN(20) == 0 {
							sc = append(sc, string(rune('A'+s))+"-1448")
							off += 1448
						}
					}
				}
				rec, _ := run(t, append(sc, "A.", "B."), whole, midway)
				if runs++; len(rec.flows) > 0 {
					t.Errorf("%s, %s, seed %d: %.200q", prefix, name, seed, rec.lines[0])
				}
			}
		}
	}
	t.Logf("%d conversations", runs)
}
