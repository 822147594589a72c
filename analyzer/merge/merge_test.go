package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// made writes a run's records into a folder: flows that begin in order, messages and findings, references to others.
func made(t *testing.T, r *rand.Rand, label string) string {
	t.Helper()
	folder := t.TempDir()
	files := map[string]*bytes.Buffer{}
	put := func(kind string, v string) {
		// A run's shards share its numbers.
		name := fmt.Sprintf("%s-%05d.ndjson", kind, r.IntN(2))
		if files[name] == nil {
			files[name] = new(bytes.Buffer)
		}
		files[name].WriteString(v + "\n")
	}
	at := record.Time(1e18)
	n := 1 + r.IntN(20)
	for i := 1; i <= n; i++ {
		at += record.Time(r.IntN(3) * 1e9)
		x := fmt.Sprintf(`{"flow":%d,"client":{"ip":"%s"},"start":"%s","end":"%s","nested":{"reconnects":%d,"flow":1},"text":"\",\"flow\":1,\"reconnects\":1"`, i, label, at, at+5e9, i)
		if i > 1 && r.IntN(2) == 0 {
			x += fmt.Sprintf(`,"reconnects":%d,"proxied":{"flow":%d,"reconnects":3}`, 1+r.IntN(i-1), 1+r.IntN(n))
		}
		put("flows", x+`,"same_as":0}`)
		for k := range r.IntN(4) {
			at += record.Time(k)
			put("messages", fmt.Sprintf(`{"flow":%d,"message":%d,"time":"%s","end":"%[3]s","text":"%s {\"flow\":%[1]d,"}`, i, k+1, at, label))
			put("findings", fmt.Sprintf(`{"flow":%d,"rule":"r","time":"%s","detail":"%s"}`, i, at, label))
		}
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(folder, name), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func merged(t *testing.T, paths []string) map[string]string {
	t.Helper()
	m, err := Open(paths)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, kind := range m.Has() {
		var b bytes.Buffer
		if err := m.Write(&b, kind); err != nil {
			t.Fatal(err)
		}
		out[kind] = b.String()
	}
	return out
}

// about is what a record says of itself and of the flows that it names, by what those are and not by their numbers.
func about(t *testing.T, flows map[int64]string, text string) string {
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	of := func(v any) string { n, _ := v.(float64); return flows[int64(n)] }
	x := of(m["flow"])
	if v, ok := m["reconnects"]; ok {
		m["reconnects"] = of(v)
		proxied := m["proxied"].(map[string]any)
		proxied["flow"] = of(proxied["flow"])
	}
	delete(m, "flow")
	return x + fmt.Sprint(m)
}

// named says what each flow is: its record, without numbers of flows.
func named(t *testing.T, text string) map[int64]string {
	flows := map[int64]string{}
	for l := range strings.Lines(text) {
		var m map[string]any
		if err := json.Unmarshal([]byte(l), &m); err != nil {
			t.Fatal(err)
		}
		n := int64(m["flow"].(float64))
		flows[n] = fmt.Sprint(m["client"], m["start"], m["nested"])
	}
	return flows
}

// TestMergeIsTheSameInWhateverOrder, loses nothing, adds nothing, and says of each record what it said.
func TestMergeIsTheSameInWhateverOrder(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		var paths []string
		for i := range 1 + r.IntN(4) {
			paths = append(paths, made(t, r, fmt.Sprint("run", i)))
		}
		out := merged(t, paths)
		for range 3 {
			r.Shuffle(len(paths), func(i, k int) { paths[i], paths[k] = paths[k], paths[i] })
			if again := merged(t, paths); !maps.Equal(out, again) {
				t.Fatalf("seed %d: the order of runs changes the merge", seed)
			}
		}
		var want, got []string
		for _, path := range paths {
			var flows string
			texts := map[string]string{}
			files, _ := filepath.Glob(filepath.Join(path, "*"))
			for _, f := range files {
				b, _ := os.ReadFile(f)
				texts[f] = string(b)
				if strings.HasPrefix(filepath.Base(f), "flows") {
					flows += string(b)
				}
			}
			names := named(t, flows)
			for _, text := range texts {
				for l := range strings.Lines(text) {
					want = append(want, about(t, names, l))
				}
			}
		}
		names := named(t, out["flows"])
		for kind, text := range out {
			last := record.Time(0)
			number := 0
			for l := range strings.Lines(text) {
				got = append(got, about(t, names, l))
				var x line
				if err := json.Unmarshal([]byte(l), &x); err != nil {
					t.Fatal(err)
				}
				if now := x.at(); kind != "flows" && now < last {
					t.Errorf("seed %d: %s after %s", seed, now, last)
				} else {
					last = now
				}
				if number++; kind == "flows" && x.Flow != int64(number) {
					t.Errorf("seed %d: flow %d is number %d", seed, x.Flow, number)
				}
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Fatalf("seed %d: %d records, want %d", seed, len(got), len(want))
		}
	}
}

// TestMergeOfAMergeIsTheSame.
func TestMergeOfAMergeIsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	once := merged(t, []string{made(t, r, "a"), made(t, r, "b")})
	folder := t.TempDir()
	for kind, text := range once {
		if err := os.WriteFile(filepath.Join(folder, kind+".ndjson"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if again := merged(t, []string{folder}); !maps.Equal(once, again) {
		t.Error("another")
	}
}

// TestMergeRefuses what it cannot merge rightly.
func TestMergeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"{\"flow\":1}\n{\"flow\":1}\n":                            "flow 1 is there twice",
		"{\"flow\":1}":                                            "not whole",
		"{\"flow\":1}\n{\"flow\":2":                               "no record",
		"{\"flow\":0}\n":                                          "without the number",
		"{\"flow\":1,\"event\":\"open\"}\n":                       "events of live",
		"{\"flow\":1}\n{\"flow\":1,\"message\":1}\n":              "a record of messages",
		"{\"flow\":2,\"same_as\":1}\n":                            "same_as names flow 1",
		"{ \"flow\":1}\n":                                         "where no record of wscope has it",
		"{\"record\":\"frames\",\"sensor\":\"a\",\"flow\":1}\n":   "a record of frames",
		"{\"a\":{\"x\":1,\"flow\":8},\"flow\":1,\"message\":1}\n": "where no record",
	} {
		path := filepath.Join(t.TempDir(), "x.ndjson")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Open([]string{path})
		for _, kind := range Kinds {
			if err == nil {
				err = m.Write(new(bytes.Buffer), kind)
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// FuzzMerge: any file is merged or refused.
func FuzzMerge(f *testing.F) {
	whole := []byte("{\"flow\":1,\"start\":\"2026-01-01T00:00:00Z\",\"same_as\":2,\"proxied\":{\"flow\":2}}\n{\"flow\":2,\"start\":\"2026-01-01T00:00:00Z\"}\n")
	for i := range len(whole) + 1 {
		f.Add(whole[:i])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "x.ndjson")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Open([]string{path})
		if err != nil {
			return
		}
		for _, kind := range m.Has() {
			var b bytes.Buffer
			if err := m.Write(&b, kind); err != nil {
				return
			}
			for l := range bytes.Lines(b.Bytes()) {
				if !json.Valid(l) {
					t.Errorf("%q becomes %q", text, l)
				}
			}
		}
	})
}
