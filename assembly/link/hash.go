package link

import (
	"encoding/binary"
	"math/bits"
)

// Odd constants with evenly spread bits (of the golden ratio, and of xxHash).
const (
	mix1 = 0x9e3779b97f4a7c15
	mix2 = 0xc2b2ae3d27d4eb4f
	mix3 = 0x165667b19e3779f9
)

// Hash is the same for both directions of a connection, and well mixed in its low and
// its high bits, so that either may pick a shard. It is not keyed: a sender can make
// connections collide, which costs balance between shards and nothing else.
func (k *Key) Hash() uint32 {
	h := fold(endpoint(&k.Src, k.SrcPort)+endpoint(&k.Dst, k.DstPort)^mix2, uint64(k.Tunnel)*mix3^mix1)
	return uint32(h>>32) ^ uint32(h)
}

func endpoint(a *Addr, port uint16) uint64 {
	high := binary.LittleEndian.Uint64(a[:8])
	low := binary.LittleEndian.Uint64(a[8:])
	return fold(low^mix1, high^(uint64(port)+1)*mix2)
}

// fold multiplies to 128 bits and folds the halves: each bit of a and b reaches many.
func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
