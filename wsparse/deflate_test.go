package wsparse

import (
	"bytes"
	"compress/flate"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wscope/wsparse/rule"
)

// deflater compresses messages as permessage-deflate asks.
type deflater struct {
	buf      bytes.Buffer
	w        *flate.Writer
	takeover bool
}

func newDeflater(takeover bool) *deflater {
	d := &deflater{takeover: takeover}
	d.w, _ = flate.NewWriter(&d.buf, 6)
	return d
}

func (d *deflater) message(s string) []byte {
	d.buf.Reset()
	if !d.takeover {
		d.w.Reset(&d.buf)
	}
	d.w.Write([]byte(s))
	d.w.Flush()
	return bytes.Clone(bytes.TrimSuffix(d.buf.Bytes(), []byte("\x00\x00\xff\xff")))
}

// compressed is a message in one frame with RSV1.
func compressed(op Opcode, payload []byte) []byte {
	return AppendFrame(nil, Header{Finished: true, Reserved: 4, Opcode: op, IsMasked: true, MaskKey: uint32(len(payload)) * 0x9e3779b1}, payload)
}

var bothDeflate = &DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}

// chat is compressed messages of a client, each of which refers to those before: whole,
// in fragments with a Ping between, empty, uncompressed, and binary.
func chat() (data []byte, texts []string) {
	d := newDeflater(true)
	say := func(s string) []byte {
		texts = append(texts, s)
		return d.message(s)
	}
	data = append(data, compressed(Text, say("hello, how is it going? grüße"))...)
	data = append(data, compressed(Text, say("hello, how is it going? fine"))...)
	p := say("hello, how is it going? " + strings.Repeat("and so on, ", 100))
	data = AppendFrame(data, Header{Reserved: 4, Opcode: Text, IsMasked: true, MaskKey: 0x12345678}, p[:5])
	data = append(data, frame(Ping, true, 0xa1b2c3d4, "x")...)
	data = AppendFrame(data, Header{IsMasked: true, MaskKey: 0x3c4d5e6f}, p[5:9])
	data = AppendFrame(data, Header{Finished: true, IsMasked: true, MaskKey: 0x77e6d5c4}, p[9:])
	data = append(data, compressed(Text, say(""))...)
	data = append(data, frame(Text, true, 0x0badcafe, "this one is not compressed")...)
	data = append(data, compressed(Binary, say(strings.Repeat("\xfe\xed", 50)))...)
	return data, texts
}

func TestCompressedMessagesAreInflatedHoweverCut(t *testing.T) {
	data, texts := chat()
	cfg := StreamConfig{From: FromClient, Deflate: bothDeflate, Frames: true, Collect: true}
	want := drain(cfg, data)
	for _, s := range texts {
		if !strings.Contains(want, fmt.Sprintf("data %q", s)) {
			t.Errorf("%q is missing in\n%s", s, want)
		}
	}
	if strings.Contains(want, "Inflated:false ValidUTF8:false") != true || strings.Count(want, "Inflated:true") != len(texts) {
		t.Errorf("want %d inflated:\n%s", len(texts), want)
	}
	for i := range data {
		if got := drain(cfg, data, i); got != want {
			t.Fatalf("cut at %d:\n%s\nwhole:\n%s", i, got, want)
		}
	}
	cfg.Collect, cfg.Frames = false, false
	want = drain(cfg, data)
	if got := drain(cfg, data, slices.Collect(func(yield func(int) bool) {
		for i := range data {
			if !yield(i) {
				return
			}
		}
	})...); got != want {
		t.Fatalf("a byte at a time:\n%s\nwhole:\n%s", got, want)
	}
}

func TestHistoryThatWasLostIsPickedUpWherePossible(t *testing.T) {
	d := newDeflater(true)
	first := compressed(Text, d.message("the quick brown fox jumps over the lazy dog"))
	second := compressed(Text, d.message("the quick brown fox jumps over the lazy cat"))
	d.w.Reset(&d.buf) // the sender may begin anew at any time
	third := compressed(Text, d.message("a bird in the hand is worth two in the bush"))
	fourth := compressed(Text, d.message("a bird in the bush"))

	s := NewStream(StreamConfig{From: FromClient, Deflate: bothDeflate, Collect: true})
	var w strings.Builder
	s.Feed(first[:len(first)-10])
	s.Gap(10)
	s.Feed(slices.Concat(second, third, fourth))
	record(&w, s)
	got := w.String()
	var data []string
	for _, line := range strings.Split(got, "\n") {
		if strings.HasPrefix(line, "message") {
			data = append(data, fmt.Sprint(strings.Contains(line, "Complete:true Inflated:true ValidUTF8:true")))
		} else if line != "" {
			t.Errorf("finding: %s", line)
		}
	}
	if want := []string{"false", "false", "true", "true"}; !slices.Equal(data, want) {
		t.Errorf("complete: %v, want %v\n%s", data, want, got)
	}
	if bytes, messages := s.Lost(); bytes != 10 || messages != 2 {
		t.Errorf("lost %d bytes, %d messages", bytes, messages)
	}
}

func TestBombCostsTheLimitAndTheNextMessageDecodes(t *testing.T) {
	d := newDeflater(true)
	bomb := compressed(Text, d.message(strings.Repeat("boom", 5_000_000)))
	after := compressed(Text, d.message("boom and over"))
	for _, collect := range []bool{false, true} {
		s := NewStream(StreamConfig{From: FromClient, Deflate: bothDeflate, Collect: collect, MaxMessage: 100_000})
		s.Feed(slices.Concat(bomb, after))
		var ev Event
		if !s.Next(&ev) || ev.Kind != Violation || ev.Finding.Rule != rule.InflatesOver || ev.Finding.Offset != 0 {
			t.Fatalf("collect %v: %+v", collect, ev)
		}
		if !s.Next(&ev) || ev.Kind != MessageDone || ev.Message.Complete || ev.Message.Length != 20_000_000 || collect && len(ev.Message.Data) != 100_000 {
			t.Fatalf("collect %v: %+v", collect, ev.Message)
		}
		if !s.Next(&ev) || !ev.Message.Complete || collect && string(ev.Message.Data) != "boom and over" {
			t.Fatalf("collect %v: %+v", collect, ev.Message)
		}
	}
}
