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
// its high bits, so that either may pick a shard. Sum and exclusive or of the two ends
// do not know their order, yet together tell nearly all pairs apart. It is not keyed: a
// sender can make connections collide, which costs balance between shards and nothing else.
func (k *Key) Hash() uint32 {
	a, b := binary.LittleEndian.Uint64(k.Src[8:])^uint64(k.SrcPort), binary.LittleEndian.Uint64(k.Dst[8:])^uint64(k.DstPort)
	c, d := binary.LittleEndian.Uint64(k.Src[:8]), binary.LittleEndian.Uint64(k.Dst[:8])
	sum := a + b + (c+d)*mix2 + uint64(k.Tunnel)*mix3
	or := a ^ b ^ (c^d)*mix3
	high, low := bits.Mul64(sum^mix1, or^mix2)
	return uint32((high ^ low) * mix1 >> 32)
}

// ConnHash is Hash without regard to the tunnel: the directions of a connection may travel in
// different ones.
func (k Key) ConnHash() uint32 {
	k.Tunnel = 0
	return k.Hash()
}
