package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"wscope/analyzer/behaviour"
)

// recordings holds the recordings of real programs against each other: those of a folder, a folder a program.
func recordings(folder, only string) error {
	programs, err := filepath.Glob(filepath.Join(folder, "*", "changes.json"))
	if err != nil {
		return err
	}
	heading("program")
	var sum row
	for _, file := range programs {
		dir := filepath.Dir(file)
		name := filepath.Base(dir)
		if only != "" && !slices.Contains(strings.Split(only, ","), name) {
			continue
		}
		r, err := recording(dir, name)
		if err != nil {
			return err
		}
		r.print(name)
		sum.add(r)
	}
	sum.print("all")
	return nil
}

// expected is what names a change: areas of a Difference, and a pattern of what it says.
type expected struct {
	areas []string
	about *regexp.Regexp
}

func (e *expected) UnmarshalJSON(b []byte) error {
	var pattern string
	if err := json.Unmarshal(b, &[]any{&e.areas, &pattern}); err != nil {
		return err
	}
	var err error
	e.about, err = regexp.Compile("(?i)" + pattern)
	return err
}

func (e *expected) names(d *behaviour.Difference) bool {
	return slices.Contains(e.areas, d.Area) && e.about.MatchString(d.Role+" "+d.Sentence())
}

// recording is the table's row of one program.
func recording(dir, name string) (r row, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "changes.json"))
	if err != nil {
		return r, err
	}
	var changes map[string]expected
	if err := json.Unmarshal(text, &changes); err != nil {
		return r, fmt.Errorf("%s: %w", dir, err)
	}
	same, err := filepath.Glob(filepath.Join(dir, "none.*.pcap.gz"))
	if err != nil || len(same) == 0 {
		return r, err
	}
	files := make([][]byte, len(same))
	runs := make([]*behaviour.Behaviour, len(same))
	for i, file := range same {
		if files[i], err = os.ReadFile(file); err != nil {
			return r, err
		}
		runs[i] = watch(files[i], nil)
	}
	run := func(i int) string {
		return strings.TrimPrefix(strings.TrimSuffix(filepath.Base(same[i]), ".pcap.gz"), "none.")
	}
	for i, old := range runs {
		for j := range runs {
			if i != j {
				r.unchanged(fmt.Sprintf("%s %s, %s", name, run(i), run(j)), old, watch(files[j], old))
			}
		}
	}
	baselines := baselinesOf(files)
	for _, b := range baselines[1:] {
		for j := range runs {
			if !slices.Contains(b.of, j) {
				r.unchanged(fmt.Sprintf("%s baseline of %d, %s", name, len(b.of), run(j)), b.sample, watch(files[j], b.sample))
			}
		}
	}
	for _, change := range sortedKeys(changes) {
		captures, err := filepath.Glob(filepath.Join(dir, change+".*.pcap.gz"))
		if err != nil {
			return r, err
		}
		for _, file := range captures {
			text, err := os.ReadFile(file)
			if err != nil {
				return r, err
			}
			for _, b := range baselines {
				e := changes[change]
				r.changed(fmt.Sprintf("%s %s baseline of %d", name, strings.TrimSuffix(filepath.Base(file), ".pcap.gz"), len(b.of)), e.names, b.sample, watch(text, b.sample))
			}
		}
	}
	return r, nil
}

// baseline is a sample of some of the unchanged runs.
type baseline struct {
	of     []int
	sample *behaviour.Behaviour
}

// baselinesOf are samples of one, three and five runs, under several conditions.
func baselinesOf(files [][]byte) (list []baseline) {
	for _, n := range []int{1, 3, 5} {
		b := baseline{}
		var sample []*behaviour.Behaviour
		for i := range n {
			at := (len(files)/3*[]int{1, 0, 2}[i%3] + i/3) % len(files)
			var like *behaviour.Behaviour
			if i > 0 {
				like = sample[0]
			}
			b.of, sample = append(b.of, at), append(sample, watch(files[at], like))
		}
		if len(sample) == n {
			b.sample = behaviour.Join(sample...)
			list = append(list, b)
		}
	}
	return list
}

func sortedKeys(m map[string]expected) (list []string) {
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
