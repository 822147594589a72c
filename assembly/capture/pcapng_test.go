package capture

import (
	"math"
	"slices"
	"strings"
	"testing"

	"wscope/assembly/packet"
)

func TestPcapng(t *testing.T) {
	for _, o := range []order{little, big} {
		head := cat(section(o), describe(o, 1, 0))
		one := enhanced(o, 0, 1_000_002, "abc", 3)
		pkt := testPacket{1e9 + 2000, "abc", 3, 1}
		with := func(b []byte, at int, v uint32) []byte {
			b = slices.Clone(b)
			o.PutUint32(b[at:], v)
			return b
		}
		// an obsolete packet block: interface and drops in 16 bits each
		obsolete := func(iface, drops uint16, data string) []byte {
			buf := o.AppendUint16(nil, iface)
			buf = o.AppendUint16(buf, drops)
			buf = words(o, buf, 0, 1_000_002, uint32(len(data)), 60)
			return block(o, blockPacket, append(buf, data...))
		}
		simple := func(length uint32, data string) []byte {
			return block(o, blockSimple, append(words(o, nil, length), data...))
		}
		options := cat(option(o, 1, []byte("a comment")...), option(o, 2988, 1, 2, 3, 4, 'x'), option(o, 0))
		commented := block(o, blockEnhanced, cat(words(o, nil, 0, 0, 1_000_002, 3, 3), []byte("abc\x00"), options))
		huge := words(o, nil, blockCustom, maxRecord+4096)
		huge = append(huge, make([]byte, maxRecord+4096-12)...)
		huge = words(o, huge, maxRecord+4096)
		oddities{
			{"a section and nothing else", section(o), nil, nil},
			{"an interface and no packet", head, nil, nil},
			{"a packet", cat(head, one), []testPacket{pkt}, nil},
			{"a packet with options", cat(head, commented, one), []testPacket{pkt, pkt}, nil},
			{"a simple packet", cat(head, one, simple(3, "abc")), []testPacket{pkt, pkt}, nil},
			{"a simple packet cut by the snaplen", cat(section(o), describe(o, 1, 3), simple(60, "abc")), []testPacket{{0, "abc", 60, 1}}, nil},
			{"a simple packet cut in its block", cat(head, simple(60, "abcd")), []testPacket{{0, "abcd", 60, 1}}, nil},
			{"an obsolete packet", cat(head, obsolete(0, 7, "abc")), []testPacket{{1e9 + 2000, "abc", 60, 1}}, nil},
			{"two link types", cat(head, describe(o, 276, 0), one, enhanced(o, 1, 1_000_002, "de", 2)), []testPacket{pkt, {1e9 + 2000, "de", 2, 276}}, nil},
			{"blocks that are passed over", cat(head, block(o, blockNames, make([]byte, 8)), block(o, blockStats, make([]byte, 12)), block(o, blockCustom, make([]byte, 8)), block(o, 0x80001234, nil), one), []testPacket{pkt}, nil},
			{"a custom block of more than is kept", cat(head, huge, one), []testPacket{pkt}, []string{"byte 48: damaged block of type 0xbad: it claims a length of 16781312 bytes"}},
			{"interfaces end with their section", cat(head, one, section(o), one), []testPacket{pkt}, []string{"packet of interface 0, which the section does not describe"}},
			{"an interface that is not there", cat(head, enhanced(o, 0xffffffff, 1, "x", 1), one), []testPacket{pkt}, []string{"packet of interface 4294967295"}},
			{"a section of version 2", cat(head, one, sectionVersion(o, 2, 0), describe(o, 1, 0), one, section(o), describe(o, 1, 0), one), []testPacket{pkt, pkt}, []string{"pcapng version 2.0 is not known; its section is skipped"}},
			{"a section of version 1.2", cat(sectionVersion(o, 1, 2), describe(o, 1, 0), one), []testPacket{pkt}, nil},
			{"a packet longer than its block", cat(head, with(one, 20, 9), one), []testPacket{{1e9 + 2000, "abc\x00", 4, 1}, pkt}, []string{"packet claims 9 captured bytes in a block with room for 4"}},
			{"a packet block too short", cat(head, block(o, blockEnhanced, make([]byte, 8)), one), []testPacket{pkt}, []string{"damaged packet block: 8 bytes are too few"}},
			{"a second length that is wrong", cat(head, with(one, len(one)-4, 99), one), []testPacket{pkt, pkt}, []string{"its two lengths differ, 36 and 99"}},
			{"a first length that is wrong", cat(head, with(one, 4, 40), one, one), []testPacket{pkt, pkt}, []string{"its two lengths differ"}},
			{"a length that is not a multiple of 4", cat(head, with(one, 4, 37), one), []testPacket{pkt}, []string{"byte 48: damaged block of type 0x6: it claims a length of 37 bytes"}},
			{"an absurd length", cat(head, with(one, 4, 0xfffffff0), one), []testPacket{pkt}, []string{"it claims a length of 4294967280 bytes"}},
			{"a length of 0", cat(head, with(one, 4, 0), one), []testPacket{pkt}, []string{"it claims a length of 0 bytes"}},
			{"garbage between blocks", cat(head, []byte(strings.Repeat("rubbish", 31)), one), []testPacket{pkt}, []string{"byte 48: damaged block"}},
			{"garbage after the end", cat(head, one, []byte(strings.Repeat("rubbish", 31))), []testPacket{pkt}, []string{"damaged block"}},
			{"cut in a block", cat(head, one, one[:30]), []testPacket{pkt}, []string{"byte 84: cut in the middle of a block of type 0x6, 30 of 36 bytes"}},
			{"cut in a block's header", cat(head, one, one[:5]), []testPacket{pkt}, []string{"byte 84: cut in the middle of a block, 5 bytes"}},
			{"an option longer than its block", cat(section(o), describe(o, 1, 0, []byte{0, 9, 0, 200}), one), []testPacket{pkt}, nil},
		}.run(t)
	}
}

