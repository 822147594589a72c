package capture

import "bytes"

// others are the formats that are known and not read, by what they begin with, and what makes a capture of them.
var others = []struct{ begins, advice string }{
	{"PK\x03\x04", "a zip archive: unpack it"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it"},
	{"Rar!", "a RAR archive: unpack it"},
	{"RTSS", "a capture of Network Monitor 1: convert it with editcap -F pcap"},
	{"TRSNIFF data    \x1a", "a capture of a Sniffer: convert it with editcap -F pcap"},
	{"XCP\x00", "a capture of a NetXRay: convert it with editcap -F pcap"},
	{"+---------+---------------+----------+", "a capture of Tektronix K12 as text: convert it with editcap -F pcap"},
	{"\x00\x00\x02\x00\x12\x05\x00\x10", "a capture of Tektronix K12: convert it with editcap -F pcap"},
	{"\xaa\xaa\xaa\xaa", "a capture of Accellent 5Views: convert it with editcap -F pcap"},
	{"\x05VNF", "a capture of Visual Networks: convert it with editcap -F pcap"},
	{"ObserverPktBuffe", "a capture of Network Instruments Observer: convert it with editcap -F pcap"},
	{"TR\x00\x64\x00", "a trace of HP-UX's nettl: convert it with editcap -F pcap"},
	{"\x01\x10\x4c\x00\x01\x05", "a capture of Novell LANalyzer: convert it with editcap -F pcap"},
	{"{", "JSON: a capture is a binary file, such as tcpdump -w writes"},
	{"<?xml", "XML: a capture is a binary file, such as tcpdump -w writes"},
}

// otherFormat says what buf is, where it is a format that is known and not read; else it is empty.
func otherFormat(buf []byte) string {
	for _, o := range others {
		if bytes.HasPrefix(buf, []byte(o.begins)) {
			return o.advice
		}
	}
	return ""
}
