//go:build linux && libpcap

package main

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

// TestE2EVLAN sends WebSockets inside VLAN tags, their datagrams in fragments, among other
// traffic. The kernel takes the outer tag off a frame that comes in, and libpcap puts it
// back; the filter that is there by default lets through all of TCP and nothing else, and
// what live says of it is what is said offline of the file that it saved and of what was
// sent.
func TestE2EVLAN(t *testing.T) {
	const q, ad = 0x8100, 0x88a8
	w := newWire(t)
	plain := filepath.Join(w.dir, "plain.pcap")
	out, err := exec.Command(tool(t, w.dir, "../wscope-gen"), "-conns", "20", "-at-once", "5", "-messages", "8", "-size", "1000", "-mtu", "576", "-o", plain).CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for _, c := range []struct {
		name  string
		tags  []uint16
		six   bool   // over IPv6
		iface string // that is captured on
	}{
		{"no tag", nil, false, "veth0"},
		{"one tag", []uint16{q}, false, "veth0"},
		{"one tag of a provider", []uint16{ad}, false, "veth0"},
		{"QinQ", []uint16{ad, q}, false, "veth0"},
		{"two 802.1Q tags", []uint16{q, q}, false, "veth0"},
		{"IPv6 in one tag", []uint16{q}, true, "veth0"},
		{"IPv6 in QinQ", []uint16{ad, q}, true, "veth0"},
		{"one tag, on any", []uint16{q}, false, "any"},
		{"QinQ, on any", []uint16{ad, q}, false, "any"},
		{"IPv6 in QinQ, on any", []uint16{ad, q}, true, "any"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := *w
			w.t = t
			file, saved := filepath.Join(w.dir, "tagged.pcapng"), filepath.Join(w.dir, "saved.pcapng")
			wanted := vlanCapture(t, plain, file, c.six, c.tags)
			l := w.capture("-i", c.iface, "-w", saved)
			w.replay(file, "-rate", "20000")
			live := closes(t, w.ended(l))
			if len(live) != 20 {
				t.Errorf("%d flows of 20", len(live))
			}
			list := records(t, l.out)
			kernel := list[len(list)-1]["capture"].(map[string]any)["interfaces"].([]any)[0].(map[string]any)
			// What came before the filter was in place is counted too.
			if got := int(kernel["received"].(float64)); got < wanted || got > wanted+5 {
				t.Errorf("the kernel let %v packets through, of which %d are wanted", got, wanted)
			}
			same(t, closes(t, l.out), w.offline(saved))
			sent := w.offline(file)
			for _, flows := range []map[string]map[string]any{live, sent} {
				for _, f := range flows {
					for _, timed := range []string{"start", "end", "duration", "pace", "tcp", "packet"} {
						delete(f, timed)
					}
					for _, part := range []string{"handshake", "close"} {
						delete(f[part].(map[string]any), "latency")
						for _, timed := range []string{"delay", "at", "packet", "silence", "peer_silence"} {
							delete(f[part].(map[string]any), timed)
						}
					}
				}
			}
			same(t, live, sent)
		})
	}
}

