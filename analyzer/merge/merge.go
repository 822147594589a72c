package merge

import (
	"bufio"
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// Merge is the records of several runs.
type Merge struct {
	runs  []*run
	flows map[name]*flow
}

// name is a flow's: of which run it is, of which sensor of it, and its number there.
type name struct {
	run    int
	sensor string
	flow   int64
}

type flow struct {
	name
	begin  record.Time
	file   *file // with its record; nil where only its messages or findings are there
	offset int64
	length int
	number int64 // the new one
}

// Open reads which flows there are. Each path is a run: a file, or a folder of files.
func Open(paths []string) (*Merge, error) {
	m := &Merge{flows: map[name]*flow{}}
	for _, path := range paths {
		r, err := openRun(path)
		if err != nil {
			return nil, err
		}
		m.runs = append(m.runs, r)
	}
	slices.SortStableFunc(m.runs, func(a, b *run) int { return strings.Compare(a.sum, b.sum) })
	for i, r := range m.runs {
		for _, f := range r.files {
			if err := m.index(i, f); err != nil {
				return nil, fmt.Errorf("%s: %w", f.path, err)
			}
		}
	}
	m.number()
	return m, nil
}

// index takes the flows of a file.
func (m *Merge) index(run int, f *file) error {
	return f.each(func(text []byte, offset int64, l *line) error {
		name := name{run, l.Sensor, l.Flow}
		x := m.flows[name]
		if x == nil {
			x = &flow{name: name, begin: l.begin()}
			m.flows[name] = x
		}
		if f.kind != "flows" {
			if x.file == nil {
				x.begin = min(x.begin, l.begin())
			}
			return nil
		}
		if x.file != nil {
			return fmt.Errorf("flow %d is there twice: these are records of more than one run, or run of a sensor", l.Flow)
		}
		x.begin, x.file, x.offset, x.length = l.begin(), f, offset, len(text)
		return nil
	})
}

// number numbers the flows by when they began.
func (m *Merge) number() {
	for i, f := range m.ordered() {
		f.number = int64(i + 1)
	}
}

// ordered are the flows by when they began; those that began together by their runs.
func (m *Merge) ordered() []*flow {
	list := make([]*flow, 0, len(m.flows))
	for _, f := range m.flows {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *flow) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.run, b.run), strings.Compare(a.sensor, b.sensor), cmp.Compare(a.flow, b.flow))
	})
	return list
}

// Has returns which kinds of records there are.
func (m *Merge) Has() (kinds []string) {
	for _, kind := range Kinds {
		if slices.ContainsFunc(m.runs, func(r *run) bool { return slices.ContainsFunc(r.files, func(f *file) bool { return f.kind == kind }) }) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// Write writes the records of a kind.
func (m *Merge) Write(w io.Writer, kind string) error {
	if kind == "flows" {
		return m.writeFlows(w)
	}
	return m.writeByTime(w, kind)
}

// writeFlows writes flows by their numbers.
func (m *Merge) writeFlows(w io.Writer) error {
	open := map[*file]*os.File{}
	defer func() {
		for _, f := range open {
			f.Close()
		}
	}()
	var text, out []byte
	for _, f := range m.ordered() {
		if f.file == nil {
			continue
		}
		r := open[f.file]
		if r == nil {
			var err error
			if r, err = os.Open(f.file.path); err != nil {
				return err
			}
			open[f.file] = r
		}
		text = slices.Grow(text[:0], f.length)[:f.length]
		if _, err := r.ReadAt(text, f.offset); err != nil {
			return fmt.Errorf("%s: %w", f.file.path, err)
		}
		var err error
		if out, err = renumber(out[:0], text, &line{Flow: f.flow}, f.number); err == nil {
			out, err = refer(out, func(other int64) (int64, bool) {
				x := m.flows[name{f.run, f.sensor, other}]
				if x == nil {
					return 0, false
				}
				return x.number, true
			})
		}
		if err != nil {
			return fmt.Errorf("%s: flow %d: %w", f.file.path, f.flow, err)
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	return nil
}

// reader gives the records of a file one after another.
type reader struct {
	run  int
	rank int // of the file, where all else is the same
	path string
	f    *os.File
	b    *bufio.Reader
	text []byte
	line *line
	at   record.Time // the latest so far: a file's order stays as it is
}

// next reads the next record; false at the end.
func (r *reader) next() (bool, error) {
	text, err := r.b.ReadBytes('\n')
	if err == io.EOF && len(text) == 0 {
		return false, nil
	}
	if err != nil && err != io.EOF {
		return false, err
	}
	if r.line, err = parse(text); err != nil {
		return false, err
	}
	r.text, r.at = text, max(r.at, r.line.at())
	return true, nil
}

// readers are readers by their next record.
type readers []*reader

func (h readers) Len() int { return len(h) }
func (h readers) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].at, h[j].at), cmp.Compare(h[i].rank, h[j].rank)) < 0
}
func (h readers) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *readers) Push(x any)   { *h = append(*h, x.(*reader)) }
func (h *readers) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

// writeByTime writes the messages or findings of all files, each file's in its order.
func (m *Merge) writeByTime(w io.Writer, kind string) (err error) {
	var list readers
	var opened []*os.File
	defer func() {
		for _, f := range opened {
			err = errors.Join(err, f.Close())
		}
	}()
	for i, run := range m.runs {
		for _, f := range run.files {
			if f.kind != kind {
				continue
			}
			o, err := os.Open(f.path)
			if err != nil {
				return err
			}
			opened = append(opened, o)
			r := &reader{run: i, rank: len(opened), path: f.path, f: o, b: bufio.NewReaderSize(o, 1<<16)}
			more, err := r.next()
			if err != nil {
				return fmt.Errorf("%s: %w", f.path, err)
			}
			if more {
				list = append(list, r)
			}
		}
	}
	heap.Init(&list)
	var out []byte
	for len(list) > 0 {
		r := list[0]
		x := m.flows[name{r.run, r.line.Sensor, r.line.Flow}]
		if x == nil {
			return fmt.Errorf("%s changes while it is read", r.path)
		}
		if out, err = renumber(out[:0], r.text, r.line, x.number); err != nil {
			return fmt.Errorf("%s: %w", r.path, err)
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
		more, err := r.next()
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", r.path, err)
		case more:
			heap.Fix(&list, 0)
		default:
			heap.Pop(&list)
		}
	}
	return nil
}
