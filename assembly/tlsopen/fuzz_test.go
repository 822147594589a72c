package tlsopen

import (
	"testing"

	"wscope/assembly"
)

// steps feeds a fuzzer's bytes: each step is a head byte and what it says. Its top bit is
// the side; 0x40 makes it a gap; the rest is a length, times 8 for data.
func steps(o *tapOpen, script []byte) {
	for len(script) > 0 && !o.tcp.Ignored {
		head := script[0]
		script = script[1:]
		side := assembly.Side(head >> 7)
		n := int(head & 0x3F)
		if head&0x40 != 0 {
			o.gap(side, int64(n)-1)
			continue
		}
		n = min(8*n+1, len(script))
		o.data(side, script[:n])
		script = script[n:]
	}
}

// Whatever the bytes: no panic, an End a side, and nothing shown that a side did not say
// under the keys (the seeds' conversations have real ones).
func FuzzRecords(f *testing.F) {
	all := golden(f)
	for i := range all {
		var script []byte
		for _, s := range all[i].sent {
			for b := s.b; len(b) > 0; {
				n := min(8*0x3F+1, len(b))
				n -= (n - 1) % 8
				script = append(append(script, byte(s.side)<<7|byte(n/8)), b[:n]...)
				b = b[n:]
			}
		}
		f.Add(uint8(i), script)
	}
	f.Fuzz(func(t *testing.T, which uint8, script []byte) {
		c := all[int(which)%len(all)]
		keys := NewKeys()
		if which < 128 {
			keys.Add([]byte(c.keys))
		}
		o := open(keys, which%2 == 0)
		steps(o, script)
		o.end()
		if o.failed != "" {
			t.Fatal(o.failed)
		}
		ends := 0
		for _, e := range o.events {
			if e == "end 0" || e == "end 1" {
				ends++
			}
		}
		if ends != 2 || keys.held.Load() != 0 {
			t.Fatalf("%d ends, %d bytes held", ends, keys.held.Load())
		}
		for s := range o.plain {
			shown := 0
			for _, m := range o.marks[s] {
				if m >= 0 {
					shown++
				}
			}
			if shown > len(script) {
				t.Fatalf("%d bytes shown of %d", shown, len(script))
			}
		}
	})
}

func FuzzHellos(f *testing.F) {
	for _, c := range golden(f) {
		for _, s := range c.sent[:2] {
			if len(s.b) > 9 {
				f.Add(s.b[9:])
				f.Add(s.b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, ok := parseClientHello(b); ok && (len(h.alpn) > maxOffered || len(h.session) > 32) {
			t.Fatal("over the limits")
		}
		parseServerHello(b)
		parseEncryptedExtensions(b)
		s := NewSessions[int](NewKeys())
		s.Segment(1, -1, b)
		s.Segment(-1, 1, b)
	})
}

func FuzzKeyLog(f *testing.F) {
	for _, c := range golden(f) {
		f.Add([]byte(c.keys))
	}
	f.Add([]byte("RSA Session-ID:00 Master-Key:\r\nCLIENT_RANDOM  \n#\n\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		k := NewKeys()
		secrets, bad := k.Add(text)
		if secrets > 0 && k.Version() == 0 || secrets < 0 || bad < 0 {
			t.Fatal(secrets, bad)
		}
		if again, _ := k.Add(text); again != secrets {
			t.Fatal("the same text gives another count")
		}
	})
}
