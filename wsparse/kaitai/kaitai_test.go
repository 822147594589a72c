// Package kaitai holds the comparison of wsparse with a parser that Kaitai Struct makes of
// the same grammar; see README.md.
package kaitai

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wscope/wsparse"
)

// frame is a frame with the specification's names. Payload is as sent, in base64: the
// grammar does not unmask.
type frame struct {
	Finished            bool    `json:"finished"`
	Reserved            uint8   `json:"reserved"`
	Opcode              string  `json:"opcode"`
	IsMasked            bool    `json:"is_masked"`
	LenPayloadPrimary   uint8   `json:"len_payload_primary"`
	LenPayloadExtended1 *uint16 `json:"len_payload_extended_1"`
	LenPayloadExtended2 *uint64 `json:"len_payload_extended_2"`
	MaskKey             *uint32 `json:"mask_key"`
	LenPayload          uint64  `json:"len_payload"`
	Payload             string  `json:"payload"`
}

// parsed is a message as the Kaitai parser read it.
type parsed struct {
	Frames []frame `json:"frames"`
	Rest   int     `json:"rest"` // bytes behind it
	Error  string  `json:"error"`
}

// ours is what wsparse reads.
func ours(t *testing.T, b []byte) parsed {
	m, rest, err := wsparse.ParseMessage(b)
	if err != nil {
		t.Fatalf("% x: %v", b[:min(len(b), 40)], err)
	}
	p := parsed{Rest: len(rest)}
	for _, f := range append([]wsparse.Frame{m.InitialFrame}, m.TrailingFrames...) {
		p.Frames = append(p.Frames, convert(f))
	}
	return p
}

func convert(f wsparse.Frame) frame {
	out := frame{Finished: f.Finished, Reserved: f.Reserved, Opcode: f.Opcode.String(), IsMasked: f.IsMasked,
		LenPayloadPrimary: f.LenPayloadPrimary, LenPayload: f.LenPayload}
	switch f.LenPayloadPrimary {
	case 126:
		out.LenPayloadExtended1 = &f.LenPayloadExtended1
	case 127:
		out.LenPayloadExtended2 = &f.LenPayloadExtended2
	}
	sent := slices.Clone(f.Payload)
	if f.IsMasked {
		out.MaskKey = &f.MaskKey
		wsparse.Unmask(sent, sent, f.MaskKey, 0) // masks it again
	}
	out.Payload = base64.StdEncoding.EncodeToString(sent)
	return out
}

// theirs runs the Kaitai parser over messages.
func theirs(t *testing.T, messages [][]byte) []parsed {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat("node_modules/kaitai-struct-compiler"); err != nil {
		t.Skip("the Kaitai compiler is not installed: run npm ci in wsparse/kaitai")
	}
	var in bytes.Buffer
	for _, m := range messages {
		binary.Write(&in, binary.BigEndian, uint32(len(m)))
		in.Write(m)
	}
	cmd := exec.Command(node, "parse.js")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []parsed
	lines := bufio.NewReader(bytes.NewReader(out))
	for range messages {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			t.Fatal(err)
		}
		var p parsed
		if err := json.Unmarshal(line, &p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// message is a random one that both grammars know.
func message(r *rand.Rand) []byte {
	masked := r.IntN(2) == 0
	var b []byte
	h := wsparse.Header{Opcode: wsparse.Opcode(r.IntN(16)), Reserved: uint8(r.IntN(8)), Finished: true}
	if !h.Opcode.IsControl() {
		h.Finished = r.IntN(3) > 0
	}
	for {
		if masked {
			h.IsMasked, h.MaskKey = true, r.Uint32()
		}
		payload := make([]byte, []int{r.IntN(126), r.IntN(126), 125, 126, 127, r.IntN(3000), 65535}[r.IntN(7)])
		for i := range payload {
			payload[i] = byte(r.Uint32())
		}
		b = wsparse.AppendFrame(b, h, payload)
		if h.Finished {
			return b
		}
		h = wsparse.Header{Finished: r.IntN(3) == 0}
	}
}

func TestThousandMessagesAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var messages [][]byte
	for range 1000 {
		messages = append(messages, message(r))
	}
	frames := 0
	for i, got := range theirs(t, messages) {
		want := ours(t, messages[i])
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("message %d: % x…\nkaitai %+v\nours   %+v", i, messages[i][:min(len(messages[i]), 40)], got, want)
		}
		frames += len(got.Frames)
	}
	t.Logf("%d frames agree", frames)
}

// TestKnownDifferences holds README.md's list: each is still one.
func TestKnownDifferences(t *testing.T) {
	final := wsparse.Header{Finished: true, Opcode: wsparse.Binary}
	long := wsparse.AppendFrame(nil, final, make([]byte, 65536))
	inside := []byte("\x01\x03Hel\x89\x01!\x80\x02lo")
	control := []byte("\x09\x01a\x81\x01b")
	masked := wsparse.AppendFrame(nil, wsparse.Header{Finished: true, Opcode: wsparse.Text, IsMasked: true, MaskKey: 0x01020304}, []byte("Hello"))
	got := theirs(t, [][]byte{long, inside, control, masked})

	if p := got[0]; p.Error == "" && p.Frames[0].LenPayload != 0 {
		t.Errorf("64-bit length: %+v", p.Frames[0])
	}
	if p := got[1]; len(p.Frames) != 2 || p.Rest != 4 {
		t.Errorf("a ping between fragments: %+v", p)
	}
	if p := ours(t, inside); len(p.Frames) != 2 || p.Rest != 0 {
		t.Errorf("a ping between fragments, ours: %+v", p)
	}
	if p := got[2]; len(p.Frames) != 2 {
		t.Errorf("a control frame without FIN: %+v", p)
	}
	if p := ours(t, control); len(p.Frames) != 1 || p.Rest != 3 {
		t.Errorf("a control frame without FIN, ours: %+v", p)
	}
	payload, _ := base64.StdEncoding.DecodeString(got[3].Frames[0].Payload)
	if strings.Contains(string(payload), "Hello") {
		t.Errorf("a masked payload came unmasked: %q", payload)
	}
}
