package capture

import (
	"slices"
	"strings"
	"testing"

	"wscope/assembly/packet"
)

// cat joins parts of a file.
func cat(parts ...[]byte) []byte {
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// rec is a pcap record: seconds, fraction, captured and original length, then data.
func rec(o order, sec, frac, caplen, length uint32, data string) []byte {
	return append(words(o, nil, sec, frac, caplen, length), data...)
}

// oddities is a table of files that are unusual or broken.
type oddities []struct {
	name string
	file []byte
	want []testPacket
	told []string // what problems say, in order
}

func (list oddities) run(t *testing.T) {
	for _, c := range list {
		for _, slow := range []bool{false, true} {
			var got []testPacket
			var probs []packet.Problem
			if slow {
				got, _, probs = readStdin(t, oneByte(c.file))
			} else {
				got, _, probs = readBytes(t, c.file)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s (byte by byte: %v):\n got %+v\nwant %+v", c.name, slow, got, c.want)
			}
			ok := len(probs) == len(c.told)
			for i := 0; ok && i < len(probs); i++ {
				ok = strings.Contains(probs[i].String(), c.told[i])
			}
			if !ok {
				t.Errorf("%s (byte by byte: %v): told %q, not %q", c.name, slow, probs, c.told)
			}
		}
	}
}

func TestPcap(t *testing.T) {
	head := pcapHead(little, magicMicro, 65535, 1)
	one := rec(little, 1, 2, 3, 3, "abc")
	pkt := testPacket{1e9 + 2000, "abc", 3, 1}
	old := slices.Clone(head)
	old[6] = 3 // version 2.3
	alien := slices.Clone(head)
	alien[4] = 7
	long := strings.Repeat("x", 100_000)
	oddities{
		{"no bytes at all", nil, nil, []string{"-: byte 0: not a capture: empty"}},
		{"three bytes", head[:3], nil, []string{"not a capture: begins with"}},
		{"half a header", head[:13], nil, []string{"cut in the middle of the file header"}},
		{"a header and no packet", head, nil, nil},
		{"something else", []byte("GET / HTTP/1.1\r\n\x1b[31m"), nil, []string{`not a capture: begins with "GET / HT"`}},
		{"something that drives terminals", []byte("\x1b[31mred and more of it"), nil, []string{`begins with "\x1b[31mred"`}},
		{"an empty packet", cat(head, rec(little, 1, 2, 0, 60, ""), one), []testPacket{{1e9 + 2000, "", 60, 1}, pkt}, nil},
		{"snaplen cut", cat(head, rec(little, 1, 2, 3, 1500, "abc")), []testPacket{{1e9 + 2000, "abc", 1500, 1}}, nil},
		{"captured more than was on the wire", cat(head, rec(little, 1, 2, 3, 1, "abc")), []testPacket{pkt}, nil},
		{"a snaplen that lies", cat(pcapHead(little, magicMicro, 2, 1), one), []testPacket{pkt}, nil},
		{"a snaplen of 0", cat(pcapHead(little, magicMicro, 0, 1), one), []testPacket{pkt}, nil},
		{"a long packet", cat(head, rec(little, 1, 2, uint32(len(long)), uint32(len(long)), long)), []testPacket{{1e9 + 2000, long, len(long), 1}}, nil},
		{"the FCS's length above the link type", cat(pcapHead(little, magicMicro, 65535, 0x24000001), one), []testPacket{pkt}, nil},
		{"a link type of 16 bits", cat(pcapHead(big, magicMicro, 65535, 276), rec(big, 1, 2, 3, 3, "abc")), []testPacket{{1e9 + 2000, "abc", 3, 276}}, nil},
		{"version 2.3 with its lengths swapped", cat(old, rec(little, 1, 2, 60, 3, "abc"), one), []testPacket{{1e9 + 2000, "abc", 60, 1}, pkt}, nil},
		{"a version that is not known", cat(alien, one), []testPacket{pkt}, []string{"byte 4: pcap version 7.4 is not known"}},
		{"a fraction of more than a second", cat(head, rec(little, 1, 2_000_000, 3, 3, "abc")), []testPacket{{3e9, "abc", 3, 1}}, nil},
		{"the last second", cat(head, rec(little, 0xffffffff, 0xffffffff, 3, 3, "abc")), []testPacket{{4294967295e9 + 4294967295e3, "abc", 3, 1}}, nil},
		{"cut in a record header", cat(head, one, one[:7]), []testPacket{pkt}, []string{"-: byte 43: cut in the middle of a packet record's header, 7 of 16 bytes"}},
		{"cut in a packet", cat(head, one, one[:18]), []testPacket{pkt}, []string{"-: byte 43: cut in the middle of a packet, 2 of 3 bytes"}},
		{"an absurd length, then good packets", cat(head, one, rec(little, 1, 2, 0x80000003, 3, "abc"), one, one, one), []testPacket{pkt, pkt, pkt, pkt}, []string{"byte 43: damaged packet record: it claims 2147483651 captured bytes"}},
		{"garbage after the end", cat(head, one, []byte(strings.Repeat("\xffgarbage", 20))), []testPacket{pkt}, []string{"byte 43: damaged packet record"}},
		{"garbage between packets", cat(head, one, []byte(strings.Repeat("\xff", 77)), one, one), []testPacket{pkt, pkt, pkt}, []string{"byte 43: damaged packet record"}},
	}.run(t)
}

// TestProblemsEnd holds that a file of nothing but damage is not told piece by piece.
func TestProblemsEnd(t *testing.T) {
	file := pcapHead(little, magicMicro, 65535, 1)
	for range 3 * maxProblems {
		file = cat(file, rec(little, 1, 2, 3, 3, "abc"), rec(little, 1, 2, 3, 3, "abc"), rec(little, 0, 0, 0xfffffff0, 0, ""))
	}
	list, _, probs := readBytes(t, file)
	if len(list) < 5*maxProblems || len(probs) != maxProblems {
		t.Errorf("%d packets, %d problems", len(list), len(probs))
	}
}
