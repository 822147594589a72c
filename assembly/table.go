package assembly

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"

	"wscope/assembly/link"
)

// table finds connections by key, either direction. It is an open-addressing hash table
// of 16 bytes a slot. The hash is keyed at random, so that no capture can be made to
// collide; nothing ever iterates over the table, so the key shows nowhere.
type table struct {
	slots   []slot // a power of two
	used    int
	changes uint32 // connections that came or went
	seed    [3]uint64
}

type slot struct {
	hash uint32
	c    *Conn // nil in a free slot
}

// sum hashes a key, the same for both directions and whatever the tunnel.
func (t *table) sum(k *link.Key) uint32 {
	if t.seed[0] == 0 {
		t.key()
	}
	h := t.end(&k.Src, k.SrcPort) + t.end(&k.Dst, k.DstPort)
	hi, lo := bits.Mul64(h, t.seed[2])
	return uint32(hi ^ lo)
}

func (t *table) end(a *link.Addr, port uint16) uint64 {
	x := binary.LittleEndian.Uint64(a[:8]) ^ uint64(port)<<24
	y := binary.LittleEndian.Uint64(a[8:]) ^ uint64(port)<<8
	hi, lo := bits.Mul64(x^t.seed[0], y^t.seed[1])
	return hi ^ lo
}

// find gives the connection of a segment's key and the side that sent the segment.
func (t *table) find(hash uint32, k *link.Key) (*Conn, Side) {
	mask := uint32(len(t.slots) - 1)
	if len(t.slots) == 0 {
		return nil, A
	}
	for i := hash & mask; t.slots[i].c != nil; i = (i + 1) & mask {
		if t.slots[i].hash != hash {
			continue
		}
		c := t.slots[i].c
		if c.Key.Tunnel != k.Tunnel && !c.alsoIn(k.Tunnel) {
			continue
		}
		if c.Key.SrcPort == k.SrcPort && c.Key.DstPort == k.DstPort && same(&c.Key.Src, &k.Src) && same(&c.Key.Dst, &k.Dst) {
			return c, A
		}
		if c.Key.SrcPort == k.DstPort && c.Key.DstPort == k.SrcPort && same(&c.Key.Src, &k.Dst) && same(&c.Key.Dst, &k.Src) {
			return c, B
		}
	}
	return nil, A
}

// elsewhere finds a connection between the same ends in another tunnel, or in none, that takes a
// segment for its own.
func (t *table) elsewhere(hash uint32, s *link.Segment) (*Conn, Side) {
	mask := uint32(len(t.slots) - 1)
	if len(t.slots) == 0 {
		return nil, A
	}
	for i := hash & mask; t.slots[i].c != nil; i = (i + 1) & mask {
		c := t.slots[i].c
		if t.slots[i].hash != hash || c.Key.Tunnel == s.Key.Tunnel {
			continue
		}
		k := s.Key
		k.Tunnel = c.Key.Tunnel
		if c.Key == k && c.agrees(A, s) {
			return c, A
		}
		if c.Key == k.Reverse() && c.agrees(B, s) {
			return c, B
		}
	}
	return nil, A
}

// same compares addresses as two words: a call of the runtime's comparison costs more.
func same(a, b *link.Addr) bool {
	return binary.LittleEndian.Uint64(a[:8]) == binary.LittleEndian.Uint64(b[:8]) &&
		binary.LittleEndian.Uint64(a[8:]) == binary.LittleEndian.Uint64(b[8:])
}

// add takes in a connection that is not there yet; c.hash is set.
func (t *table) add(c *Conn) {
	if (t.used+1)*4 > len(t.slots)*3 {
		t.grow()
	}
	t.used++
	t.changes++
	t.place(slot{c.hash, c})
}

func (t *table) place(s slot) {
	mask := uint32(len(t.slots) - 1)
	i := s.hash & mask
	for t.slots[i].c != nil {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, max(64, 2*len(old)))
	for _, s := range old {
		if s.c != nil {
			t.place(s)
		}
	}
}

// remove takes a connection out. The slots behind it move up, so that no marks of
// removed ones gather.
func (t *table) remove(c *Conn) {
	mask := uint32(len(t.slots) - 1)
	i := c.hash & mask
	for t.slots[i].c != c {
		i = (i + 1) & mask
	}
	t.used--
	t.changes++
	for j := (i + 1) & mask; t.slots[j].c != nil; j = (j + 1) & mask {
		// What stands at j may move to i unless its own place lies between them.
		if (j-t.slots[j].hash)&mask >= (j-i)&mask {
			t.slots[i] = t.slots[j]
			i = j
		}
	}
	t.slots[i] = slot{}
}

// key draws the hash's key.
func (t *table) key() {
	s := maphash.MakeSeed()
	for i := range t.seed {
		t.seed[i] = maphash.Bytes(s, []byte{byte(i)}) | 1
	}
}
