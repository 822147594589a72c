package archive

import (
	"bytes"
	"encoding/binary"

	"wscope/assembly/packet"
)

// Place says where a packet stands in the whole capture, in bytes that compare as places do: the
// latest time in its file up to there, the file, the packet's number in it. Run merges files by
// time and never reorders the packets of one file, and so do places.
type Place [20]byte

// PlaceOf is the place of packet number of a file in which no time up to there is later than
// latest.
func PlaceOf(latest int64, file int32, number int64) (p Place) {
	binary.BigEndian.PutUint64(p[:], uint64(latest)^1<<63) // so that negative times come first
	binary.BigEndian.PutUint32(p[8:], uint32(file))
	binary.BigEndian.PutUint64(p[12:], uint64(number))
	return p
}

// Before reports whether p comes before o.
func (p *Place) Before(o *Place) bool { return p.Compare(o) < 0 }

// Compare compares places.
func (p *Place) Compare(o *Place) int { return bytes.Compare(p[:], o[:]) }

// mark is the packet at a place, with its time.
func (p *Place) mark(time, index int64) packet.Mark {
	return packet.Mark{
		Index: index, Time: time, Number: int64(binary.BigEndian.Uint64(p[12:])), File: int32(binary.BigEndian.Uint32(p[8:])),
	}
}
