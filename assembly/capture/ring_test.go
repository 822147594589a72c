package capture

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wscope/assembly/packet"
)

// fullDisk takes so many bytes and no more.
type fullDisk struct{ room int }

func (d *fullDisk) Write(b []byte) (int, error) {
	n := min(len(b), d.room)
	d.room -= n
	if n < len(b) {
		return n, errors.New("no space left on device")
	}
	return n, nil
}

func TestWriterError(t *testing.T) {
	w := NewWriter(&fullDisk{1000}, WriterOptions{})
	p := &packet.Packet{Data: make([]byte, writerBuffer), Length: writerBuffer}
	if err := w.Packet(p); err == nil {
		t.Fatal("no error from a full disk")
	}
	if w.Packet(p) == nil || w.Secrets(packet.Secrets{}) == nil || w.Flush() == nil {
		t.Error("the error is forgotten")
	}
}

// TestWriterKeeps holds that what is read again is what was written: link types of 16
// bits, interfaces, cut packets, secrets, long comments.
func TestWriterKeeps(t *testing.T) {
	r, err := NewRing(RingOptions{Path: filepath.Join(t.TempDir(), "x.pcapng"), Writer: WriterOptions{
		Snaplen: 96, Name: func(file, iface int32) string { return strings.Repeat("n", 300) }}})
	if err != nil {
		t.Fatal(err)
	}
	want := []testPacket{{5, "abc", 3, 276}, {6, "abcd", 1500, 1}, {1<<63 - 1, "", 0, 276}, {0, "abcde", 5, 276}}
	for i, p := range want {
		pkt := packet.Packet{Mark: packet.Mark{Time: p.time, File: int32(i % 2)}, Data: []byte(p.data), Length: p.length, Link: p.link}
		if i == 3 {
			pkt.Time = -5
		}
		if err := errors.Join(r.Secrets(packet.Secrets{Type: 1, Data: []byte{byte('0' + i)}}), r.Packet(&pkt, "", strings.Repeat("c", 70000))); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(r.Files(), Options{NoLookahead: true})
	if err != nil {
		t.Fatal(err)
	}
	list, secrets := readAll(t, s)
	if !slices.Equal(list, want) || where(secrets) != "0@0 1@1 2@2 3@3" || len(s.Problems()) > 0 {
		t.Errorf("%v, %s, %v", list, where(secrets), s.Problems())
	}
}

// TestRing writes more than the ring holds: never more disk than asked, each file can be
// read alone, and the latest packets are there.
func TestRing(t *testing.T) {
	dir := t.TempDir()
	const size, files = 10_000, 3
	r, err := NewRing(RingOptions{Path: filepath.Join(dir, "ring.pcapng"), MaxSize: size, Files: files})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Secrets(packet.Secrets{Type: 0x544c534b, Data: []byte("secret")}); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		n := 100 + i%400
		if i == 500 {
			n = size // fits nowhere
		}
		if err := r.Packet(&packet.Packet{Mark: packet.Mark{Time: int64(i)}, Data: make([]byte, n), Length: n, Link: 1}); err != nil {
			t.Fatal(err)
		}
		if i%50 == 0 {
			r.Flush()
			entries, _ := os.ReadDir(dir)
			total := int64(0)
			for _, e := range entries {
				st, _ := e.Info()
				total += st.Size()
			}
			if total > size*files || len(entries) > files {
				t.Fatalf("%d bytes in %d files", total, len(entries))
			}
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if r.Dropped != 1 || len(r.Files()) != files {
		t.Errorf("%d dropped, files %v", r.Dropped, r.Files())
	}
	for _, name := range r.Files() {
		s, err := Open([]string{name}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		list, secrets := readAll(t, s)
		if len(list) == 0 || where(secrets) != "secret@0" || len(s.Problems()) > 0 {
			t.Errorf("%s: %d packets, %s, %v", name, len(list), where(secrets), s.Problems())
		}
	}
	list, probs := readPaths(t, dir)
	if len(list) == 0 || list[len(list)-1].time != 999 || len(probs) > 0 {
		t.Errorf("the end is lost: %v", probs)
	}
}

// TestRingGoesOn begins rings of the same path one after another, as a service does that is
// begun again: none writes over what is there, and all of them together take no more disk
// than asked. What is named otherwise is left alone.
func TestRingGoesOn(t *testing.T) {
	dir := t.TempDir()
	others := []string{"ring.pcapng", "ring_1.pcapng", "ring_00000.pcapng", "ring_00002.pcap", "other_00003.pcapng"}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(o RingOptions, packets int) []string {
		t.Helper()
		o.Path = filepath.Join(dir, "ring.pcapng")
		r, err := NewRing(o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range packets {
			if err := r.Packet(&packet.Packet{Mark: packet.Mark{Time: int64(i)}, Data: make([]byte, 500), Length: 500, Link: 1}); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		for _, name := range others {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Errorf("not ours: %v", err)
			}
		}
		files, _ := filepath.Glob(filepath.Join(dir, "ring_?????.pcapng"))
		var names []string
		for _, f := range files {
			if name := filepath.Base(f); !slices.Contains(others, name) {
				names = append(names, strings.TrimSuffix(strings.TrimPrefix(name, "ring_"), ".pcapng"))
			}
		}
		return names
	}
	for _, step := range []struct {
		name    string
		options RingOptions
		packets int
		want    string
	}{
		{"the first", RingOptions{MaxSize: 10_000, Files: 3}, 50, "00001 00002 00003"},
		{"goes on behind it", RingOptions{MaxSize: 10_000, Files: 3}, 1, "00002 00003 00004"},
		{"and again", RingOptions{MaxSize: 10_000, Files: 3}, 30, "00004 00005 00006"},
		{"a smaller ring", RingOptions{MaxSize: 10_000, Files: 2}, 1, "00006 00007"},
		{"smaller files", RingOptions{MaxSize: 3_000, Files: 3}, 1, "00007 00008"},
		{"by time", RingOptions{MaxAge: time.Hour, Files: 3}, 1, "00007 00008 00009"},
		{"without a ring nothing goes", RingOptions{MaxSize: 10_000}, 1, "00007 00008 00009 00010"},
	} {
		if got := strings.Join(run(step.options, step.packets), " "); got != step.want {
			t.Errorf("%s: %s, not %s", step.name, got, step.want)
		}
	}
}

func TestRingByTime(t *testing.T) {
	r, err := NewRing(RingOptions{Path: filepath.Join(t.TempDir(), "r.pcapng"), MaxAge: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if err := r.Packet(&packet.Packet{Mark: packet.Mark{Time: int64(i) * 3e8}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(r.Files()); n != 3 {
		t.Errorf("%d files of a second for 3 s", n)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if r.Packet(&packet.Packet{}) == nil {
		t.Error("a closed ring takes packets")
	}
}

// TestRingFullDisk ends the file with the last whole block when a write fails.
func TestRingFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pcapng")
	r, err := NewRing(RingOptions{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	p := &packet.Packet{Data: []byte("abc"), Length: 3, Link: 1}
	if err := errors.Join(r.Packet(p), r.Flush()); err != nil {
		t.Fatal(err)
	}
	r.w.w = half{r.file}
	if err := errors.Join(r.Packet(p), r.Flush()); err == nil {
		t.Fatal("no error")
	}
	r.Close()
	list, probs := readPaths(t, path)
	if len(list) != 1 || len(probs) > 0 {
		t.Errorf("%d packets, %v", len(list), probs)
	}
}

// half writes half of what it is given and fails.
type half struct{ f *os.File }

func (h half) Write(b []byte) (int, error) {
	n, _ := h.f.Write(b[:len(b)/2])
	return n, errors.New("no space left on device")
}

// TestRingReopen goes on under the same name after another program moved the file, and
// leaves one that is in its place alone.
func TestRingReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pcapng")
	r, err := NewRing(RingOptions{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	p := &packet.Packet{Data: []byte("abc"), Length: 3, Link: 1}
	if err := errors.Join(r.Packet(p), r.Reopen(), r.Packet(p), os.Rename(path, path+".1"), r.Reopen(), r.Packet(p), r.Close()); err != nil {
		t.Fatal(err)
	}
	old, _ := readPaths(t, path+".1")
	list, probs := readPaths(t, path)
	if len(old) != 2 || len(list) != 1 || len(probs) > 0 {
		t.Errorf("%d and %d packets, %v", len(old), len(list), probs)
	}
}
