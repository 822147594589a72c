package wsparse

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// drawn reads a header as it is drawn in RFC 6455 §5.2: "1 000 0001 | 0 0000101".
func drawn(s string) []byte {
	s = strings.NewReplacer(" ", "", "|", "").Replace(s)
	var b []byte
	for ; len(s) >= 8; s = s[8:] {
		n, err := strconv.ParseUint(s[:8], 2, 8)
		if err != nil {
			panic(err)
		}
		b = append(b, byte(n))
	}
	if s != "" {
		panic("not whole bytes: " + s)
	}
	return b
}

func TestHeadersDrawnBitByBit(t *testing.T) {
	const (
		ones16 = "11111111 11111111"
		zero16 = "00000000 00000000"
		key    = "00010010 00110100 01010110 01111000"
	)
	for _, test := range []struct {
		//      FIN RSV opcode | MASK length | extended length | key
		bits string
		want Header
	}{
		{"1 000 0001 | 0 0000101", Header{Finished: true, Opcode: Text, LenPayloadPrimary: 5, LenPayload: 5}},
		{"0 000 0010 | 0 1111101", Header{Opcode: Binary, LenPayloadPrimary: 125, LenPayload: 125}},
		{"1 100 0001 | 0 0000000", Header{Finished: true, Reserved: 4, Opcode: Text}},
		{"1 010 0000 | 0 0000000", Header{Finished: true, Reserved: 2}},
		{"1 001 1000 | 0 0000010", Header{Finished: true, Reserved: 1, Opcode: Close, LenPayloadPrimary: 2, LenPayload: 2}},
		{"0 111 1111 | 0 0000000", Header{Reserved: 7, Opcode: ReservedControlF}},
		{"1 000 1001 | 1 0000000 | " + key, Header{Finished: true, Opcode: Ping, IsMasked: true, MaskKey: 0x12345678}},
		{"1 000 0010 | 0 1111110 | 00000001 00101100", Header{Finished: true, Opcode: Binary, LenPayloadPrimary: 126, LenPayloadExtended1: 300, LenPayload: 300}},
		{"1 000 0010 | 1 1111110 | " + ones16 + " | " + key,
			Header{Finished: true, Opcode: Binary, IsMasked: true, LenPayloadPrimary: 126, LenPayloadExtended1: 65535, LenPayload: 65535, MaskKey: 0x12345678}},
		{"1 000 0010 | 0 1111110 | " + zero16, Header{Finished: true, Opcode: Binary, LenPayloadPrimary: 126}},
		{"1 000 0010 | 0 1111111 | " + zero16 + zero16 + "00000000 00000001" + zero16,
			Header{Finished: true, Opcode: Binary, LenPayloadPrimary: 127, LenPayloadExtended2: 65536, LenPayload: 65536}},
		{"1 000 0010 | 1 1111111 | 10000000 00000000" + zero16 + zero16 + "00000000 00000010" + key,
			Header{Finished: true, Opcode: Binary, IsMasked: true, LenPayloadPrimary: 127, LenPayloadExtended2: 1<<63 + 2, LenPayload: 1<<63 + 2, MaskKey: 0x12345678}},
	} {
		b := drawn(test.bits)
		for i := range b {
			if h, n := ParseHeader(b[:i]); n != 0 || h != (Header{}) {
				t.Errorf("%s: %d bytes are enough: %+v", test.bits, i, h)
			}
		}
		h, n := ParseHeader(append(b, 0xff))
		if h != test.want || n != len(b) || h.Size() != n {
			t.Errorf("%s: %+v in %d bytes, want %+v", test.bits, h, n, test.want)
		}
		if got := AppendHeader(nil, h); !bytes.Equal(got, b) {
			t.Errorf("%s: written as % x", test.bits, got)
		}
	}
}

func TestSixteenOpcodes(t *testing.T) {
	names := strings.Fields(`continuation text binary reserved_3 reserved_4 reserved_5 reserved_6 reserved_7
		close ping pong reserved_control_b reserved_control_c reserved_control_d reserved_control_e reserved_control_f`)
	for i, name := range names {
		h, _ := ParseHeader([]byte{byte(i), 0})
		if h.Opcode.String() != name {
			t.Errorf("%d is %q, want %q", i, h.Opcode, name)
		}
		if control := i >= 8; h.Opcode.IsControl() != control {
			t.Errorf("%s: control %v", name, !control)
		}
		if reserved := strings.HasPrefix(name, "reserved"); h.Opcode.IsReserved() != reserved {
			t.Errorf("%s: reserved %v", name, !reserved)
		}
	}
}

func TestUnmaskAtEveryPositionAndLength(t *testing.T) {
	const key = 0xa1b2c3d4
	bytesOfKey := []byte{0xa1, 0xb2, 0xc3, 0xd4}
	src := make([]byte, 300)
	for i := range src {
		src[i] = byte(i * 7)
	}
	for pos := range 9 {
		for n := range len(src) {
			want := make([]byte, n)
			for i := range want {
				want[i] = src[i] ^ bytesOfKey[(pos+i)%4]
			}
			got := make([]byte, n+1)
			Unmask(got, src[:n], key, uint64(pos))
			if !bytes.Equal(got[:n], want) || got[n] != 0 {
				t.Fatalf("%d bytes at %d", n, pos)
			}
			Unmask(got, got[:n], key, uint64(pos))
			if !bytes.Equal(got[:n], src[:n]) {
				t.Fatalf("%d bytes at %d: not undone in place", n, pos)
			}
		}
	}
}

func TestMaskedASCIIStopsAtTheFirstOtherByte(t *testing.T) {
	const key = 0x81f3c024
	for n := range 100 {
		for at := range n + 1 {
			for pos := range uint64(4) {
				p := bytes.Repeat([]byte("a"), n)
				if at < n {
					p[at] = 0xc3
				}
				Unmask(p, p, key, pos)
				got := maskedASCII(p, key, pos)
				if got > at || at == n && got != n {
					t.Fatalf("%d of %d, the other byte at %d", got, n, at)
				}
			}
		}
	}
}

func ExampleAppendFrame() {
	b := AppendFrame(nil, Header{Finished: true, Opcode: Text, IsMasked: true, MaskKey: 0x37fa213d}, []byte("Hello"))
	fmt.Printf("% x\n", b)
	// Output: 81 85 37 fa 21 3d 7f 9f 4d 51 58
}
