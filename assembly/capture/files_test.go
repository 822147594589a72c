package capture

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wscope/assembly/packet"
)

// at is a packet at a second, saying which file it is of.
func at(second int64, data string) testPacket {
	return testPacket{second * 1e9, data, len(data), 1}
}

// save writes a pcap file of packets into dir.
func save(t testing.TB, dir, name string, list ...testPacket) string {
	t.Helper()
	path := filepath.Join(dir, name)
	data := pcapHead(little, magicMicro, 65535, 1)
	if len(list) > 0 {
		data = pcapFile(little, magicMicro, list)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func datas(list []testPacket) string {
	var s []string
	for _, p := range list {
		s = append(s, p.data)
	}
	return strings.Join(s, " ")
}

func TestFilesInTimeOrder(t *testing.T) {
	for _, c := range []struct {
		name  string
		files [][]testPacket
		want  string
	}{
		{"one after another, named in the wrong order", [][]testPacket{{at(20, "b1"), at(21, "b2")}, {at(10, "a1"), at(11, "a2")}}, "a1 a2 b1 b2"},
		{"overlapping", [][]testPacket{{at(10, "a1"), at(12, "a2"), at(14, "a3")}, {at(11, "b1"), at(13, "b2"), at(15, "b3")}}, "a1 b1 a2 b2 a3 b3"},
		{"one inside another", [][]testPacket{{at(10, "a1"), at(20, "a2")}, {at(12, "b1"), at(13, "b2")}, {at(30, "c1")}}, "a1 b1 b2 a2 c1"},
		{"the same times keep the files' order", [][]testPacket{{at(10, "a1"), at(11, "a2")}, {at(10, "b1"), at(11, "b2")}}, "a1 b1 a2 b2"},
		{"out of order within a file stays", [][]testPacket{{at(10, "a1"), at(30, "a2"), at(12, "a3")}, {at(20, "b1"), at(40, "b2")}}, "a1 b1 a2 a3 b2"},
		{"a file with no packet", [][]testPacket{{at(10, "a1")}, nil, {at(9, "c1")}}, "c1 a1"},
		{"three at once, then one, then two", [][]testPacket{{at(1, "a1"), at(4, "a2")}, {at(2, "b1"), at(5, "b2")}, {at(3, "c1"), at(6, "c2")}, {at(10, "d1"), at(12, "d2")}, {at(11, "e1")}}, "a1 b1 c1 a2 b2 c2 d1 e1 d2"},
	} {
		dir := t.TempDir()
		var paths []string
		for i, list := range c.files {
			paths = append(paths, save(t, dir, string(rune('z'-i))+".cap", list...))
		}
		list, probs := readPaths(t, paths...)
		if got := datas(list); got != c.want || len(probs) > 0 {
			t.Errorf("%s: %s, not %s; %v", c.name, got, c.want, probs)
		}
		list, probs = readPaths(t, dir)
		if got := datas(list); len(got) != len(c.want) || len(probs) > 0 {
			t.Errorf("%s, as a folder: %s, not %s; %v", c.name, got, c.want, probs)
		}
	}
}

// TestMarks looks at what tells packets of several files apart.
func TestMarks(t *testing.T) {
	dir := t.TempDir()
	b := save(t, dir, "b", at(11, "b1"), at(13, "b2"))
	a := save(t, dir, "a", at(10, "a1"), at(12, "a2"), at(14, "a3"))
	s, err := Open([]string{b, a}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := s.Files(); !slices.Equal(got, []string{a, b}) {
		t.Fatalf("files %v", got)
	}
	var got []packet.Mark
	var batch packet.Batch
	for s.Read(&batch) == nil {
		for i := range batch.Packets {
			got = append(got, batch.Packets[i].Mark)
		}
	}
	mark := func(index, time, number int64, file int32) packet.Mark {
		return packet.Mark{Index: index, Time: time, Number: number, File: file}
	}
	want := []packet.Mark{mark(0, 10e9, 1, 0), mark(1, 11e9, 1, 1), mark(2, 12e9, 2, 0), mark(3, 13e9, 2, 1), mark(4, 14e9, 3, 0)}
	if !slices.Equal(got, want) {
		t.Errorf("marks %v", got)
	}
}

// TestManyFiles reads far more files than may be open at once, all of one time.
func TestManyFiles(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 * maxOpen {
		save(t, dir, string(rune('a'+i%26))+string(rune('a'+i/26)), at(1, "x"), at(1000, "y"))
	}
	list, probs := readPaths(t, dir)
	if len(list) != 6*maxOpen || len(probs) > 0 {
		t.Errorf("%d packets, %v", len(list), probs)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	a := save(t, dir, "a.txt", at(10, "a1"))
	save(t, dir, "b.pcap", at(5, "b1"))
	os.WriteFile(filepath.Join(dir, "c.pcap"), []byte("not a capture at all, whatever its name"), 0o600)
	os.WriteFile(filepath.Join(dir, "empty.pcap"), nil, 0o600)
	os.WriteFile(filepath.Join(dir, "d.pcap"), []byte("\x1f\x8b\x08 nor this"), 0o600)
	os.Mkdir(filepath.Join(dir, "folder.pcap"), 0o700)
	list, probs := readPaths(t, dir)
	if datas(list) != "b1 a1" || len(probs) > 0 {
		t.Errorf("%s, %v", datas(list), probs)
	}
	list, probs = readPaths(t, dir, a, a)
	if datas(list) != "b1 a1" || len(probs) > 0 {
		t.Errorf("named twice: %s, %v", datas(list), probs)
	}
	list, probs = readPaths(t, a, filepath.Join(dir, "c.pcap"), filepath.Join(dir, "none"))
	if datas(list) != "a1" || len(probs) != 2 || !strings.Contains(probs[0].Reason+probs[1].Reason, `not a capture: begins with "not a ca"`) {
		t.Errorf("with some that are none: %s, %v", datas(list), probs)
	}
	for _, bad := range []string{filepath.Join(dir, "none"), filepath.Join(dir, "folder.pcap"), "tcp://127.0.0.1:1"} {
		if _, err := Open([]string{bad}, Options{}); err == nil {
			t.Errorf("%s opens", bad)
		}
	}
	if _, err := Open(nil, Options{}); err == nil {
		t.Error("nothing opens")
	}
}

// TestTail follows a file that grows and is then replaced.
func TestTail(t *testing.T) {
	dir := t.TempDir()
	data := pcapFile(little, magicMicro, []testPacket{at(10, "a1"), at(11, "a2")})
	path := filepath.Join(dir, "growing")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s, err := Open([]string{path}, Options{Tail: true, Context: ctx})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got := make(chan string)
	go func() {
		defer close(got)
		var b packet.Batch
		for s.Read(&b) == nil {
			for i := range b.Packets {
				got <- string(b.Packets[i].Data)
			}
		}
	}()
	f.Write(data[:30])
	f.Write(data[30:50])
	if d := <-got; d != "a1" {
		t.Errorf("first %q", d)
	}
	f.Write(data[50:])
	if d := <-got; d != "a2" {
		t.Errorf("second %q", d)
	}
	f.Close()
	os.Rename(path, path+".1")
	save(t, dir, "growing", at(12, "b1"))
	if d := <-got; d != "b1" {
		t.Errorf("after rotation %q", d)
	}
	cancel()
	if d, more := <-got; more {
		t.Errorf("after the end %q", d)
	}
	if p := s.Problems(); len(p) > 0 {
		t.Errorf("problems %v", p)
	}
	if n := s.Files(); len(n) != 2 {
		t.Errorf("files %v", n)
	}
}

// TestPCAPOverIP reads from a server, which goes on sending until the reader has enough.
func TestPCAPOverIP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			c.Write(pcapngFile(little, some()))
		}
	}()
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Open([]string{"tcp://" + l.Addr().String()}, Options{Context: ctx})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var b packet.Batch
	n := 0
	for n < len(some()) {
		if err := s.Read(&b); err != nil {
			t.Fatal(err)
		}
		n += len(b.Packets)
	}
	time.AfterFunc(10*time.Millisecond, cancel)
	if err := s.Read(&b); err == nil || len(s.Problems()) > 0 {
		t.Errorf("after the end: %v, %v", err, s.Problems())
	}
}

// TestStdinStops ends a read of standard input, where nothing comes, by the context.
func TestStdinStops(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	w.Write(pcapFile(little, magicMicro, []testPacket{at(1, "x")}))
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Open([]string{"-"}, Options{Stdin: r, Context: ctx})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var b packet.Batch
	if err := s.Read(&b); err != nil || len(b.Packets) != 1 {
		t.Fatalf("%d packets, %v", len(b.Packets), err)
	}
	time.AfterFunc(10*time.Millisecond, cancel)
	if err := s.Read(&b); err == nil || len(s.Problems()) > 0 {
		t.Errorf("after the end: %v, %v", err, s.Problems())
	}
}

// TestProgress holds that each byte stored is told once, also of compressed files.
func TestProgress(t *testing.T) {
	for name, data := range compressed(t, pcapFile(little, magicMicro, some())) {
		path := write(t, "x", data)
		told := make(chan int64, 10000)
		s, err := Open([]string{path}, Options{Read: func(n int64) { told <- n }})
		if err != nil {
			t.Fatal(err)
		}
		readAll(t, s)
		s.Close()
		close(told)
		sum := int64(0)
		for n := range told {
			sum += n
		}
		if sum != int64(len(data)) {
			t.Errorf("%s: told %d of %d bytes", name, sum, len(data))
		}
		if z, ok := s.(interface{ Size() int64 }); !ok || z.Size() != sum {
			t.Errorf("%s: size", name)
		}
	}
}
