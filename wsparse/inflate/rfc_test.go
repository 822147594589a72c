package inflate

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// The payloads of RFC 7692 §7.2.3, and others that differ from them by little.
func TestPayloadsByHand(t *testing.T) {
	for _, c := range []struct {
		name     string
		payloads string // in hex, one message after the other
		want     string // joined by |
		ending   Ending // of the last message
		err      error  // of the last message
		offset   int64  // where err is ErrCorrupt
	}{
		{"one fixed block", "f248cdc9c90700", "Hello", Synced, nil, 0},
		{"history taken over", "f248cdc9c90700 f200110000", "Hello|Hello", Synced, nil, 0},
		{"stored block", "000500faff48656c6c6f00", "Hello", Synced, nil, 0},
		{"BFINAL", "f348cdc9c9070000", "Hello", Synced, nil, 0},
		{"BFINAL, and the next message refers to it", "f348cdc9c9070000 f200110000", "Hello|Hello", Synced, nil, 0},
		{"two blocks", "f248050000" + "00ffffcac9c90700", "Hello", Synced, nil, 0},
		{"empty", "00", "", Synced, nil, 0},
		{"empty after a message", "f248cdc9c90700 00 f200110000", "Hello||Hello", Synced, nil, 0},
		{"empty stored block first", "000000ffff f248cdc9c90700", "|Hello", Synced, nil, 0},
		{"empty stored block inside", "000000fffff248cdc9c90700", "Hello", Synced, nil, 0},
		{"empty fixed block", "0200", "", Synced, nil, 0},
		{"BFINAL without the empty block", "f348cdc9c90700", "Hello", Final, nil, 0},
		{"BFINAL stored, without the empty block", "010500faff48656c6c6f", "Hello", Final, nil, 0},
		{"the four bytes left in", "f248cdc9c907000000ffff", "Hello", Whole, nil, 0},
		{"the four bytes left in, twice", "f248cdc9c907000000ffff f2001100000000ffff", "Hello|Hello", Whole, nil, 0},
		{"two BFINAL blocks", "f348cdc9c90700f348cdc9c9070000", "HelloHello", Synced, nil, 0},
		{"stored data that are the four bytes", "000400fbff", "\x00\x00\xff\xff", Synced, nil, 0},

		{"block type 3", "06", "", 0, ErrCorrupt, 0},
		{"block type 3, later", "f248cdc9c90718", "Hello", 0, ErrCorrupt, 6},
		{"distance with no history", "f200110000", "", 0, ErrCorrupt, 3},
		{"stored length's complement", "000500faee48656c6c6f00", "", 0, ErrCorrupt, 5},
		{"cut in a fixed block", "f248cd", "Hel", 0, ErrCorrupt, 3},
		{"cut in a stored block", "000500faff4865", "", 0, ErrCorrupt, 7},
	} {
		f := New()
		var got []string
		var err error
		for _, p := range strings.Fields(c.payloads) {
			src, bad := hex.DecodeString(p)
			if bad != nil {
				t.Fatal(bad)
			}
			var dst []byte
			dst, err = f.Message(nil, src, 100)
			got = append(got, string(dst))
		}
		if !errors.Is(err, c.err) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.err)
			continue
		}
		var at *CorruptError
		if errors.As(err, &at) {
			if at.Offset != c.offset {
				t.Errorf("%s: %v, want offset %d", c.name, err, c.offset)
			}
			if !f.Lost() {
				t.Errorf("%s: history not lost after an error", c.name)
			}
			continue
		}
		if s := strings.Join(got, "|"); s != c.want || f.Ending() != c.ending {
			t.Errorf("%s: %q ending %d, want %q ending %d", c.name, s, f.Ending(), c.want, c.ending)
		}
	}
}

// RFC 7692 §7.2.1: a block with BFINAL is padded with zeros to the byte's end.
func TestPaddingBehindBFINAL(t *testing.T) {
	for payload, bad := range map[string]bool{
		"f348cdc9c9070000":   false,
		"f348cdc9c9072000":   true, // a padding bit set
		"f348cdc9c907f80000": true,
		"f248cdc9c90700":     false,
		"f248cdc9c907f8":     false, // those in front of a stored block's length are anything, RFC 1951 §3.2.4
	} {
		src, err := hex.DecodeString(payload)
		if err != nil {
			t.Fatal(err)
		}
		whole, pieces := New(), New()
		whole.Message(nil, src, 100)
		inPieces(pieces, nil, src, 1, 100)
		if whole.BadPadding() != bad || pieces.BadPadding() != bad {
			t.Errorf("%s: bad padding %v, a byte at a time %v", payload, whole.BadPadding(), pieces.BadPadding())
		}
	}
}

func TestNoByteAtAllIsAnEmptyMessage(t *testing.T) {
	f := New()
	dst, err := f.Message([]byte("x"), nil, 10)
	if string(dst) != "x" || err != nil || f.Ending() != Whole {
		t.Errorf("%q %v ending %d", dst, err, f.Ending())
	}
}
