package tlsopen

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestLargeLogIsSearched holds that a log read by AddFile gives the secrets that one read by Add gives, wherever
// their lines stand, damaged ones and long ones between them, and more of them than Add keeps.
func TestLargeLogIsSearched(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	type want struct {
		l      label
		random [32]byte
		secret []byte
	}
	var wants []want
	var log bytes.Buffer
	small := NewKeys()
	log.WriteString("\xef\xbb\xbf")
	lines := 60_000
	for i := range lines {
		l := []label{masterSecret, clientTraffic, serverTraffic, clientHandshake}[r.IntN(4)]
		n := 32
		if l == masterSecret {
			n = 48
		}
		w := want{l, [32]byte(random(32)), random(n)}
		if i%7 == 0 && len(wants) > 0 { // once more of the same connection: the last line counts
			w.random = wants[len(wants)-1].random
		}
		line := fmt.Sprintf("%s %x %x\n", l, w.random, w.secret)
		switch i % 1000 {
		case 1:
			line = "# a comment\r\n" + line
		case 2:
			line = "CLIENT_RANDOM zz zz\n" + line
		case 3:
			line = string(bytes.Repeat([]byte("x"), 70_000)) + "\n" + line
		case 4:
			line = "RSA " + hex.EncodeToString(w.random[:8]) + " " + hex.EncodeToString(random(48)) + "\n" + line
		}
		log.WriteString(line)
		wants = append(wants, w)
	}
	k := NewKeys()
	secrets, bad, err := k.AddFile(bytes.NewReader(log.Bytes()), int64(log.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if s, b := small.Add(log.Bytes()); s != secrets || b != bad || b < 100 {
		t.Errorf("AddFile took %d secrets and %d bad lines, Add %d and %d", secrets, bad, s, b)
	}
	if len(k.randoms.of) > lines/2 {
		t.Errorf("%d client randoms are held", len(k.randoms.of))
	}
	fork := k.Fork(2)
	for _, w := range wants {
		if a, b := fork.secret(w.l, &w.random), small.secret(w.l, &w.random); !bytes.Equal(a, b) || a == nil {
			t.Fatalf("%s %x is %x, want %x", w.l, w.random, a, b)
		}
	}
	var other [32]byte
	if k.secret(clientTraffic, &other) != nil {
		t.Error("there is a secret for a random that no line names")
	}
}
