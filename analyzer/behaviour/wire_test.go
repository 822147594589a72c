package behaviour_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// packet is one of a classic pcap of Ethernet: its time, as the file has it, and its bytes.
type packet struct {
	time  [8]byte
	bytes []byte
}

func packets(t *testing.T, path string) (list []packet) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	for rest := file[24:]; len(rest) > 0; {
		n := 16 + int(binary.LittleEndian.Uint32(rest[8:]))
		list = append(list, packet{[8]byte(rest[:8]), rest[16:n]})
		rest = rest[n:]
	}
	return list
}

// bytewise cuts a packet of IPv4 and TCP into one for each byte of its payload, all at its time, and in the order that arrange
// gives them.
func bytewise(p packet, arrange func([]packet)) []packet {
	const ip = 14
	tcp := ip + int(p.bytes[ip]&15)*4
	end := ip + int(binary.BigEndian.Uint16(p.bytes[ip+2:]))
	data := tcp + int(p.bytes[tcp+12]>>4)*4
	if data >= end {
		return []packet{p}
	}
	var cut []packet
	for i := data; i < end; i++ {
		b := append(slices.Clone(p.bytes[:data]), p.bytes[i])
		binary.BigEndian.PutUint16(b[ip+2:], uint16(len(b)-ip))
		binary.BigEndian.PutUint32(b[tcp+4:], binary.BigEndian.Uint32(p.bytes[tcp+4:])+uint32(i-data))
		cut = append(cut, packet{p.time, b})
	}
	arrange(cut)
	return cut
}

// asPcap and asPcapng write packets as files.
func asPcap(list []packet) []byte {
	var b []byte
	b = append(b, 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	for _, p := range list {
		b = append(b, p.time[:]...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p.bytes)))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p.bytes)))
		b = append(b, p.bytes...)
	}
	return b
}

func asPcapng(list []packet) []byte {
	block := func(b []byte, kind uint32, body []byte) []byte {
		n := uint32(12 + len(body))
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, kind), n)
		return binary.LittleEndian.AppendUint32(append(b, body...), n)
	}
	b := block(nil, 0x0a0d0d0a, []byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255})
	b = block(b, 1, []byte{1, 0, 0, 0, 0, 0, 4, 0})
	for _, p := range list {
		us := uint64(binary.LittleEndian.Uint32(p.time[:]))*1e6 + uint64(binary.LittleEndian.Uint32(p.time[4:]))
		body := make([]byte, 20, 20+len(p.bytes)+3)
		binary.LittleEndian.PutUint32(body[4:], uint32(us>>32))
		binary.LittleEndian.PutUint32(body[8:], uint32(us))
		binary.LittleEndian.PutUint32(body[12:], uint32(len(p.bytes)))
		binary.LittleEndian.PutUint32(body[16:], uint32(len(p.bytes)))
		body = append(body, p.bytes...)
		b = block(b, 6, append(body, make([]byte, -len(body)&3)...))
	}
	return b
}

// TestBaselineIsThatOfTheMessagesNotOfThePackets cuts captures anew.
func TestBaselineIsThatOfTheMessagesNotOfThePackets(t *testing.T) {
	for _, path := range []string{other("chat", "same-1"), other("builds", "protocol-violation"), shop("same-1", "before")} {
		want := watch(t, path).Text()
		whole := packets(t, path)
		anew := func(arrange func([]packet)) (list []packet) {
			for _, p := range whole {
				list = append(list, bytewise(p, arrange)...)
			}
			return list
		}
		for name, file := range map[string][]byte{
			"pcapng":              asPcapng(whole),
			"a byte a segment":    asPcap(anew(func([]packet) {})),
			"the last byte first": asPcap(anew(slices.Reverse[[]packet])),
			"every other byte too late": asPcapng(anew(func(list []packet) {
				for i := 1; i < len(list); i += 2 {
					list[i-1], list[i] = list[i], list[i-1]
				}
			})),
			"each packet twice": asPcap(slices.Concat(whole[:1], slices.Repeat(whole[1:2], 2), whole[2:])),
		} {
			cut := filepath.Join(t.TempDir(), "cut")
			if err := os.WriteFile(cut, file, 0o600); err != nil {
				t.Fatal(err)
			}
			if got := watch(t, cut).Text(); !bytes.Equal(got, want) {
				t.Errorf("%s, %s: the baseline is\n%s\nnot\n%s", path, name, got, want)
			}
		}
	}
}
