package capture

import (
	"encoding/binary"

	"wscope/assembly/packet"
)

// Some writers put more into a record's header than the file's magic says: Nokia's (IPSO) 4 bytes,
// Red Hat's of 1999 8, SuSE's 4 more than the modified format has. Such a file is known by its first packet,
// which does not begin as its link type says unless these bytes are passed over.
var longerRecords = map[int][]int{16: {20, 24}, 24: {28}}

// measureRecord finds how long the headers of records are, by the first, which begins at buf[pos:] and is whole
// if the magic is right. It returns how many bytes it needs to say; 0 where it has said.
func (f *pcap) measureRecord(buf []byte, pos int, eof bool) (need int) {
	size := int(f.u32(buf[pos+8:]))
	if begins(f.link, buf[pos+f.record:pos+f.record+size]) {
		return 0
	}
	for _, n := range longerRecords[f.record] {
		next := pos + n + size
		switch {
		case next+16 <= len(buf):
			if _, ok := f.likely(buf[next:]); !ok {
				continue
			}
		case !eof:
			return next + 16 - pos
		case next != len(buf):
			continue
		}
		if begins(f.link, buf[pos+n:next]) {
			f.record = n
			return 0
		}
	}
	return 0
}

// begins reports whether a packet may begin so, on the links of which that can be said.
func begins(link packet.LinkType, b []byte) bool {
	switch link {
	case 1: // Ethernet
		if len(b) < 14 {
			return true // nobody knows
		}
		switch kind := binary.BigEndian.Uint16(b[12:]); kind {
		case 0x0800, 0x0806, 0x8035, 0x8100, 0x86dd, 0x8847, 0x8848, 0x8863, 0x8864, 0x888e, 0x88a8, 0x88cc, 0x88e5, 0x88e7, 0x9000, 0x9100:
			return true
		default:
			return kind >= 3 && int(kind) <= len(b)-14 // IEEE 802.3: its length
		}
	case 12, 14, 101: // raw IP
		return len(b) > 0 && (b[0]>>4 == 4 || b[0]>>4 == 6)
	}
	return true
}
