package capture

import (
	"bytes"
	"slices"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"wscope/assembly/packet"
)

// variants are the same packets in every format.
func variants(t testing.TB, list []testPacket) map[string][]byte {
	mixed := append(section(little), describe(little, 1, 0, option(little, 9, 9))...)
	for i, p := range list {
		if i == len(list)/2 { // a second section, in the other byte order
			mixed = append(mixed, section(big)...)
			mixed = append(mixed, describe(big, 1, 0, option(big, 9, 9))...)
		}
		o := little
		if i >= len(list)/2 {
			o = big
		}
		mixed = append(mixed, block(o, 0x12345, []byte("a block of no known type"))...)
		mixed = append(mixed, enhanced(o, 0, uint64(p.time), p.data, p.length)...)
	}
	var ours bytes.Buffer
	w := NewWriter(&ours, WriterOptions{Application: "test", Comment: "a section", Name: func(int32, int32) string { return "eth0" }})
	for _, p := range list {
		if err := w.Packet(&packet.Packet{Mark: packet.Mark{Time: p.time}, Data: []byte(p.data), Length: p.length, Link: p.link}, "a comment"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if w.Size() != int64(ours.Len()) {
		t.Errorf("Size is %d of %d bytes", w.Size(), ours.Len())
	}
	half := len(list) / 2
	return map[string][]byte{
		"pcap":                    pcapFile(little, magicMicro, list),
		"pcap big-endian":         pcapFile(big, magicMicro, list),
		"pcap ns":                 pcapFile(little, magicNano, list),
		"pcap ns big-endian":      pcapFile(big, magicNano, list),
		"pcap modified":           pcapFile(little, magicModified, list),
		"pcap modified, big":      pcapFile(big, magicModified, list),
		"two pcap files appended": append(pcapFile(little, magicMicro, list[:half]), pcapFile(big, magicNano, list[half:])...),
		"pcapng":                  pcapngFile(little, list),
		"pcapng big-endian":       pcapngFile(big, list),
		"pcapng, two sections":    mixed,
		"pcapng of Writer":        ours.Bytes(),
	}
}

// compressed is data in every compressed format, whole and in two parts.
func compressed(t testing.TB, data []byte) map[string][]byte {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	gz := func(d []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write(d)
		must(err)
		must(w.Close())
		return b.Bytes()
	}
	zs := func(d []byte) []byte {
		e, err := zstd.NewWriter(nil)
		must(err)
		return e.EncodeAll(d, nil)
	}
	lz := func(d []byte) []byte {
		var b bytes.Buffer
		w := lz4.NewWriter(&b)
		_, err := w.Write(d)
		must(err)
		must(w.Close())
		return b.Bytes()
	}
	x := func(d []byte) []byte {
		var b bytes.Buffer
		w, err := xz.NewWriter(&b)
		must(err)
		_, err = w.Write(d)
		must(err)
		must(w.Close())
		return b.Bytes()
	}
	out := map[string][]byte{"skippable, zstd": append([]byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc"), zs(data)...)}
	half := len(data) / 2
	for name, f := range map[string]func([]byte) []byte{"gzip": gz, "zstd": zs, "lz4": lz, "xz": x} {
		out[name] = f(data)
		out[name+" in two members"] = append(f(data[:half]), f(data[half:])...)
	}
	return out
}

// TestSamePackets reads the same packets from every format, compression and kind of input.
func TestSamePackets(t *testing.T) {
	want := some()
	check := func(name string, got []testPacket, probs []packet.Problem) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d packets, and not the same", name, len(got))
		}
		if len(probs) != 0 {
			t.Errorf("%s: %v", name, probs)
		}
	}
	for name, data := range variants(t, want) {
		list, _, probs := readBytes(t, data)
		check(name+" from standard input", list, probs)
		list, _, probs = readStdin(t, oneByte(data))
		check(name+" byte by byte", list, probs)
		list, probs = readPaths(t, write(t, "no.extension", data))
		check(name+" from a file", list, probs)
	}
	for name, data := range compressed(t, pcapngFile(little, want)) {
		list, _, probs := readBytes(t, data)
		check(name+" from standard input", list, probs)
		list, _, probs = readStdin(t, oneByte(data))
		check(name+" byte by byte", list, probs)
		list, probs = readPaths(t, write(t, "named.pcap", data))
		check(name+" from a file", list, probs)
	}
}

// TestEveryPrefix cuts every format after every byte: the packets before the cut come,
// and a cut that is not between two packets is told.
func TestEveryPrefix(t *testing.T) {
	want := some()[:12]
	for name, data := range variants(t, want) {
		for n := range len(data) {
			got, _, probs := readBytes(t, data[:n])
			if len(got) > len(want) || !slices.Equal(got, want[:len(got)]) {
				t.Fatalf("%s cut to %d bytes: other packets", name, n)
			}
			if len(probs) > 1 {
				t.Fatalf("%s cut to %d bytes: %v", name, n, probs)
			}
			for _, p := range probs {
				if p.Offset < 0 || p.Offset > int64(n) || p.File != "-" {
					t.Fatalf("%s cut to %d bytes: %v", name, n, p)
				}
			}
			if len(probs) == 0 { // then all that was there was used, to the last byte
				again, _, _ := readBytes(t, data)
				if !slices.Equal(again[:len(got)], got) {
					t.Fatalf("%s cut to %d bytes", name, n)
				}
			}
		}
	}
}

// TestCompressedPrefix cuts compressed captures all along: no more than one line,
// and nothing made up.
func TestCompressedPrefix(t *testing.T) {
	want := some()
	for name, data := range compressed(t, pcapFile(little, magicMicro, want)) {
		for n := 0; n < len(data); n += len(data)/15 + 1 {
			got, _, probs := readBytes(t, data[:n])
			if len(got) > len(want) || !slices.Equal(got, want[:len(got)]) {
				t.Fatalf("%s cut to %d bytes: other packets", name, n)
			}
			if len(got) < len(want) && len(probs) != 1 {
				t.Fatalf("%s cut to %d bytes: %v", name, n, probs)
			}
		}
	}
}
