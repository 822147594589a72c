package capture

import (
	"encoding/binary"
	"strings"
	"testing"
)

// snoopFile is a snoop file of packets with these bytes.
func snoopFile(packets ...string) []byte {
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte(snoopMagic), 2), 4)
	for i, p := range packets {
		pad := (4 - len(p)%4) % 4
		for _, v := range []int{len(p) + 10, len(p), snoopRecord + len(p) + pad, 0, 1000 + i, 5} {
			b = binary.BigEndian.AppendUint32(b, uint32(v))
		}
		b = append(append(b, p...), make([]byte, pad)...)
	}
	return b
}

// netmonFile is a Network Monitor file of version 2.minor.
func netmonFile(minor byte, packets ...string) []byte {
	b := make([]byte, netmonHeader)
	copy(b, netmonMagic)
	b[4], b[5], b[6] = minor, 2, 1
	for i, v := range []uint16{2026, 11, 1, 30, 20, 5, 6, 7} {
		binary.LittleEndian.PutUint16(b[8+2*i:], v)
	}
	trailer := []int{0, 2, 6, 15}[minor]
	for i, p := range packets {
		b = binary.LittleEndian.AppendUint64(b, uint64(i)*1000)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p)+10))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
		if trailer > 0 {
			b = append(binary.LittleEndian.AppendUint16(b, 1), make([]byte, trailer-2)...)
		}
	}
	binary.LittleEndian.PutUint32(b[24:], uint32(len(b)))
	return append(b, "frame table"...)
}

func TestOtherFiles(t *testing.T) {
	for name, data := range map[string][]byte{
		"snoop": snoopFile("one", "", "three"), "netmon 2.0": netmonFile(0, "one", "", "three"), "netmon 2.1": netmonFile(1, "one", "", "three"),
		"netmon 2.2": netmonFile(2, "one", "", "three"), "netmon 2.3": netmonFile(3, "one", "", "three"),
	} {
		list, _, probs := readBytes(t, data)
		if len(list) != 3 || list[0].data != "one" || list[2].data != "three" || len(probs) > 0 {
			t.Errorf("%s: %v %v", name, list, probs)
		}
		for n := range data {
			bothWays(t, data[:n])
		}
	}
}

func TestOtherFormatsAreNamed(t *testing.T) {
	for begins, want := range map[string]string{"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaa": "zip", "RTSSaaaaaaaaaaaaaaaaaaaaaaaaaa": "editcap"} {
		if _, _, probs := readBytes(t, []byte(begins)); len(probs) != 1 || !strings.Contains(probs[0].Reason, want) {
			t.Errorf("%q: %v", begins, probs)
		}
	}
}

// FuzzOtherFiles reads anything behind the headers of snoop and Network Monitor.
func FuzzOtherFiles(f *testing.F) {
	f.Add(snoopFile("one", "two"))
	f.Add(netmonFile(3, "one", "two"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if isSnoop(data) || isNetmon(data) {
			bothWays(t, data)
		}
	})
}
