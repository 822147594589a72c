package capture

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzPcap reads anything behind a pcap file header, whole and byte by byte.
func FuzzPcap(f *testing.F) {
	for _, o := range []order{little, big} {
		for _, m := range []uint32{magicMicro, magicNano, magicModified} {
			f.Add(pcapFile(o, m, some()[:4]))
		}
	}
	head := pcapHead(little, magicMicro, 65535, 1)
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isPcap(data) {
			data = append(slices.Clone(head), data...)
		}
		bothWays(t, data)
	})
}

// FuzzPcapng reads anything behind a section header and an interface.
func FuzzPcapng(f *testing.F) {
	for _, o := range []order{little, big} {
		f.Add(pcapngFile(o, some()[:4]))
		f.Add(cat(section(o), describe(o, 1, 3, option(o, 9, 0x83), option(o, 14, make([]byte, 8)...)), secretsBlock(o, "k"),
			block(o, blockSimple, words(o, nil, 4, 4)), block(o, blockPacket, words(o, nil, 0, 0, 1, 4, 4, 4))))
	}
	head := cat(section(little), describe(little, 1, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isPcapng(data) {
			data = append(slices.Clone(head), data...)
		}
		bothWays(t, data)
	})
}

// bothWays holds that the same packets and problems come whole and byte by byte.
func bothWays(t *testing.T, data []byte) {
	list, secrets, probs := readBytes(t, data)
	total := 0
	for _, p := range list {
		total += len(p.data)
	}
	if total > len(data) {
		t.Fatalf("%d bytes of packets in %d bytes", total, len(data))
	}
	if len(data) > 4096 {
		return
	}
	list2, secrets2, probs2 := readStdin(t, oneByte(data))
	if !slices.Equal(list, list2) || !slices.Equal(probs, probs2) || len(secrets) != len(secrets2) {
		t.Fatalf("whole: %v %v\nbyte by byte: %v %v", list, probs, list2, probs2)
	}
}

// FuzzOpen opens anything, so also compressed data.
func FuzzOpen(f *testing.F) {
	for _, data := range compressed(f, pcapFile(little, magicMicro, some()[:4])) {
		f.Add(data)
	}
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		readBytes(t, data)
	})
}

// FuzzLookAhead holds that looking ahead finds what reading in place finds.
func FuzzLookAhead(f *testing.F) {
	f.Add(cat(section(little), describe(little, 1, 0), enhanced(little, 0, 1, "abc", 3), secretsBlock(little, "key"), enhanced(little, 0, 1, "abc", 3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isPcapng(data) {
			t.Skip()
		}
		list, ahead, _ := lookAhead(bytes.NewReader(data))
		if ahead < 0 || ahead > int64(len(data)) {
			t.Fatalf("ahead %d of %d", ahead, len(data))
		}
		_, inPlace, _ := readBytes(t, data)
		if len(list) > len(inPlace) {
			t.Fatalf("%d secrets ahead, %d in place", len(list), len(inPlace))
		}
	})
}
