package inflate

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// samples are a few payloads with the text that they inflate to: stored, fixed and dynamic
// blocks, several in one message, one with BFINAL.
func samples() (payloads, texts [][]byte) {
	r := rand.New(rand.NewPCG(4, 4))
	add := func(payload, text []byte) {
		payloads, texts = append(payloads, payload), append(texts, text)
	}
	for _, level := range []int{-2, 0, 1, 6, 9} {
		text := makeText(r, 600)
		add(newDeflater(level).message(text), text)
		text = bytes.Repeat(makeText(r, 30), 20)
		add(newDeflater(level).finalMessage(text), text)
	}
	made := newDeflater(9)
	var payload, text []byte
	for range 4 {
		part := makeText(r, 200)
		payload = append(append(payload, made.message(part)...), tail...)
		text = append(text, part...)
	}
	add(payload[:len(payload)-len(tail)], text)
	return payloads, texts
}

func TestEveryPrefixGivesAPrefix(t *testing.T) {
	payloads, texts := samples()
	for i, src := range payloads {
		for n := range src {
			f := New()
			f.Begin()
			got, err := f.Write(nil, src[:n], 1<<20)
			if err != nil || !bytes.HasPrefix(texts[i], got) {
				t.Fatalf("sample %d, %d bytes of %d: %v, %d bytes", i, n, len(src), err, len(got))
			}
			f.End(nil, 1<<20)
		}
	}
}

func TestEveryCutGivesTheSame(t *testing.T) {
	payloads, texts := samples()
	for i, src := range payloads {
		for n := range len(src) + 1 {
			f := New()
			f.Begin()
			got, err := f.Write(nil, src[:n], 1<<20)
			if err != nil {
				t.Fatalf("sample %d, cut at %d: %v", i, n, err)
			}
			if got, err = f.Write(got, src[n:], 1<<20); err != nil {
				t.Fatalf("sample %d, cut at %d: %v", i, n, err)
			}
			if got, err = f.End(got, 1<<20); err != nil || !bytes.Equal(got, texts[i]) {
				t.Fatalf("sample %d, cut at %d: %v, %d bytes of %d", i, n, err, len(got), len(texts[i]))
			}
		}
	}
}

func TestAByteAtATimeGivesTheSame(t *testing.T) {
	payloads, texts := samples()
	for i, src := range payloads {
		if got, err := inPieces(New(), nil, src, 1, 1<<20); err != nil || !bytes.Equal(got, texts[i]) {
			t.Fatalf("sample %d: %v, %d bytes of %d", i, err, len(got), len(texts[i]))
		}
	}
}

// Every piece may be given another dst.
func TestPiecesToSeveralPlaces(t *testing.T) {
	payloads, texts := samples()
	for i, src := range payloads {
		f := New()
		f.Begin()
		var got []byte
		for len(src) > 0 {
			n := min(len(src), 5)
			part, err := f.Write([]byte("x"), src[:n], 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, part[1:]...)
			src = src[n:]
		}
		part, err := f.End(nil, 1<<20)
		if got = append(got, part...); err != nil || !bytes.Equal(got, texts[i]) {
			t.Fatalf("sample %d: %v, %d bytes of %d", i, err, len(got), len(texts[i]))
		}
	}
}

// A message that was begun and not ended may have said anything.
func TestAnUnendedMessageLosesTheHistory(t *testing.T) {
	f := New()
	f.Begin()
	f.Write(nil, []byte{0xf2, 0x48}, 100)
	f.Begin()
	if !f.Lost() {
		t.Error("history still known")
	}
}
