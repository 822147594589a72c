package analyzer_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/analyzertest"
	"wscope/assembly/packet"
)

// A carrier puts an IP packet of one direction into something that networks or captures carry it in, and gives the link
// type of what comes out.
type carrier struct {
	name string
	put  func(ip []byte, back bool) (packet.LinkType, []byte)
}

// Link types, as registered by tcpdump.org.
const (
	onNull packet.LinkType = 0
	onEth  packet.LinkType = 1
	onRaw  packet.LinkType = 101
	onSLL  packet.LinkType = 113
	onSLL2 packet.LinkType = 276
)

func ipVersion(ip []byte) int { return int(ip[0] >> 4) }

// ethernet puts b behind an Ethernet header, with the tags given.
func ethernet(kind uint16, b []byte, back bool, tags ...[]byte) []byte {
	a, z := []byte{2, 0, 0, 0, 0, 1}, []byte{2, 0, 0, 0, 0, 2}
	if back {
		a, z = z, a
	}
	return slices.Concat(z, a, slices.Concat(tags...), binary.BigEndian.AppendUint16(nil, kind), b)
}

func etherType(ip []byte) uint16 {
	if ipVersion(ip) == 6 {
		return 0x86dd
	}
	return 0x0800
}

func ethernetIP(ip []byte, back bool) []byte { return ethernet(etherType(ip), ip, back) }

// around puts b into an IP packet of a protocol between a tunnel's two ends.
func around(proto byte, b []byte, back, six bool, id uint16) []byte {
	if six {
		h := make([]byte, 40, 40+len(b))
		h[0], h[6], h[7] = 0x60, proto, 64
		binary.BigEndian.PutUint16(h[4:], uint16(len(b)))
		h[8], h[23], h[24], h[39] = 0xfd, 1, 0xfd, 2
		if back {
			h[23], h[39] = 2, 1
		}
		return append(h, b...)
	}
	h := make([]byte, 20, 20+len(b))
	h[0], h[8], h[9] = 0x45, 64, proto
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(b)))
	binary.BigEndian.PutUint16(h[4:], id)
	copy(h[12:], []byte{10, 9, 0, 1, 10, 9, 0, 2})
	if back {
		copy(h[12:], []byte{10, 9, 0, 2, 10, 9, 0, 1})
	}
	return append(h, b...)
}

func datagram(port uint16, b []byte) []byte {
	h := binary.BigEndian.AppendUint16(nil, 50000)
	h = binary.BigEndian.AppendUint16(h, port)
	h = binary.BigEndian.AppendUint16(h, uint16(8+len(b)))
	return slices.Concat(h, []byte{0, 0}, b)
}

// longest is how long a packet may be so that a tunnel's header fits in front of it.
const longest = 65000

