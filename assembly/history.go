package assembly

import (
	"math/bits"

	"wscope/assembly/link"
)

// The kinds of segment in History: bits of Conn.kinds, those of side B eight higher.
const (
	kindSYN = 1 << iota
	kindSYNACK
	kindACK // alone
	kindData
	kindFIN
	kindRST
	kindAgain
	kindGap
)

// kindLetters are the letters of the kinds, as Zeek has them in conn.log's history.
const kindLetters = "SHADFRTG"

// flagKinds says what segments without data are, by the lowest five flags (PSH among them).
var flagKinds = func() (kinds [32]uint8) {
	for f := range kinds {
		switch flags := link.Flags(f); {
		case flags&link.RST != 0:
			kinds[f] = kindRST
		case flags&(link.SYN|link.ACK) == link.SYN|link.ACK:
			kinds[f] = kindSYNACK
		case flags&link.SYN != 0:
			kinds[f] = kindSYN
		case flags&link.FIN != 0:
			kinds[f] = kindFIN
		case flags&link.ACK != 0:
			kinds[f] = kindACK
		}
	}
	return kinds
}()

// note takes down what a segment is, where it is the first of its kind from its side.
func (c *Conn) note(x Side, s *link.Segment) {
	kinds := flagKinds[s.Flags&31]
	if len(s.Payload)+s.Missing > 0 {
		kinds = kinds&^kindACK | kindData
	}
	if uint16(kinds)<<(8*x)&^c.kinds != 0 {
		c.first(x, kinds)
	}
}

// first notes those of kinds that are new, in the order of the letters.
func (c *Conn) first(x Side, kinds uint8) {
	for i := range uint16(8) {
		bit := uint16(1) << (i + 8*uint16(x))
		if kinds&(1<<i) == 0 || c.kinds&bit != 0 {
			continue
		}
		c.kinds |= bit
		// A nibble for each of at most 16, the latest lowest; how many is for kinds to say.
		c.history = c.history<<4 | uint64(i) | uint64(x)<<3
	}
}

// History is what segments the connection was seen to have, in the order in which each kind
// came first, with Zeek's letters: S a SYN, H a SYN with ACK, A an ACK alone, D data, F a FIN,
// R an RST, T data sent again, G a gap in the data; capitals for those of the originator. Unlike
// Zeek's it has no letter twice.
//
// https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html#field-Conn-Info-history
func (c *Conn) History(originator Side) string {
	letters := make([]byte, bits.OnesCount16(c.kinds))
	for i := range letters {
		nibble := c.history >> (4 * (len(letters) - 1 - i)) & 15
		letters[i] = kindLetters[nibble&7]
		if Side(nibble>>3) != originator {
			letters[i] += 'a' - 'A'
		}
	}
	return string(letters)
}