func TestClock(t *testing.T) {
	for _, c := range []struct {
		name       string
		resolution byte
		offset     int64
		ticks      uint64
		want       int64
	}{
		{"microseconds", 6, 0, 1_700_000_000_123_456, 1_700_000_000_123_456_000},
		{"nanoseconds", 9, 0, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789},
		{"seconds", 0, 0, 1_700_000_000, 1_700_000_000e9},
		{"picoseconds are cut", 12, 0, 1_999, 1},
		{"10^-28 s", 28, 0, math.MaxUint64, 1},
		{"10^-127 s", 127, 0, math.MaxUint64 - 1, 0},
		{"halves", 0x80 | 1, 0, 3, 15e8},
		{"2^-0 s", 0x80, 0, 5, 5e9},
		{"2^-10 s", 0x80 | 10, 0, 1024*7 + 512, 75e8},
		{"2^-32 s", 0x80 | 32, 0, 7<<32 | 1<<31, 75e8},
		{"2^-63 s", 0x80 | 63, 0, 1<<63 | 1<<62, 15e8},
		{"2^-64 s", 0x80 | 64, 0, 1 << 63, 5e8},
		{"2^-127 s", 0xff, 0, math.MaxUint64, 0},
		{"an offset", 6, 1_700_000_000, 5, 1_700_000_000_000_005_000},
		{"an offset back", 6, -10, 3_000_000, -7e9},
		{"too late for 64 bits", 6, 0, math.MaxUint64, math.MaxInt64 - math.MaxInt64%1000},
		{"too late in seconds", 0, 0, math.MaxUint64, math.MaxInt64 - math.MaxInt64%1_000_000_000},
		{"too late in halves", 0x81, 0, math.MaxUint64, math.MaxInt64},
		{"an offset too late", 9, math.MaxInt64, 1, math.MaxInt64},
		{"an offset too early", 9, math.MinInt64, 1, math.MinInt64 + 1},
		{"time and offset too late together", 9, 9_000_000_000, 1 << 62, math.MaxInt64},
	} {
		k := newClock(c.resolution, c.offset)
		if got := k.time(c.ticks); got != c.want {
			t.Errorf("%s: %d, not %d", c.name, got, c.want)
		}
	}
}

// TestInterfaceClock holds that each interface has its own resolution and offset.
func TestInterfaceClock(t *testing.T) {
	for _, o := range []order{little, big} {
		offset := o.AppendUint64(nil, 100)
		file := cat(section(o), describe(o, 1, 0, option(o, 9, 3), option(o, 14, offset...)), describe(o, 1, 0, option(o, 9, 0x81)),
			enhanced(o, 0, 5, "a", 1), enhanced(o, 1, 5, "b", 1))
		list, _, probs := readBytes(t, file)
		if !slices.Equal(list, []testPacket{{100e9 + 5e6, "a", 1, 1}, {25e8, "b", 1, 1}}) || len(probs) > 0 {
			t.Errorf("%+v, %v", list, probs)
		}
	}
}

// TestSecrets holds that secrets come in their place from a pipe, and before the packets
// of their file where it can be looked through.
func TestSecrets(t *testing.T) {
	for _, o := range []order{little, big} {
		one := enhanced(o, 0, 1_000_002, "abc", 3)
		file := cat(section(o), describe(o, 1, 0), secretsBlock(o, "first"), one, secretsBlock(o, "second"), one, one, secretsBlock(o, "third"))
		_, got, probs := readBytes(t, file)
		if where(got) != "first@0 second@1 third@3" || len(probs) > 0 {
			t.Errorf("from a pipe: %s, %v", where(got), probs)
		}
		path := write(t, "x", file)
		s, err := Open([]string{path}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, got = readAll(t, s); where(got) != "first@0 second@0 third@0" {
			t.Errorf("from a file: %s", where(got))
		}
		s, err = Open([]string{path}, Options{NoLookahead: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, got = readAll(t, s); where(got) != "first@0 second@1 third@3" {
			t.Errorf("from a file, in place: %s", where(got))
		}
		// Damage ends the look ahead; what is behind it comes in its place, once.
		damaged := cat(file, []byte(strings.Repeat("rubbish!", 20)), one, secretsBlock(o, "fourth"), one)
		s, err = Open([]string{write(t, "x", damaged)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, got = readAll(t, s); where(got) != "first@0 second@0 third@0 fourth@4" {
			t.Errorf("with damage: %s", where(got))
		}
		// A file of secrets alone, and two that overlap.
		alone := write(t, "y", cat(section(o), secretsBlock(o, "alone")))
		other := write(t, "z", cat(section(o), describe(o, 1, 0), secretsBlock(o, "other"), enhanced(o, 0, 1_000_001, "x", 1), one))
		s, err = Open([]string{path, alone, other}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, got = readAll(t, s); where(got) != "alone@0 other@0 first@0 second@0 third@0" {
			t.Errorf("several files: %s", where(got))
		}
	}
	bad := cat(section(little), block(little, blockSecrets, words(little, nil, 1, 100, 0)))
	if _, got, probs := readBytes(t, bad); len(got) != 0 || len(probs) != 1 {
		t.Errorf("secrets longer than their block: %v, %v", got, probs)
	}
}

func where(list []packet.Secrets) string {
	var s []string
	for _, sec := range list {
		s = append(s, string(sec.Data)+"@"+string(rune('0'+sec.Before)))
	}
	return strings.Join(s, " ")
}