// carriers draws what may carry a conversation: each call gives one of each sort, with its own numbers.
func carriers(r *rand.Rand) []carrier {
	vni := func() []byte { return []byte{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())} }
	six := r.IntN(2) == 0
	id := uint16(0)
	over := func(proto byte, b []byte, back bool) (packet.LinkType, []byte) {
		id++
		return onEth, ethernetIP(around(proto, b, back, six, id), back)
	}
	key, vx, gen, teid := vni(), vni(), vni(), [2]uint32{r.Uint32(), r.Uint32()}
	seq := uint32(0)
	labels := 1 + r.IntN(3)
	inner := func(ip []byte) byte {
		if ipVersion(ip) == 6 {
			return 41
		}
		return 4
	}
	return []carrier{
		{"ethernet", func(ip []byte, back bool) (packet.LinkType, []byte) { return onEth, ethernetIP(ip, back) }},
		{"raw", func(ip []byte, back bool) (packet.LinkType, []byte) { return onRaw, ip }},
		{"null", func(ip []byte, back bool) (packet.LinkType, []byte) {
			family := []byte{2, 0, 0, 0}
			if ipVersion(ip) == 6 {
				family[0] = []byte{10, 24, 28, 30}[r.IntN(4)]
			}
			return onNull, append(family, ip...)
		}},
		{"sll", func(ip []byte, back bool) (packet.LinkType, []byte) {
			return onSLL, slices.Concat([]byte{0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}, binary.BigEndian.AppendUint16(nil, etherType(ip)), ip)
		}},
		{"sll2", func(ip []byte, back bool) (packet.LinkType, []byte) {
			return onSLL2, slices.Concat(binary.BigEndian.AppendUint16(nil, etherType(ip)), make([]byte, 2), []byte{0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}, ip)
		}},
		{"vlan", func(ip []byte, back bool) (packet.LinkType, []byte) {
			return onEth, ethernet(etherType(ip), ip, back, []byte{0x81, 0, byte(r.IntN(16)), byte(r.IntN(256))})
		}},
		{"qinq", func(ip []byte, back bool) (packet.LinkType, []byte) {
			return onEth, ethernet(etherType(ip), ip, back, []byte{0x88, 0xa8, 0, 7}, []byte{0x81, 0, 0, 9})
		}},
		{"mpls", func(ip []byte, back bool) (packet.LinkType, []byte) {
			var stack []byte
			for i := range labels {
				bottom := byte(0)
				if i == labels-1 {
					bottom = 1
				}
				stack = append(stack, 0, 1, byte(i)<<4|bottom, 64)
			}
			return onEth, ethernet(0x8847, append(stack, ip...), back)
		}},
		{"pppoe", func(ip []byte, back bool) (packet.LinkType, []byte) {
			proto := []byte{0, 0x21}
			if ipVersion(ip) == 6 {
				proto[1] = 0x57
			}
			h := []byte{0x11, 0, 0, 5}
			h = binary.BigEndian.AppendUint16(h, uint16(2+len(ip)))
			return onEth, ethernet(0x8864, slices.Concat(h, proto, ip), back)
		}},
		{"ip in ip", func(ip []byte, back bool) (packet.LinkType, []byte) { return over(inner(ip), ip, back) }},
		{"gre", func(ip []byte, back bool) (packet.LinkType, []byte) {
			return over(47, slices.Concat([]byte{0x20, 0}, binary.BigEndian.AppendUint16(nil, etherType(ip)), []byte{0}, key, ip), back)
		}},
		{"gre of ethernet", func(ip []byte, back bool) (packet.LinkType, []byte) {
			return over(47, append([]byte{0, 0, 0x65, 0x58}, ethernetIP(ip, back)...), back)
		}},
		{"erspan", func(ip []byte, back bool) (packet.LinkType, []byte) {
			seq++
			h := binary.BigEndian.AppendUint32([]byte{0x10, 0, 0x88, 0xbe}, seq)
			return over(47, slices.Concat(h, []byte{0x10, 1, 0, 1, 0, 0, 0, 0}, ethernetIP(ip, back)), false) // mirrored: from one end to the other, whatever the direction
		}},
		{"vxlan", func(ip []byte, back bool) (packet.LinkType, []byte) {
			return over(17, datagram(4789, slices.Concat([]byte{8, 0, 0, 0}, vx, []byte{0}, ethernetIP(ip, back))), back)
		}},
		{"geneve", func(ip []byte, back bool) (packet.LinkType, []byte) {
			return over(17, datagram(6081, slices.Concat([]byte{2, 0, 0x65, 0x58}, gen, []byte{0, 1, 2, 3, 1, 9, 9, 9, 9}, ethernetIP(ip, back))), back)
		}},
		{"gtp-u", func(ip []byte, back bool) (packet.LinkType, []byte) {
			id := teid[0]
			if back {
				id = teid[1]
			}
			h := binary.BigEndian.AppendUint16([]byte{0x30, 0xff}, uint16(len(ip)))
			return over(17, datagram(2152, append(binary.BigEndian.AppendUint32(h, id), ip...)), back)
		}},
	}
}

