package h2

import "golang.org/x/net/http2/hpack"

// Block collects and decodes the header blocks of one direction, RFC 9113 §4.3 and
// RFC 7541.
//
// The decoder's dynamic table is only known as far as every block was seen. Where one was
// missed the decoder begins anew with an empty table, and this is sound: entries are
// counted from the newest, so an index means what it says as soon as the entry was seen,
// and one that was not is an error, never a wrong field. How large the table may grow is
// the other side's SETTINGS_HEADER_TABLE_SIZE; the encoder says what it uses of that in
// the blocks themselves, which is all that a third party needs.
type Block struct {
	// Emit takes the fields of a block that ends. It is set before the first call.
	Emit func(name, value string)

	dec     *hpack.Decoder
	waiting []byte // fragments of a block that came in pieces
	over    bool   // the block is beyond the limit, or parts of it are missing
}

const (
	// maxTable bounds the dynamic table whatever the peers agree on.
	maxTable = 256 << 10
	// MaxBlock is how much of a header block is kept and decoded.
	MaxBlock = 128 << 10
)

// Reset forgets the table: a block was missed.
func (k *Block) Reset() {
	k.dec, k.waiting, k.over = nil, nil, false
}

// Lose says that a part of the block in hand is missing.
func (k *Block) Lose() {
	k.Reset()
	k.over = true
}

// Add takes a fragment. last says that it ends the block; the fields are then decoded.
// whole is false where some of them are not known.
func (k *Block) Add(b []byte, last bool) (whole bool) {
	if !last || len(k.waiting) > 0 {
		if len(k.waiting)+len(b) > MaxBlock {
			k.over, k.waiting = true, k.waiting[:0]
		}
		if !k.over {
			k.waiting = append(k.waiting, b...)
		}
		b = k.waiting
	}
	if !last {
		return false
	}
	if k.over {
		k.Reset()
		return false
	}
	if k.dec == nil {
		k.dec = hpack.NewDecoder(4096, func(f hpack.HeaderField) { k.Emit(f.Name, f.Value) })
		k.dec.SetAllowedMaxDynamicTableSize(maxTable)
		k.dec.SetMaxStringLength(MaxBlock)
	}
	_, err := k.dec.Write(b)
	if err == nil {
		err = k.dec.Close()
	}
	k.waiting = nil
	if err != nil {
		k.Reset()
	}
	return err == nil
}
