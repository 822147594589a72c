package link

import "strconv"

// Stats counts what a Decoder has seen. A packet is counted once, as TCP, Datagrams, Other,
// Unsupported or Malformed, or it is a fragment that completed no datagram.
type Stats struct {
	Packets       int64
	Bytes         int64            // on the wire
	TCP           int64            // segments found
	Datagrams     int64            // UDP datagrams handed on, see Decoder.WantUDP
	Other         map[string]int64 // packets with no TCP in them, by what they were: "udp", "arp", "icmp", …
	Unsupported   map[string]int64 // packets that could not be read, by layer: "link type 147", "ethertype 0x88e5", …
	Malformed     int64            // packets that were cut or nonsense before any TCP header
	Fragments     int64            // IP fragments
	FragmentsLost int64            // fragments let go (timed out, over a limit, malformed)
}

// Add adds what another Decoder counted.
func (s *Stats) Add(o *Stats) {
	s.Packets += o.Packets
	s.Bytes += o.Bytes
	s.TCP += o.TCP
	s.Datagrams += o.Datagrams
	s.Malformed += o.Malformed
	s.Fragments += o.Fragments
	s.FragmentsLost += o.FragmentsLost
	for _, m := range []struct{ to, from *map[string]int64 }{{&s.Other, &o.Other}, {&s.Unsupported, &o.Unsupported}} {
		for name, n := range *m.from {
			if *m.to == nil {
				*m.to = map[string]int64{}
			}
			(*m.to)[name] += n
		}
	}
}

// naming is a name that holds a number, kept so that it is put together only once.
type naming struct {
	kind   string
	number uint32
}

// other, unsupported and malformed count a packet with no segment. They return false,
// which is what the decoding of such a packet returns.
func (d *Decoder) other(name string) bool {
	count(&d.Stats.Other, name)
	return false
}

func (d *Decoder) unsupported(name string) bool {
	count(&d.Stats.Unsupported, name)
	return false
}

func (d *Decoder) malformed() bool {
	d.Stats.Malformed++
	return false
}

func count(m *map[string]int64, name string) {
	if *m == nil {
		*m = make(map[string]int64)
	}
	if len(*m) >= maxNames {
		if _, known := (*m)[name]; !known {
			name = "more"
		}
	}
	(*m)[name]++
}

// decimal and hex name a kind of thing by its number: "link type 147", "ethertype 0x88e5".
func (d *Decoder) decimal(kind string, n uint32) string { return d.named(kind, n, 10) }
func (d *Decoder) hex(kind string, n uint32) string     { return d.named(kind, n, 16) }

func (d *Decoder) named(kind string, n uint32, base int) string {
	k := naming{kind, n}
	if name, ok := d.names[k]; ok {
		return name
	}
	if len(d.names) >= 4*maxNames {
		return "more"
	}
	name := kind + " "
	if base == 16 {
		digits := strconv.FormatUint(uint64(n), 16)
		name += "0x" + "0000"[min(len(digits), 4):] + digits
	} else {
		name += strconv.FormatUint(uint64(n), 10)
	}
	if d.names == nil {
		d.names = make(map[naming]string)
	}
	d.names[k] = name
	return name
}
