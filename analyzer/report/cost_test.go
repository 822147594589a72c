package report

import (
	"math"
	"strconv"
	"testing"

	"wscope/analyzer/record"
)

// TestRecordsAreWrittenWithoutAllocating holds every renderer of the hot path to it, for
// records with all that they may hold.
func TestRecordsAreWrittenWithoutAllocating(t *testing.T) {
	code, short, key := 1000, uint16(300), uint32(7)
	text := []byte("say \"hi\", \\ é \u2028 \n and more of it")
	m := &record.Message{
		Message: 3, From: "client", Type: "text", Time: 1700000000e9 + 5, End: 1700000001e9, Packet: 123456, File: "a,b.pcap",
		Frames: 2, PayloadBytes: 40, Length: 40, IsText: true, Data: text, Code: &code, Reason: "=bye", Complete: true,
		App: &record.App{Protocol: "json", Kind: "type", Name: "hi", Gist: `{"a":1}`},
	}
	f := &record.Frame{
		Frame: 3, From: "server", Time: 1700000000e9, Packet: 9, Offset: 10, Opcode: "text", IsMasked: true,
		LenPayloadPrimary: 126, LenPayloadExtended1: &short, MaskKey: &key, LenPayload: 300, Payload: text, IsText: true,
	}
	binary := *m
	binary.IsText, binary.Type = false, "binary"
	for name, r := range map[string]record.Renderer{"JSON": &JSON{Payload: true}, "CSV": &CSV{Payload: true}} {
		dst, line := make([]byte, 0, 8192), make([]byte, 0, 8192)
		if n := testing.AllocsPerRun(100, func() {
			dst = r.Frame(r.Message(r.Message(dst[:0], m), &binary), f)
			line = AppendRow(AppendLine(line[:0], 7, dst), 7, dst)
		}); n != 0 {
			t.Errorf("%s: %v allocations for three records", name, n)
		}
	}
}

// TestNumbersAreWrittenAsStrconvDoes holds the hand-written form to the library's.
func TestNumbersAreWrittenAsStrconvDoes(t *testing.T) {
	list := []int64{0, -1, math.MaxInt64, math.MinInt64}
	for n := int64(1); n < 1e18; n *= 10 {
		list = append(list, n-1, n, n+1, 7*n)
	}
	for _, n := range list {
		if got, want := string(appendInt(nil, n)), strconv.FormatInt(n, 10); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
}
