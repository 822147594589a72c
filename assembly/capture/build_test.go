package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"wscope/assembly/packet"
)

// order is a byte order to write in.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

var (
	little order = binary.LittleEndian
	big    order = binary.BigEndian
)

// packet is what a test expects of a Packet.
type testPacket struct {
	time   int64
	data   string
	length int
	link   packet.LinkType
}

// words appends 32-bit numbers.
func words(o order, buf []byte, w ...uint32) []byte {
	for _, v := range w {
		buf = o.AppendUint32(buf, v)
	}
	return buf
}

// pcapHead is a pcap file header, version 2.4, with the given magic, snaplen and link field.
func pcapHead(o order, magic, snaplen, link uint32) []byte {
	buf := o.AppendUint32(nil, magic)
	buf = o.AppendUint16(buf, 2)
	buf = o.AppendUint16(buf, 4)
	return words(o, buf, 0, 0, snaplen, link)
}

// pcapFile is a whole pcap file.
func pcapFile(o order, magic uint32, list []testPacket) []byte {
	buf := pcapHead(o, magic, 65535, uint32(list[0].link))
	unit := int64(1000)
	if magic == magicNano {
		unit = 1
	}
	for _, p := range list {
		buf = words(o, buf, uint32(p.time/1e9), uint32(p.time%1e9/unit), uint32(len(p.data)), uint32(p.length))
		if magic == magicModified {
			buf = append(buf, make([]byte, 8)...)
		}
		buf = append(buf, p.data...)
	}
	return buf
}

// block is a pcapng block.
func block(o order, kind uint32, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	n := uint32(len(body) + 12)
	buf := words(o, nil, kind, n)
	return words(o, append(buf, body...), n)
}

// section is a section header block.
func section(o order) []byte {
	return sectionVersion(o, 1, 0)
}

func sectionVersion(o order, major, minor uint16) []byte {
	buf := words(o, nil, byteOrderMagic)
	buf = o.AppendUint16(buf, major)
	buf = o.AppendUint16(buf, minor)
	return block(o, blockSection, words(o, buf, 0xffffffff, 0xffffffff))
}

// option is one option of a block.
func option(o order, code uint16, value ...byte) []byte {
	buf := o.AppendUint16(nil, code)
	buf = o.AppendUint16(buf, uint16(len(value)))
	buf = append(buf, value...)
	for len(buf)%4 != 0 {
		buf = append(buf, 0)
	}
	return buf
}

// describe is an interface description block.
func describe(o order, link packet.LinkType, snaplen uint32, options ...[]byte) []byte {
	buf := o.AppendUint16(nil, uint16(link))
	buf = o.AppendUint16(buf, 0)
	buf = o.AppendUint32(buf, snaplen)
	return block(o, blockInterface, append(buf, bytes.Join(options, nil)...))
}

// enhanced is an enhanced packet block.
func enhanced(o order, iface uint32, ticks uint64, data string, length int) []byte {
	buf := words(o, nil, iface, uint32(ticks>>32), uint32(ticks), uint32(len(data)), uint32(length))
	return block(o, blockEnhanced, append(buf, data...))
}

// secretsBlock is a decryption secrets block.
func secretsBlock(o order, data string) []byte {
	return block(o, blockSecrets, append(words(o, nil, 0x544c534b, uint32(len(data))), data...))
}

// pcapngFile is a whole pcapng file whose interfaces have nanoseconds.
func pcapngFile(o order, list []testPacket) []byte {
	buf := section(o)
	ifaces := map[packet.LinkType]uint32{}
	for _, p := range list {
		id, ok := ifaces[p.link]
		if !ok {
			id = uint32(len(ifaces))
			ifaces[p.link] = id
			buf = append(buf, describe(o, p.link, 0, option(o, 9, 9), option(o, 0))...)
		}
		buf = append(buf, enhanced(o, id, uint64(p.time), p.data, p.length)...)
	}
	return buf
}

// some are a few packets of all the lengths that padding tells apart, one of them cut.
func some() []testPacket {
	var list []testPacket
	for i := range 40 {
		p := testPacket{1_700_000_000_000_000_000 + int64(i)*1_234_567_000, string(bytes.Repeat([]byte{byte(i + 1)}, i)), i, 1}
		if i == 30 {
			p.length = 1500
		}
		list = append(list, p)
	}
	return list
}

// testBatch is used by all tests in turn, for its buffer.
var testBatch packet.Batch

// readAll reads a source to its end and checks what holds of every batch.
func readAll(t testing.TB, s packet.Source) (list []testPacket, secrets []packet.Secrets) {
	t.Helper()
	b := &testBatch
	for index := int64(0); ; {
		err := s.Read(b)
		if err != nil && len(b.Packets) > 0 {
			t.Fatalf("packets together with %v", err)
		}
		if err == nil && (len(b.Packets) == 0 || len(b.Packets) > packet.MaxBatch) {
			t.Fatalf("a batch of %d packets", len(b.Packets))
		}
		for i := range b.Packets {
			p := &b.Packets[i]
			if p.Index != index {
				t.Fatalf("packet %d has index %d", index, p.Index)
			}
			if p.Length < len(p.Data) {
				t.Fatalf("packet %d is shorter than what was captured of it", index)
			}
			index++
			list = append(list, testPacket{p.Time, string(p.Data), p.Length, p.Link})
		}
		for _, sec := range b.Secrets {
			if sec.Before < 0 || sec.Before > len(b.Packets) {
				t.Fatalf("secrets before %d of %d packets", sec.Before, len(b.Packets))
			}
			sec.Before += int(index) - len(b.Packets)
			secrets = append(secrets, sec)
		}
		if err == io.EOF {
			return list, secrets
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// readBytes reads data as standard input.
func readBytes(t testing.TB, data []byte) ([]testPacket, []packet.Secrets, []packet.Problem) {
	t.Helper()
	return readStdin(t, bytes.NewReader(data))
}

func readStdin(t testing.TB, r io.Reader) ([]testPacket, []packet.Secrets, []packet.Problem) {
	t.Helper()
	s, err := Open([]string{"-"}, Options{Stdin: r})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	list, secrets := readAll(t, s)
	return list, secrets, s.Problems()
}

// oneByte gives data a byte at a time, as a slow pipe does.
func oneByte(data []byte) io.Reader { return iotest.OneByteReader(bytes.NewReader(data)) }

// write puts data in a file of a folder of the test's own.
func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readPaths reads files as one.
func readPaths(t testing.TB, paths ...string) ([]testPacket, []packet.Problem) {
	t.Helper()
	s, err := Open(paths, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	list, _ := readAll(t, s)
	return list, s.Problems()
}
