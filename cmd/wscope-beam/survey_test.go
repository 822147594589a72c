package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"wscope/assembly/capture"
)

// TestAnyCutGivesTheSamePackets: parts of any size, read each by itself, are the file.
func TestAnyCutGivesTheSamePackets(t *testing.T) {
	folder := t.TempDir()
	for _, format := range []string{"pcap", "pcapng"} {
		name := filepath.Join(folder, "whole."+format)
		generate(t, name, "-format", format, "-conns", "50", "-total", "3M", "-size", "400", "-kind", "binary")
		want := packetsOf(t, []task{{Input: input{Name: name, Local: true}, Whole: true, Last: true}})
		for _, size := range []int64{3 << 10, 50_000, 300_001, 1 << 20} {
			tasks, err := survey(context.Background(), input{Name: name, Local: true}, size)
			if err != nil {
				t.Fatal(err)
			}
			got := packetsOf(t, tasks)
			if !bytes.Equal(got, want) {
				t.Errorf("%s in %d parts of %d bytes: other packets than in one", format, len(tasks), size)
			}
			if size < 1<<20 && len(tasks) < 3 {
				t.Errorf("%s: only %d parts of %d bytes", format, len(tasks), size)
			}
		}
	}
}

// TestCaptureInsideACaptureIsNoBoundary: the transfer of a capture file shows records in
// its packets, and they are not taken for the file's own.
func TestCaptureInsideACaptureIsNoBoundary(t *testing.T) {
	inner := new(bytes.Buffer)
	for i := range 900 { // small records: many to a packet
		record(inner, uint32(1700000000+i/100), make([]byte, 20+i%7))
	}
	outer := bytes.NewBuffer([]byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x01\x00\x00\x00"))
	starts := map[int64]bool{}
	for i := range 200 {
		starts[int64(outer.Len())] = true
		record(outer, uint32(1700000000+i), inner.Bytes()[:20000+i])
	}
	f, ok := readPcapHeader(outer.Bytes())
	if !ok {
		t.Fatal("no pcap header")
	}
	size := int64(outer.Len())
	for off := int64(pcapHeader); off < size-600_000; off += 7919 {
		at, err := f.boundary(bytes.NewReader(outer.Bytes()), off, size)
		if err != nil || !starts[at] {
			t.Fatalf("from %d: %d, which is no record's beginning (%v)", off, at, err)
		}
	}
}

func record(b *bytes.Buffer, sec uint32, data []byte) {
	h := make([]byte, 16)
	binary.LittleEndian.PutUint32(h, sec)
	binary.LittleEndian.PutUint32(h[8:], uint32(len(data)))
	binary.LittleEndian.PutUint32(h[12:], uint32(len(data)))
	b.Write(h)
	b.Write(data)
}

// packetsOf reads tasks as readFn does, and tells all packets.
func packetsOf(t *testing.T, tasks []task) []byte {
	t.Helper()
	var out bytes.Buffer
	for i := range tasks {
		r := reading{task: &tasks[i]}
		src, _, closing, err := r.source()
		if err != nil {
			t.Fatal(err)
		}
		var b capture.Batch
		for src.Read(&b) == nil {
			for _, p := range b.Packets {
				fmt.Fprintln(&out, p.Time, p.Length, p.Link, p.Interface, len(p.Data))
				out.Write(p.Data)
			}
		}
		if list := src.Problems(); len(list) > 0 {
			t.Errorf("part %d: %v", i, list[0])
		}
		src.Close()
		closing.Close()
	}
	return out.Bytes()
}

// TestSurveyLeavesWhatCannotBeCut to be read whole: compressed files, damage, no captures.
func TestSurveyLeavesWhatCannotBeCut(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.gz")
	if err := os.WriteFile(name, append([]byte("\x1f\x8b\x08"), make([]byte, 1<<20)...), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, in := range []input{{Name: name, Local: true}, {Name: name + ".none", Local: true}, {Name: "gs://bucket/x.pcap"}} {
		tasks, err := survey(context.Background(), in, 4096)
		if err != nil || len(tasks) != 1 || !tasks[0].Whole {
			t.Errorf("%s: %d tasks, %v", in.Name, len(tasks), err)
		}
	}
}
