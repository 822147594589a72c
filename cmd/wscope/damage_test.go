package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

var damageTimes = flag.Int("damage", 2, "how often TestDamagedCaptures damages each capture")

const (
	damageBatch  = 1000      // runs that share a process
	damageMemory = 256 << 20 // bytes that a process may take at most
)

// TestDamagedCaptures cuts, flips and splices captures and runs the whole program on
// them: it must end by itself, with status 0 or 2, and within 256 MB. The captures are those
// of testdata, and other projects' where they are at hand. A failure names what to run again:
//
//	go test ./cmd/wscope -run Damaged -timeout 0 -args -damage 1000
//
// A process runs many of them, and is measured at its end, so that the memory is that of the
// program and of no other test.
func TestDamagedCaptures(t *testing.T) {
	files := capturesToDamage()
	if len(files) == 0 {
		t.Fatal("no captures")
	}
	if batch := os.Getenv("WSCOPE_DAMAGE"); batch != "" {
		var first, end int
		if _, err := fmt.Sscanf(batch, "%d-%d", &first, &end); err != nil {
			t.Fatal(err)
		}
		damageFiles(t, files, first, end)
		return
	}
	for first := 0; first < len(files); {
		end := min(first+max(1, damageBatch / *damageTimes), len(files))
		cmd := exec.Command(os.Args[0], "-test.run", "^TestDamagedCaptures$", "-test.timeout", "0", "-damage", fmt.Sprint(*damageTimes))
		// With one processor the collector does not take what idles of the others.
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1", fmt.Sprintf("WSCOPE_DAMAGE=%d-%d", first, end))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("WSCOPE_DAMAGE=%d-%d: %v\n%s", first, end, err, out)
		}
		first = end
	}
}

func capturesToDamage() (files []string) {
	for _, root := range []string{filepath.Join("..", "..", "testdata"), corpusDir()} {
		filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.Contains(d.Name(), ".pcap") && !strings.Contains(path, ".baseline") {
				files = append(files, path)
			}
			return nil
		})
	}
	return files
}

// damageFiles is one process's part: the files from first to before end.
func damageFiles(t *testing.T, files []string, first, end int) {
	debug.SetGCPercent(50) // as main does from the first collection on
	path := filepath.Join(t.TempDir(), "damaged")
	for n := first; n < end; n++ {
		data, err := os.ReadFile(files[n])
		if err != nil {
			t.Fatal(err)
		}
		other, err := os.ReadFile(files[(n+len(files)-1)%len(files)])
		if err != nil {
			t.Fatal(err)
		}
		for i := range *damageTimes {
			rng := rand.New(rand.NewPCG(uint64(n), uint64(i)))
			if err := os.WriteFile(path, damage(rng, data, other), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := runDamaged(path, keysOf(files[n]), i); err != nil {
				t.Fatalf("%s, damage %d: %v", files[n], i, err)
			}
		}
		if most, ok := peakMemory(); ok && most > damageMemory {
			t.Fatalf("%s or one before it: %d MB of memory", files[n], most>>20)
		}
	}
}

// runDamaged runs the program once.
func runDamaged(path, keys string, i int) error {
	commands := []string{"summary", "messages", "frames", "flows"}
	args := []string{commands[i%len(commands)], "--format", "ndjson", "--no-progress", "-j", "1", path}
	if keys != "" {
		args = append(args, "--keylog", keys)
	}
	var stderr bytes.Buffer
	done := make(chan int, 1)
	go func() { done <- run(context.Background(), args, strings.NewReader(""), io.Discard, &stderr) }()
	select {
	case status := <-done:
		if status != exitDone && status != exitTrouble {
			return fmt.Errorf("status %d: %s", status, stderr.String())
		}
		return nil
	case <-time.After(time.Minute): // a hang, not a matter of speed
		return fmt.Errorf("%v does not end", args)
	}
}

// keysOf is the key log that stands beside a capture, if there is one.
func keysOf(capture string) string {
	stem, _, _ := strings.Cut(filepath.Base(capture), ".")
	keys := filepath.Join(filepath.Dir(capture), stem+".keys")
	if _, err := os.Stat(keys); err != nil {
		return ""
	}
	return keys
}

// peakMemory is the most that this process ever had in memory, in bytes, where the system says.
func peakMemory() (n int64, ok bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	_, after, ok := strings.Cut(string(status), "VmHWM:")
	if !ok {
		return 0, false
	}
	_, err = fmt.Sscanf(after, "%d kB", &n)
	return n << 10, err == nil
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
