package capture

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"wscope/assembly/packet"
)

// corpusPath is where the folder of captures with tshark's truth would be.
func corpusPath() string {
	if dir := os.Getenv("WSCOPE_CORPUS"); dir != "" {
		return dir
	}
	return "../../../shared/corpus"
}

// corpusDir is that folder, or skips the test.
func corpusDir(t *testing.T) string {
	dir := corpusPath()
	if _, err := os.Stat(filepath.Join(dir, "truth.json")); err != nil {
		t.Skip("no corpus: set WSCOPE_CORPUS to its folder")
	}
	return dir
}

// tsharkDiffers are the captures whose packets we count otherwise than tshark 4.0.17, and why.
var tsharkDiffers = map[string]struct {
	packets int
	why     string
}{
	"OISF_suricata-verify/bug-6875-01__fuzz.pcap":                                 {1, "tshark takes damage for a second record"},
	"OISF_suricata-verify/smtp-to-comma__10.7.29.101_49898-178.63.41.150_25.pcap": {199, "tshark stops at a damaged record; 181 good ones follow it"},
	"gopacket_gopacket/be-test901.pcapng":                                         {2, "tshark stops at a section of version 2.0; another of 1.0 follows it"},
	"hadrielk_pcapng-test-generator/output_be-advanced-test102.pcapng":            {5, "tshark counts custom blocks as packets"},
	"hadrielk_pcapng-test-generator/output_be-basic-test018.pcapng":               {4, "tshark counts custom blocks as packets"},
	"hadrielk_pcapng-test-generator/output_le-advanced-test102.pcapng":            {5, "tshark counts custom blocks as packets"},
	"hadrielk_pcapng-test-generator/output_le-basic-test018.pcapng":               {4, "tshark counts custom blocks as packets"},
}

// TestCorpus compares packet counts and link types with tshark's.
func TestCorpus(t *testing.T) {
	dir := corpusDir(t)
	raw, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth struct {
		Captures []struct {
			File    string
			Packets int   `json:"tshark_packets"`
			Own     int   `json:"records_by_own_parser"`
			Links   []int `json:"linktypes"`
		}
	}
	if err := json.Unmarshal(raw, &truth); err != nil {
		t.Fatal(err)
	}
	for _, c := range truth.Captures {
		s, err := Open([]string{filepath.Join(dir, c.File)}, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.File, err)
			continue
		}
		var b packet.Batch
		n := 0
		links := map[packet.LinkType]bool{}
		for {
			err := s.Read(&b)
			n += len(b.Packets)
			for i := range b.Packets {
				links[b.Packets[i].Link] = true
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if d, ok := tsharkDiffers[c.File]; ok {
			c.Packets = d.packets
		}
		if n != c.Packets {
			t.Errorf("%s: %d packets, tshark has %d (another parser %d); %v", c.File, n, c.Packets, c.Own, s.Problems())
		}
		for l := range links {
			known := false
			for _, want := range c.Links {
				known = known || int(l) == want
			}
			if !known {
				t.Errorf("%s: link type %d, not one of %v", c.File, l, c.Links)
			}
		}
		s.Close()
	}
}
