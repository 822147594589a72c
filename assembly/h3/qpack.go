package h3

import (
	"errors"

	"golang.org/x/net/http2/hpack"
)

// Field is one field line.
type Field struct{ Name, Value string }

// Decoder decodes the field sections that one side sends, by the instructions on its encoder
// stream (RFC 9204). Nobody tells it what was lost: see Lose.
type Decoder struct {
	// MaxTable is the most that the decoding side allows the table to hold, which
	// Required Insert Count is counted by; from its SETTINGS.
	MaxTable uint64

	capacity uint64
	entries  []Field // the youngest last
	dropped  uint64  // entries that were inserted before entries[0]
	size     uint64  // of entries, by RFC 9204 §3.2.1
	pending  []byte  // an instruction that is not whole
	broken   bool    // instructions are missing: what the table holds is not known
}

// Errors of a field section.
var (
	ErrBlocked = errors.New("qpack: the section refers to entries that are still to come")
	ErrInvalid = errors.New("qpack: invalid field section")
)

const (
	// maxTable bounds the dynamic table whatever the peers agree on.
	maxTable = 256 << 10
	// tableSlack is how much of what the encoder has evicted is kept: a section that refers to it
	// may be captured after the instruction that evicts it.
	tableSlack = 16 << 10
	// maxInstruction is the longest instruction, maxSection how much of a section is decoded.
	maxInstruction = 64 << 10
	maxSection     = 128 << 10
)

// InsertCount is how many entries were inserted so far.
func (d *Decoder) InsertCount() uint64 { return d.dropped + uint64(len(d.entries)) }

// Broken reports whether instructions are missing.
func (d *Decoder) Broken() bool { return d.broken }

// Lose says that bytes of the encoder stream are missing. Entries are counted from the first
// one, so that nothing that comes later can be told from another.
func (d *Decoder) Lose() {
	d.broken, d.pending = true, nil
	d.entries, d.size = nil, 0
}

// Instructions takes the next bytes of the encoder stream (RFC 9204 §4.3).
func (d *Decoder) Instructions(b []byte) {
	if d.broken {
		return
	}
	buffered := len(d.pending) > 0
	if buffered {
		d.pending = append(d.pending, b...)
		b = d.pending
	}
	for len(b) > 0 && !d.broken {
		rest, ok := d.instruction(b)
		if !ok {
			break
		}
		b = rest
	}
	switch {
	case d.broken:
	case len(b) > maxInstruction:
		d.Lose()
	case buffered:
		d.pending = d.pending[:copy(d.pending, b)]
	default:
		d.pending = append(d.pending[:0], b...)
	}
}

// instruction reads one instruction; ok is false where it is not whole.
func (d *Decoder) instruction(b []byte) (rest []byte, ok bool) {
	switch {
	case b[0]&0x80 != 0: // insert with name reference
		i, rest, ok := integer(b, 6)
		if !ok {
			return nil, false
		}
		value, rest, ok := d.literal(rest, 7)
		if !ok {
			return nil, false
		}
		name, known := d.named(i, b[0]&0x40 != 0)
		if !known {
			d.Lose()
			return nil, true
		}
		d.insert(Field{name, value})
		return rest, true
	case b[0]&0x40 != 0: // insert with literal name
		name, rest, ok := d.literal(b, 5)
		if !ok {
			return nil, false
		}
		value, rest, ok := d.literal(rest, 7)
		if !ok {
			return nil, false
		}
		d.insert(Field{name, value})
		return rest, true
	case b[0]&0x20 != 0: // set dynamic table capacity
		v, rest, ok := integer(b, 5)
		if !ok {
			return nil, false
		}
		if v > maxTable {
			d.Lose()
			return nil, true
		}
		d.capacity = v
		d.evict()
		return rest, true
	}
	i, rest, ok := integer(b, 5) // duplicate
	if !ok {
		return nil, false
	}
	f, known := d.relative(i)
	if !known {
		d.Lose()
		return nil, true
	}
	d.insert(f)
	return rest, true
}

func (d *Decoder) named(i uint64, isStatic bool) (string, bool) {
	if isStatic {
		if i >= uint64(len(static)) {
			return "", false
		}
		return static[i].Name, true
	}
	f, ok := d.relative(i)
	return f.Name, ok
}

// relative is the entry with a relative index on the encoder stream (RFC 9204 §3.2.5).
func (d *Decoder) relative(i uint64) (Field, bool) {
	if i >= d.InsertCount() {
		return Field{}, false
	}
	return d.absolute(d.InsertCount() - 1 - i)
}

func (d *Decoder) absolute(i uint64) (Field, bool) {
	if i < d.dropped || i >= d.InsertCount() {
		return Field{}, false
	}
	return d.entries[i-d.dropped], true
}

func (d *Decoder) insert(f Field) {
	d.entries = append(d.entries, f)
	d.size += sizeOf(f)
	d.evict()
}

func sizeOf(f Field) uint64 { return uint64(len(f.Name)) + uint64(len(f.Value)) + 32 }

func (d *Decoder) evict() {
	n := 0
	for n < len(d.entries) && d.size > d.capacity+tableSlack {
		d.size -= sizeOf(d.entries[n])
		d.entries[n] = Field{}
		n++
	}
	d.entries = d.entries[n:]
	d.dropped += uint64(n)
}

// literal reads a string with a length prefix of the given bits, the bit before which says
// that it is Huffman coded.
func (d *Decoder) literal(b []byte, bits int) (s string, rest []byte, ok bool) {
	n, rest, ok := integer(b, bits)
	if !ok || n > uint64(len(rest)) {
		return "", nil, false
	}
	raw := rest[:n]
	if b[0]&(1<<bits) == 0 {
		return string(raw), rest[n:], true
	}
	s, err := hpack.HuffmanDecodeToString(raw)
	if err != nil {
		s = "" // the rest can be read all the same
	}
	return s, rest[n:], true
}

// integer reads a prefixed integer (RFC 7541 §5.1), of 62 bits at most.
func integer(b []byte, bits int) (v uint64, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	mask := uint64(1)<<bits - 1
	v = uint64(b[0]) & mask
	b = b[1:]
	if v < mask {
		return v, b, true
	}
	for shift := 0; len(b) > 0; shift += 7 {
		if shift > 56 {
			return 1 << 62, nil, true // no sender means it
		}
		c := b[0]
		b = b[1:]
		if v += uint64(c&0x7f) << shift; c&0x80 == 0 {
			return v, b, true
		}
	}
	return 0, nil, false
}
