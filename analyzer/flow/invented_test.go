package flow_test

import (
	"context"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"wscope/analyzer/analyzertest"

	"wscope/analyzer"
	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

// TestNothingIsInventedOfOtherCaptures reads the captures below $WSCOPE_BULK, whole, from many places
// on, and with losses. A capture without a WebSocket by its handshake must give none. Those that have
// one midway stand in $WSCOPE_BULK/true, a path a line.
func TestNothingIsInventedOfOtherCaptures(t *testing.T) {
	root := os.Getenv("WSCOPE_BULK")
	if root == "" {
		t.Skip("WSCOPE_BULK names no folder of captures")
	}
	files, runs, invented := 0, 0, 0
	filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		all := readAll(path)
		if len(all) == 0 || len(all) > 200_000 {
			return nil
		}
		n, real := midway(t, all, func(int) bool { return true })
		if real > 0 {
			return nil
		}
		files++
		found := n
		r := rand.New(rand.NewPCG(1, uint64(len(all))))
		for i := range 14 {
			runs++
			from, p := 0, 0.0
			if i < 9 {
				from = len(all) * (i + 1) / 10
			} else {
				p = []float64{0.01, 0.05, 0.1, 0.2, 0.4}[i-9]
			}
			lost := make([]bool, len(all))
			for i := range lost {
				lost[i] = i < from || r.Float64() < p
			}
			n, _ := midway(t, all, func(i int) bool { return !lost[i] })
			found += n
		}
		if found > 0 {
			invented++
			t.Errorf("%s: %d whole, %d with those cut", path, n, found)
		}
		return nil
	})
	t.Logf("%d captures, %d runs, %d invented", files, runs, invented)
}

// readAll is the packets of a capture, nil where it is none.
func readAll(path string) (all []packet.Packet) {
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		return nil
	}
	defer src.Close()
	for {
		var b packet.Batch
		err := src.Read(&b)
		all = append(all, b.Packets...)
		if err != nil {
			return all
		}
		if len(all) > 200_000 {
			return nil
		}
	}
}

// midway counts the flows that were found midway, and by handshake.
func midway(t *testing.T, all []packet.Packet, keep func(i int) bool) (midway, handshakes int) {
	k := &analyzertest.Records{}
	if _, err := analyzer.Run(context.Background(), &analyzertest.Packets{All: all, Keep: keep}, analyzer.Options{}, k); err != nil && err != io.EOF {
		t.Error(err)
	}
	for _, f := range k.Flows {
		switch f.Pickup {
		case "midstream":
			midway++
		case "handshake":
			handshakes++
		}
	}
	return midway, handshakes
}