// vlanCapture writes the packets of a capture of IPv4 over Ethernet with tags, and before
// each of them one that the filter keeps out. It returns how many are to be let through.
func vlanCapture(t *testing.T, from, to string, six bool, tags []uint16) (wanted int) {
	t.Helper()
	const arp, v4, v6 = 0x806, 0x800, 0x86dd
	file, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	src, err := capture.Open([]string{from}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	others := []struct {
		etherType uint16
		packet    []byte
		tags      []uint16
	}{
		{v4, ipv4(17, 0, ports(40000, 53)...), tags},
		{v4, ipv4(17, 0, ports(40000, 53)...), nil},
		{v6, ipv6(58, 128, 0, 0, 0), tags},
		{v4, ipv4(1, 0, 8, 0, 0, 0), tags},
		{arp, make([]byte, 28), tags},
	}
	out := capture.NewWriter(file, capture.WriterOptions{})
	put := func(like *packet.Packet, ethernet []byte, etherType uint16, packet []byte, tags []uint16) {
		etherType, packet = tagged(etherType, packet, tags...)
		frame := append(binary.BigEndian.AppendUint16(append([]byte(nil), ethernet[:12]...), etherType), packet...)
		p := *like
		p.Data, p.Length = frame, len(frame)
		if err := out.Packet(&p); err != nil {
			t.Fatal(err)
		}
	}
	for b := new(packet.Batch); src.Read(b) == nil; {
		for i := range b.Packets {
			p := &b.Packets[i]
			other := &others[i%len(others)]
			put(p, p.Data, other.etherType, other.packet, other.tags)
			if wanted++; six {
				put(p, p.Data, v6, asIPv6(p.Data[14:]), tags)
			} else {
				put(p, p.Data, v4, p.Data[14:], tags)
			}
		}
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	return wanted
}

// asIPv6 is an IPv4 packet of TCP as IPv6 has it, a fragment with the header of one.
func asIPv6(v4 []byte) []byte {
	head := int(v4[0]&15) * 4
	payload := v4[head:binary.BigEndian.Uint16(v4[2:])]
	next := byte(6)
	if place := binary.BigEndian.Uint16(v4[6:]); place&0x3fff != 0 { // more of them, or an offset
		fragment := []byte{next, 0}
		fragment = binary.BigEndian.AppendUint16(fragment, place<<3|place>>13&1)
		fragment = append(fragment, 0, 0, v4[4], v4[5])
		next, payload = 44, append(fragment, payload...)
	}
	b := ipv6(next, payload...)
	b[8], b[24] = 0xfd, 0xfd
	copy(b[20:24], v4[12:16])
	copy(b[36:40], v4[16:20])
	return b
}

// TestE2ESend holds that the two ways in which send sends put the same packets on the wire,
// those of the capture in its order, and in the next round with other addresses.
func TestE2ESend(t *testing.T) {
	w := newWire(t)
	w.ip("-n", w.server, "link", "add", "here", "type", "veth", "peer", "name", "there")
	for _, end := range []string{"here", "there"} {
		w.ip("netns", "exec", w.server, "sysctl", "-qw", "net.ipv6.conf."+end+".disable_ipv6=1")
		w.ip("-n", w.server, "link", "set", end, "up")
	}
	file := filepath.Join(w.dir, "chat.pcap")
	if out, err := exec.Command(tool(t, w.dir, "../wscope-gen"), "-conns", "3", "-messages", "5", "-o", file).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	want := frames(t, file)
	send := tool(t, w.dir, "./e2e/send")
	for _, way := range [][]string{{"-count", "200"}, {"-xdp", "there", "-seconds", "1", "-rate", "500"}} {
		saved := filepath.Join(w.dir, "saved.pcapng")
		c := w.capture("-i", "there", "-w", saved)
		cmd := w.in(w.server, nil, send, append(append([]string{"-i", "here"}, way...), file)...)
		if err := cmd.Run(); err != nil && len(way) > 2 {
			t.Skipf("no programs in this kernel: %s", cmd.Stderr)
		} else if err != nil {
			t.Fatalf("%v: %s", err, cmd.Stderr)
		}
		if status := c.end(syscall.SIGTERM); status != 0 {
			t.Errorf("status %d: %s", status, c.err)
		}
		got := frames(t, saved)
		if len(got) < 2*len(want) {
			t.Fatalf("%v: %d packets of %d twice", way, len(got), len(want))
		}
		for i, p := range got {
			round, b := i/len(want), []byte(want[i%len(want)])
			if b[26] == 10 {
				b[27], b[31] = b[27]+byte(round), b[31]-byte(round)
			} else {
				b[27], b[31] = b[27]-byte(round), b[31]+byte(round)
			}
			if p != string(b) {
				t.Fatalf("%v: packet %d is %x, not %x", way, i, p, b)
			}
		}
	}
}

// frames are the bytes of a capture's packets.
func frames(t *testing.T, path string) (list []string) {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for b := new(packet.Batch); src.Read(b) == nil; {
		for i := range b.Packets {
			list = append(list, string(b.Packets[i].Data))
		}
	}
	return list
}

// The packets that are sent, from the IP header on.
func ipv4(protocol byte, fragment uint16, rest ...byte) []byte {
	b := append(make([]byte, 20), rest...)
	b[0], b[8], b[9] = 0x45, 64, protocol
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint16(b[6:], fragment)
	return b
}

func ipv6(next byte, rest ...byte) []byte {
	b := append(make([]byte, 40), rest...)
	b[0], b[6], b[7] = 0x60, next, 64
	binary.BigEndian.PutUint16(b[4:], uint16(len(rest)))
	return b
}

// ports begins a TCP or UDP header.
func ports(from, to uint16) []byte {
	b := make([]byte, 40)
	binary.BigEndian.PutUint16(b, from)
	binary.BigEndian.PutUint16(b[2:], to)
	b[12] = 5 << 4
	return b
}

// tagged puts VLAN tags before a packet that follows an EtherType.
func tagged(etherType uint16, packet []byte, tags ...uint16) (uint16, []byte) {
	for i := len(tags) - 1; i >= 0; i-- {
		tag := binary.BigEndian.AppendUint16([]byte{0, 5}, etherType)
		etherType, packet = tags[i], append(tag, packet...)
	}
	return etherType, packet
}
