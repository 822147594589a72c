package link

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// cut4 is the IPv4 fragment of body from at to end.
func cut4(id uint16, body []byte, at, end int) []byte {
	f := uint16(at / 8)
	if end < len(body) {
		f |= 0x2000
	}
	return ip4Fragment(6, client4, server4, id, f, body[at:end])
}

// cut6 is the same of IPv6.
func cut6(id uint16, body []byte, at, end int) []byte {
	f := uint16(at)
	if end < len(body) {
		f |= 1
	}
	h := cat("0600 0000 00000000")
	binary.BigEndian.PutUint16(h[2:], f)
	binary.BigEndian.PutUint16(h[6:], id)
	return ip6(44, client6, server6, append(h, body[at:end]...))
}

// long is a segment of several fragments, its last of 6 bytes.
func long() []byte {
	p := make([]byte, 58)
	for i := range p {
		p[i] = byte(i)
	}
	return tcpBytes(client4, server4, string(p))
}

// feed decodes raw IP packets a millisecond apart and gives the segments.
func feed(d *Decoder, packets ...[]byte) (segments []Segment) {
	for _, data := range packets {
		p := packetOf(linkRaw, data)
		p.Number = d.Stats.Packets + 1
		p.Time += p.Number * 1e6
		var s Segment
		if d.Decode(p, &s) {
			segments = append(segments, s)
		}
	}
	return segments
}

func TestFragmentsInAnyOrder(t *testing.T) {
	body := long()
	for name, cut := range map[string]func(uint16, []byte, int, int) []byte{"ipv4": cut4, "ipv6": cut6} {
		parts := [][]byte{cut(1, body, 0, 8), cut(1, body, 8, 40), cut(1, body, 40, 72), cut(1, body, 72, 78)}
		permute(len(parts), func(order []int) {
			var d Decoder
			var in [][]byte
			for _, i := range order {
				in = append(in, parts[i], parts[i]) // twice: once counts
			}
			got := feed(&d, in...)
			if len(got) != 1 || !bytes.Equal(got[0].Payload, body[20:]) || got[0].Missing != 0 {
				t.Fatalf("%s in order %v: %+v", name, order, got)
			}
			if got[0].Mark.Number != 7 {
				t.Errorf("%s: completed by packet 7, not %d", name, got[0].Mark.Number)
			}
			if d.Stats.Fragments != 8 || d.Stats.FragmentsLost != 0 || d.FragmentsWaiting() != 0 {
				t.Errorf("%s: %+v", name, d.Stats)
			}
		})
	}
}

func permute(n int, f func([]int)) {
	var walk func(done []int)
	walk = func(done []int) {
		if len(done) == n {
			f(done)
			return
		}
	next:
		for i := range n {
			for _, j := range done {
				if i == j {
					continue next
				}
			}
			walk(append(done[:len(done):len(done)], i))
		}
	}
	walk(nil)
}

// Of overlapping fragments the bytes that came first stay.
func TestFragmentsOverlapFirstWins(t *testing.T) {
	body := long()
	forged := bytes.Repeat([]byte{0xee}, len(body))
	var d Decoder
	got := feed(&d, cut4(1, body, 24, 48), cut4(1, forged, 16, 64), cut4(1, body, 0, 32), cut4(1, body, 56, 78))
	want := append([]byte(nil), body...)
	copy(want[16:24], forged[16:])
	copy(want[48:64], forged[48:])
	if len(got) != 1 || !bytes.Equal(got[0].Payload, want[20:]) {
		t.Errorf("%+v", got)
	}
}

// A datagram is another where an address, the identification, the protocol, the tunnel
// or the IP version differs.
func TestFragmentsOfDifferentDatagrams(t *testing.T) {
	body := long()
	a, b := cut4(1, body, 0, 40), cut4(1, body, 40, 78)
	other := cut4(2, body, 40, 78)
	elsewhere := append([]byte(nil), b...)
	elsewhere[19]++
	udp := append([]byte(nil), b...)
	udp[9] = 17
	for _, second := range [][]byte{other, elsewhere, udp, outer(4, b), cut6(1, body, 40, 78)} {
		var d Decoder
		if got := feed(&d, a, second); len(got) != 0 || d.FragmentsWaiting() != 2 {
			t.Errorf("%x: %+v, %d wait", second[:20], got, d.FragmentsWaiting())
		}
		if got := feed(&d, b); len(got) != 1 {
			t.Error("the right one is not taken")
		}
	}
}

