package link

import "encoding/binary"

// cursor is what is left of a packet at some layer. data are the captured bytes from
// here on; wire says how many there were before the capture cut them, so that
// len(data) <= wire always holds.
type cursor struct {
	data []byte
	wire int
}

// skip is the cursor n bytes on; false if fewer than n were captured.
func (c cursor) skip(n int) (cursor, bool) {
	if n < 0 || n > len(c.data) {
		return cursor{}, false
	}
	return cursor{c.data[n:], c.wire - n}, true
}

// limit ends the cursor after n bytes on the wire: what follows is padding or a trailer.
func (c cursor) limit(n int) cursor {
	if n < 0 {
		n = 0
	}
	if n >= c.wire {
		return c
	}
	return cursor{c.data[:min(n, len(c.data))], n}
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
