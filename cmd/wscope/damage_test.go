package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

var damageTimes = flag.Int("damage", 2, "how often TestDamagedCaptures damages each capture")

// TestDamagedCaptures cuts, flips and splices captures and runs the whole program on
// them: it must end by itself, with status 0 or 2, in bounded memory. The captures are those of
// testdata, and other projects' where they are at hand. A failure names its seed.
func TestDamagedCaptures(t *testing.T) {
	var files []string
	for _, root := range []string{filepath.Join("..", "..", "testdata"), corpusDir()} {
		filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.Contains(d.Name(), ".pcap") && !strings.Contains(path, ".baseline") {
				files = append(files, path)
			}
			return nil
		})
	}
	if len(files) == 0 {
		t.Fatal("no captures")
	}
	dir := t.TempDir()
	commands := []string{"summary", "messages", "frames", "flows"}
	var other []byte
	for n, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := range *damageTimes {
			rng := rand.New(rand.NewPCG(uint64(n), uint64(i)))
			bad := damage(rng, data, other)
			path := filepath.Join(dir, "damaged")
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			done := make(chan int, 1)
			go func() {
				args := []string{commands[i%len(commands)], "--format", "ndjson", "--no-progress", "-j", "1", path}
				done <- run(context.Background(), args, strings.NewReader(""), io.Discard, &stderr)
			}()
			select {
			case status := <-done:
				if status != 0 && status != 2 {
					t.Errorf("%s, damage %d: status %d: %s", file, i, status, stderr.String())
				}
			case <-time.After(time.Minute): // a hang, not a matter of speed
				t.Fatalf("%s, damage %d: does not end", file, i)
			}
		}
		other = data
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.Sys > 512<<20 {
		t.Errorf("%d MB taken from the system", m.Sys>>20)
	}
}

// damage cuts data, flips some of its bytes, or splices a piece of other into it.
func damage(rng *rand.Rand, data, other []byte) []byte {
	bad := bytes.Clone(data)
	if len(bad) == 0 {
		return bad
	}
	switch rng.IntN(3) {
	case 0:
		bad = bad[:rng.IntN(len(bad))]
	case 1:
		for range 1 + rng.IntN(20) {
			bad[rng.IntN(len(bad))] ^= byte(1 + rng.IntN(255))
		}
	default:
		if len(other) == 0 {
			return bad
		}
		from := rng.IntN(len(other))
		piece := other[from:min(from+rng.IntN(4096), len(other))]
		at := rng.IntN(len(bad))
		bad = append(bad[:at:at], append(bytes.Clone(piece), bad[at:]...)...)
	}
	return bad
}

func corpusDir() string {
	if dir := os.Getenv("WSCOPE_CORPUS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "shared", "corpus")
}
