package capture

import (
	"encoding/json"
	"flag"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// damages is how many times each file is damaged; -damage 1000 is the long run.
var damages = flag.Int("damage", 10, "times that each file is damaged")

// damage cuts, flips or splices a copy of data.
func damage(r *rand.Rand, data []byte) []byte {
	d := slices.Clone(data)
	for range 1 + r.IntN(4) {
		if len(d) < 2 {
			return d
		}
		i, j := r.IntN(len(d)), r.IntN(len(d))
		i, j = min(i, j), max(i, j)
		switch r.IntN(6) {
		case 0: // cut the end off
			d = d[:j]
		case 1: // cut a piece out
			d = slices.Delete(d, i, min(j, i+200))
		case 2: // put a piece in twice
			d = slices.Insert(d, i, slices.Clone(d[i:min(j, i+200)])...)
		case 3: // flip a bit
			d[i] ^= 1 << r.IntN(8)
		case 4: // a byte that lengths are made of
			d[i] = []byte{0, 1, 0x7f, 0x80, 0xff}[r.IntN(5)]
		case 5: // garbage
			for k := i; k < min(j, i+64); k++ {
				d[k] = byte(r.Uint32())
			}
		}
	}
	return d
}

// TestDamage reads damaged files: every read ends, no packet claims what its file does
// not have, and memory is in proportion to the input, not to what headers claim.
func TestDamage(t *testing.T) {
	files := variants(t, some())
	for name, data := range compressed(t, pcapFile(little, magicMicro, some())) {
		files[name] = data
	}
	for name, data := range corpusFiles(t) {
		files[name] = data
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		data := files[name]
		h := fnv.New64a()
		h.Write([]byte(name))
		r := rand.New(rand.NewPCG(h.Sum64(), 1))
		for i := range *damages {
			d := damage(r, data)
			plain := compression(d) == "" // decompressors may take their whole history at once
			var before, after runtime.MemStats
			if plain {
				runtime.ReadMemStats(&before)
			}
			list, _, _ := readBytes(t, d)
			if plain {
				runtime.ReadMemStats(&after)
				if n, most := after.TotalAlloc-before.TotalAlloc, uint64(4<<20+100*len(d)); n > most {
					t.Errorf("%s, damage %d: %d bytes were taken for a file of %d", name, i, n, len(d))
				}
				total := 0
				for _, p := range list {
					total += len(p.data)
				}
				if total > len(d) {
					t.Errorf("%s, damage %d: %d bytes of packets in a file of %d", name, i, total, len(d))
				}
			}
		}
	}
}

// corpusFiles are the corpus's captures, none where it is absent.
func corpusFiles(t *testing.T) map[string][]byte {
	dir := corpusPath()
	raw, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Log("without the corpus: set WSCOPE_CORPUS to its folder")
		return nil
	}
	var truth struct{ Captures []struct{ File string } }
	if err := json.Unmarshal(raw, &truth); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, c := range truth.Captures {
		data, err := os.ReadFile(filepath.Join(dir, c.File))
		if err != nil {
			t.Fatal(err)
		}
		files[c.File] = data
	}
	return files
}
