package main

import (
	"context"
	"encoding/binary"
	"io"
)

// source is an input as its parts are read: the element of readFn.
type source struct {
	Input input
	Kind  string // whole, pcap or pcapng
	Size  int64  // bytes; 0 where that is not known
	Head  []byte // of a pcap file: its header
	// Of a pcapng file: where it may be cut, as differences; what must be read first behind a
	// cut; and the secrets of all decryption secrets blocks, if Found says that they were found.
	Marks   []byte
	Heads   []head
	Secrets [][]byte
	Found   bool
}

// Kinds of sources.
const (
	kindWhole  = "whole" // one part: compressed, or on a filesystem that reads from the beginning only
	kindPcap   = "pcap"
	kindPcapng = "pcapng"
)

// head is what must be read before the blocks behind an offset: the section header and the
// interfaces that stand before it.
type head struct {
	Offset int64
	Blocks []byte
}

// survey says how an input can be read in parts. cut is whether it may be.
func survey(ctx context.Context, in input, cut bool) (source, error) {
	whole := source{Input: in, Kind: kindWhole}
	r, size, err := openAt(ctx, in.Name)
	if err != nil || r == nil {
		return whole, nil // told when it is read; or there are no parts
	}
	defer r.Close()
	whole.Size = size
	first := make([]byte, pcapHeader)
	if !cut || size <= pcapHeader {
		return whole, nil
	}
	if _, err := r.ReadAt(first, 0); err != nil {
		return whole, nil
	}
	if _, ok := readPcapHeader(first); ok {
		return source{Input: in, Kind: kindPcap, Size: size, Head: first}, nil
	}
	if binary.BigEndian.Uint32(first) == blockSection {
		return surveyPcapng(r, in, size, max(markSpace, size/mostMarks))
	}
	return whole, nil
}

const (
	markSpace = 64 << 10 // bytes between the places where a pcapng file may be cut, at least
	mostMarks = 1 << 16  // and how many there are at most
	mostHeads = 16 << 20 // bytes of heads
)

// Block types of pcapng.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockSecrets   = 10
	byteOrderMagic = 0x1a2b3c4d
	maxSecrets     = 64 << 20 // bytes of secrets collected of one input
)

// surveyPcapng walks from block to block, since only that says which interfaces and
// sections a block belongs to, and marks one every space bytes. At damage it ends: the file
// is not cut behind it, and its reader knows how to go on.
func surveyPcapng(r io.ReaderAt, in input, size, space int64) (source, error) {
	w := window{r: r, size: size, ahead: true}
	var (
		order binary.ByteOrder = binary.LittleEndian
		s                      = source{Input: in, Kind: kindPcapng, Size: size}
		head0 []byte           // of the section at hand
		kept  [2]int           // bytes of heads and of secrets
		last  int64            // mark
		off   int64
	)
	for off+12 <= size {
		h, err := w.at(off, 12)
		if err != nil {
			return s, err
		}
		kind := order.Uint32(h)
		if kind == blockSection {
			order = binary.LittleEndian
			if order.Uint32(h[8:]) != byteOrderMagic {
				order = binary.BigEndian
			}
			if order.Uint32(h[8:]) != byteOrderMagic {
				break
			}
		}
		n := int64(order.Uint32(h[4:]))
		if n < 12 || n%4 != 0 || n > maxRecord || off+n > size {
			break
		}
		if off-last >= space && kind != blockSection {
			s.Marks = binary.AppendUvarint(s.Marks, uint64(off-last))
			last = off
		}
		behind, err := w.at(off+n-4, 4)
		if err != nil {
			return s, err
		}
		if int64(order.Uint32(behind)) != n {
			break
		}
		if kind == blockSection || kind == blockInterface || kind == blockSecrets {
			body, err := w.at(off, int(n))
			if err != nil {
				return s, err
			}
			switch kind {
			case blockSection:
				head0 = append([]byte(nil), body...)
			case blockInterface:
				head0 = append(head0[:len(head0):len(head0)], body...)
			default:
				text, ok := secretsOf(order, body)
				if kept[1] += len(text); !ok || kept[1] > maxSecrets {
					return source{Input: in, Kind: kindWhole, Size: size}, nil // as it comes
				}
				s.Secrets = append(s.Secrets, text)
			}
			if kind != blockSecrets {
				if kept[0] += len(head0); kept[0] > mostHeads {
					return source{Input: in, Kind: kindWhole, Size: size}, nil
				}
				s.Heads = append(s.Heads, head{off + n, head0})
			}
		}
		off += n
	}
	s.Found = off == size
	if !s.Found && len(s.Secrets) > 0 { // those before the damage would come twice
		return source{Input: in, Kind: kindWhole, Size: size}, nil
	}
	return s, nil
}

// marks are the places where a pcapng file may be cut, the first at 0.
func (s *source) marks() []int64 {
	list := []int64{0}
	for b := s.Marks; len(b) > 0; {
		d, n := binary.Uvarint(b)
		if n <= 0 {
			break
		}
		list = append(list, list[len(list)-1]+int64(d))
		b = b[n:]
	}
	return list
}

// before is the head for blocks at off.
func (s *source) before(off int64) []byte {
	for i := len(s.Heads) - 1; i >= 0; i-- {
		if s.Heads[i].Offset <= off {
			return s.Heads[i].Blocks
		}
	}
	return nil
}

// secretsOf is the key log text of a decryption secrets block; empty for other secrets.
func secretsOf(order binary.ByteOrder, block []byte) ([]byte, bool) {
	if len(block) < 20 || uint64(order.Uint32(block[12:])) > uint64(len(block)-20) {
		return nil, false
	}
	if order.Uint32(block[8:]) != secretsTLS {
		return nil, true
	}
	return append([]byte(nil), block[16:16+order.Uint32(block[12:])]...), true
}

const secretsTLS = 0x544c534b
