package tlsopen

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"testing"

	"wscope/assembly"
	"wscope/assembly/capture"
	"wscope/assembly/link"
	"wscope/assembly/packet"
)

// Captures of other projects that hold their keys: what is opened is what tshark 4.0.17 opens
// (tshark -o tcp.reassemble_out_of_order:TRUE -q -z follow,tls,raw,0).
func TestCorpus(t *testing.T) {
	dir := os.Getenv("WSCOPE_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpus"
	}
	if _, err := os.Stat(filepath.Join(dir, "truth.json")); err != nil {
		t.Skip("no corpus: set WSCOPE_CORPUS to its folder")
	}
	for _, c := range []struct {
		file  string
		bytes [2]int
		sum   [2]string // beginnings of SHA-256
	}{
		{"mikekap_pcap2har/http2-dump.pcap", [2]int{1212, 65187}, [2]string{"cda056a7fd8ad3d1", "9ceca79efc334bfb"}},
		{"gopacket_gopacket/test301.pcapng", [2]int{207, 857814}, [2]string{"4276b74ee3442ca2", "bbbd58f82b775ba2"}},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			keys := NewKeys()
			source, err := capture.Open([]string{filepath.Join(dir, c.file)}, capture.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			inner, at := &heard{}, packet.Mark{}
			var info *Info
			a := assembly.Assembler{New: func(conn *assembly.Conn) (h assembly.Handler) {
				h, info = New(conn, assembly.A, inner, Options{Keys: keys})
				return h
			}}
			var d link.Decoder
			var s link.Segment
			var b packet.Batch
			for err == nil {
				err = source.Read(&b)
				for _, secrets := range b.Secrets {
					keys.Add(secrets.Data)
				}
				for i := range b.Packets {
					at = b.Packets[i].Mark
					if d.Decode(&b.Packets[i], &s) {
						a.Segment(&s)
					}
				}
			}
			if err != io.EOF {
				t.Fatal(err)
			}
			a.Finish(&at)
			for side, plain := range inner.plain {
				sum := sha256.Sum256(plain)
				if len(plain) != c.bytes[side] || hex.EncodeToString(sum[:8]) != c.sum[side] {
					t.Errorf("side %d: %d bytes, SHA-256 %x…, want %d, %s…", side, len(plain), sum[:8], c.bytes[side], c.sum[side])
				}
			}
			if t.Failed() {
				t.Logf("%v %+v", inner.events, *info)
			}
		})
	}
}