// bare takes the link layer of a capture of this machine's away; nil where it is another.
func bare(p *packet.Packet) []byte {
	b, at := p.Data, 0
	switch p.Link {
	case onEth:
		at = 14
		if len(b) > 14 && (b[12] != 8 && b[12] != 0x86 || b[13] != 0 && b[13] != 0xdd) {
			return nil
		}
	case onRaw:
	case onNull:
		at = 4
	case onSLL:
		at = 16
	default:
		return nil
	}
	if len(b) < at+20 || len(b) < p.Length {
		return nil
	}
	ip := b[at:]
	switch n := 0; ipVersion(ip) {
	case 4:
		if n = int(binary.BigEndian.Uint16(ip[2:])); n > len(ip) || n < 20 {
			return nil
		}
		return ip[:n]
	case 6:
		if n = 40 + int(binary.BigEndian.Uint16(ip[4:])); len(ip) < 40 || n > len(ip) || n == 40 {
			return nil
		}
		return ip[:n]
	}
	return nil
}

// parts cuts an IPv4 packet that follows an Ethernet header into fragments, in any order.
func parts(r *rand.Rand, b []byte) [][]byte {
	if len(b) < 34 || b[12] != 8 || b[13] != 0 || len(b)-34 < 64 {
		return [][]byte{b}
	}
	link, h, body := b[:14], b[14:34], b[34:]
	size := 8 * (4 + r.IntN(180))
	var all [][]byte
	for at := 0; at < len(body); at += size {
		f := slices.Concat(link, h, body[at:min(at+size, len(body))])
		binary.BigEndian.PutUint16(f[16:], uint16(len(f)-14))
		flags := uint16(at / 8)
		if at+size < len(body) {
			flags |= 0x2000
		}
		binary.BigEndian.PutUint16(f[20:], flags)
		all = append(all, f)
	}
	if r.IntN(3) == 0 {
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	return all
}

// An outline leaves out what a way of capturing may change.
type outline struct {
	noAddresses bool
	noEnds      bool // which side ended the transport
}

// of is what must not depend on how a conversation was captured. What is told to be the same connection once more is left
// out.
func (o outline) of(k *analyzertest.Records) []string {
	copies, ports := map[int64]bool{}, map[int64]string{}
	for _, f := range k.Flows {
		copies[f.Flow] = f.SameAs != 0 && f.SameAs < f.Flow
		if ports[f.Flow] = fmt.Sprintf("%s:%d %s:%d", f.Client.IP, f.Client.Port, f.Server.IP, f.Server.Port); o.noAddresses {
			ports[f.Flow] = ""
		}
	}
	var all []string
	for _, m := range k.Messages {
		if m.Complete && !copies[m.Flow] {
			all = append(all, fmt.Sprintf("%s from %s, %s, %x", m.Type, m.From, ports[m.Flow], sha256.Sum256(m.Data)))
		}
	}
	for _, f := range k.Flows {
		if copies[f.Flow] {
			continue
		}
		line := fmt.Sprintf("flow %s %s", ports[f.Flow], f.Pickup)
		if f.Handshake != nil {
			line += fmt.Sprint(" ", f.Handshake.Result)
		}
		for _, d := range []*analyzer.Direction{&f.ClientToServer, &f.ServerToClient} {
			line += fmt.Sprintf(" %d %v %d/%d", d.Frames, d.Messages, d.WireBytes, d.LostBytes)
		}
		if c := f.Close; c != nil && !o.noEnds && (f.HTTP == nil || f.HTTP.StreamID == 0) { // a stream's ends have no acknowledgements
			line += fmt.Sprint(" close ", c.By, " ", c.How, " ", c.TCP)
		} else if c != nil && c.How == "handshake" && f.Pickup != "encrypted" { // what closed records say of it, their times say
			line += fmt.Sprint(" close ", c.By)
		}
		if f.Proxied != nil && f.Proxied.Sure == "certain" {
			line += " proxied"
		}
		for _, x := range f.Findings {
			line += fmt.Sprint(" ", x.Rule, " from ", x.From)
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

// TestWhateverCarriesIt puts recordings into the links and tunnels that networks have, each direction in its own or one
// in none, in one another, in fragments, and seen both inside and outside: what is told of the conversations is the same.
func TestWhateverCarriesIt(t *testing.T) {
	runs := 1
	if os.Getenv("WSCOPE_SLOW") != "" {
		runs = 10
	}
	tried := 0
	for _, path := range analyzertest.Journals(t) {
		path = filepath.Join(filepath.Dir(path), analyzertest.ReadJournal(t, path).Capture)
		all, keys := analyzertest.Load(t, path)
		if len(all) > 3000 || slices.ContainsFunc(all, func(p packet.Packet) bool { return bare(&p) == nil || len(p.Data) > longest }) {
			continue // segments that the loopback interface made too long for a tunnel, or what this test cannot take apart
		}
		want := outline{}.of(analyzertest.Run(t, all, keys, func(int) bool { return true }))
		h := fnv.New64a()
		h.Write([]byte(filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)))
		for n := range runs {
			r := rand.New(rand.NewPCG(h.Sum64(), uint64(n)))
			kinds := carriers(r)
			there, back := kinds[r.IntN(len(kinds))], kinds[r.IntN(len(kinds))]
			if r.IntN(2) == 0 {
				back = there
			}
			outer := kinds[9:][r.IntN(len(kinds)-9)]
			nested, cut, twice := r.IntN(4) == 0, r.IntN(3) == 0, r.IntN(4) == 0
			name := fmt.Sprintf("%s: %s and %s", path, there.name, back.name)
			if nested {
				name += ", in " + outer.name
			}
			if cut {
				name += ", fragmented"
			}
			if twice {
				name += ", twice"
			}
			first := bare(&all[0])
			var out []packet.Packet
			for i := range all {
				ip := bare(&all[i])
				isBack := !bytes.Equal(source(ip), source(first))
				put := func(link packet.LinkType, data []byte) {
					pieces := [][]byte{data}
					if cut && link == onEth {
						pieces = parts(r, data)
					}
					for _, b := range pieces {
						p := packet.Packet{Mark: all[i].Mark, Data: b, Length: len(b), Link: link}
						p.Index, p.Number = int64(len(out)), int64(len(out)+1)
						out = append(out, p)
					}
				}
				c := there
				if isBack {
					c = back
				}
				wrapped := ip
				if nested {
					if _, b := outer.put(ip, isBack); len(b) < 60000 {
						wrapped = b[14:]
					}
				}
				if twice {
					put(onEth, ethernetIP(ip, isBack))
				}
				put(c.put(wrapped, isBack))
			}
			got := outline{}.of(analyzertest.Run(t, out, keys, func(int) bool { return true }))
			tried++
			if !slices.Equal(got, want) {
				t.Errorf("%s:\n%s", name, differ(want, got))
			}
		}
	}
	if tried < 100*runs {
		t.Errorf("only %d were tried", tried)
	}
}

// source is the address and port that an IP packet comes from; of a fragment the address alone.
func source(ip []byte) []byte {
	if ipVersion(ip) == 6 {
		return slices.Concat(ip[8:24], ip[40:42])
	}
	n := int(ip[0]&15) * 4
	return slices.Concat(ip[12:16], ip[n:n+2])
}

// destination is where it goes, likewise.
func destination(ip []byte) []byte {
	if ipVersion(ip) == 6 {
		return slices.Concat(ip[24:40], ip[42:44])
	}
	n := int(ip[0]&15) * 4
	return slices.Concat(ip[16:20], ip[n+2:n+4])
}

// differ lists what of two outlines is not in the other as often.
func differ(want, got []string) string {
	times := map[string]int{}
	for _, s := range want {
		times[s]++
	}
	for _, s := range got {
		times[s]--
	}
	var b strings.Builder
	for _, s := range slices.Sorted(maps.Keys(times)) {
		if n := times[s]; n > 0 {
			fmt.Fprintf(&b, "  lacks %d: %s\n", n, s)
		} else if n < 0 {
			fmt.Fprintf(&b, "  has %d more: %s\n", -n, s)
		}
	}
	return b.String()
}