func TestFragmentsRefused(t *testing.T) {
	body := long()
	big := make([]byte, 48)
	for _, c := range []struct {
		name string
		in   [][]byte
		lost int64
	}{
		{"not of eight bytes", [][]byte{cut4(1, body, 0, 30)}, 1},
		{"empty", [][]byte{cut4(1, body, 8, 8)}, 1},
		{"past 65535", [][]byte{ip4Fragment(6, client4, server4, 1, 0x1fff, big)}, 1},
		{"two ends", [][]byte{cut4(1, body, 40, 78), cut4(1, body[:70], 40, 70)}, 1},
		{"past the end", [][]byte{cut4(1, body[:64], 40, 64), cut4(1, body, 56, 72)}, 1},
		{"end before what came", [][]byte{cut4(1, body, 48, 72), cut4(1, body[:64], 40, 64)}, 1},
	} {
		var d Decoder
		if got := feed(&d, c.in...); len(got) != 0 || d.Stats.FragmentsLost != c.lost {
			t.Errorf("%s: %+v, %+v", c.name, got, d.Stats)
		}
	}
}

// A snaplen cuts each fragment; the stream goes up to the first cut.
func TestFragmentsCutByCapture(t *testing.T) {
	body := long()
	var d Decoder
	var s Segment
	first, second := packetOf(linkRaw, cut4(1, body, 0, 40)), packetOf(linkRaw, cut4(1, body, 40, 78))
	first.Data = first.Data[:20+30]
	if d.Decode(first, &s) || !d.Decode(second, &s) {
		t.Fatal("not joined")
	}
	if !bytes.Equal(s.Payload, body[20:30]) || s.Missing != len(body)-30 {
		t.Errorf("%x, %d missing", s.Payload, s.Missing)
	}
}

// Fragments wait 30 seconds of the capture's clock; the identification may then be used anew.
func TestFragmentsTimeOut(t *testing.T) {
	body := long()
	forged := bytes.Repeat([]byte{0xee}, len(body))
	for after, want := range map[int64]int{29e9: 1, 31e9: 0} {
		var d Decoder
		var s Segment
		a, b := packetOf(linkRaw, cut4(1, body, 0, 40)), packetOf(linkRaw, cut4(1, body, 40, 78))
		b.Time += after
		d.Decode(a, &s)
		if got := d.Decode(b, &s); got != (want == 1) {
			t.Errorf("after %d s: %v", after/1e9, got)
		}
	}
	// A whole datagram's late duplicate does not spoil the next of the same identification.
	var d Decoder
	feed(&d, cut4(1, forged, 0, 40), cut4(1, forged, 40, 78), cut4(1, forged, 40, 78))
	later := packetOf(linkRaw, cut4(1, body, 0, 40))
	later.Time += 1e9
	var s Segment
	d.Decode(later, &s)
	later.Data = cut4(1, body, 40, 78)
	if !d.Decode(later, &s) || !bytes.Equal(s.Payload, body[20:]) {
		t.Errorf("%x", s.Payload)
	}
}

func TestFragmentsAreBounded(t *testing.T) {
	body := make([]byte, 1<<15)
	var d Decoder
	var s Segment
	for i := range 1 << 16 {
		at := i % 3 * 8
		d.Decode(packetOf(linkRaw, cut6(uint16(i), body, at, at+8+i%1000*8)), &s)
	}
	f := &d.defrag
	if f.bytes > maxFragmentBytes || len(f.waiting) > maxDatagrams {
		t.Errorf("%d bytes, %d datagrams", f.bytes, len(f.waiting))
	}
	if waiting := d.FragmentsWaiting(); d.Stats.FragmentsLost+waiting != 1<<16 {
		t.Errorf("%d lost and %d waiting of %d", d.Stats.FragmentsLost, waiting, 1<<16)
	}
	// Emptied, it counts nothing and keeps little.
	p := packetOf(linkRaw, cut6(1, body, 0, 8))
	p.Time += 60e9
	d.Decode(p, &s)
	if f.bytes != 8+pieceCost || len(f.waiting) != 1 {
		t.Errorf("%d bytes, %d datagrams", f.bytes, len(f.waiting))
	}
	kept := 0
	for q := f.free; q != nil; q = q.succ {
		kept += cap(q.store) + cap(q.pieces)*32
	}
	if kept > maxDatagrams*8192 {
		t.Errorf("%d bytes kept for reuse", kept)
	}
}
