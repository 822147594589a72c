package tlsopen

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wscope/assembly"
)

// readTalk reads a conversation that testdata/record.py wrote; see there.
func readTalk(t testing.TB, path string) *conversation {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := &conversation{name: strings.TrimSuffix(filepath.Base(path), ".talk")}
	for line := range strings.Lines(string(text)) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if kind == "K" {
			c.keys += rest + "\n"
			continue
		}
		b, err := hex.DecodeString(rest)
		switch {
		case kind == "#":
		case err != nil:
			t.Fatal(path, err)
		case kind == "a":
			c.plain[0] = string(b)
		case kind == "b":
			c.plain[1] = string(b)
		case kind == "A":
			c.sent = append(c.sent, sent{assembly.A, b})
		case kind == "B":
			c.sent = append(c.sent, sent{assembly.B, b})
		}
	}
	return c
}

// golden are the conversations of testdata.
func golden(t testing.TB) (all []*conversation) {
	paths, err := filepath.Glob("testdata/*.talk")
	if err != nil || len(paths) < 15 {
		t.Fatal("testdata:", len(paths), err)
	}
	for _, p := range paths {
		all = append(all, readTalk(t, p))
	}
	return all
}

// What OpenSSL's peers said to each other is opened, in one piece and byte by byte.
func TestOpenSSLConversations(t *testing.T) {
	for _, c := range golden(t) {
		t.Run(c.name, func(t *testing.T) {
			for _, step := range []int{1 << 20, 1, 3, 500} {
				o := open(keysOf(c.keys), step == 3)
				for _, s := range c.sent {
					for b := s.b; len(b) > 0; {
						n := min(step, len(b))
						o.data(s.side, b[:n])
						b = b[n:]
					}
				}
				o.end()
				o.whole(t, c)
				if o.info.SNI != "chat.example.com" || o.info.Finished <= o.info.Hello {
					t.Errorf("info %+v", *o.info)
				}
			}
		})
	}
}
