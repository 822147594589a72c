package merge

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// Kinds of records, in the order in which they are written.
var Kinds = []string{"flows", "messages", "findings"}

// run is the records of one run.
type run struct {
	name  string
	sum   string // SHA-256 of what it holds
	files []*file
}

// file is lines of one kind.
type file struct {
	path string
	kind string
	sum  string
}

// line is what must be known of a record.
type line struct {
	Flow    int64        `json:"flow"`
	Sensor  string       `json:"sensor"` // "" where no fleet carried it
	Record  string       `json:"record"` // its kind, where a fleet carried it
	Start   *record.Time `json:"start"`
	Time    *record.Time `json:"time"`
	End     *record.Time `json:"end"`
	Message *int64       `json:"message"`
	Rule    *string      `json:"rule"`
	Event   string       `json:"event"`
}

// at is the time by which a record is put in order.
func (l *line) at() record.Time {
	switch {
	case l.End != nil:
		return *l.End
	case l.Time != nil:
		return *l.Time
	}
	return 0
}

// begin is when its flow began, as far as the record says.
func (l *line) begin() record.Time {
	switch {
	case l.Start != nil:
		return *l.Start
	case l.Time != nil:
		return *l.Time
	}
	return l.at()
}

func (l *line) kind() string {
	switch {
	case l.Record != "":
		return l.Record
	case l.Message != nil:
		return "messages"
	case l.Rule != nil:
		return "findings"
	}
	return "flows"
}

// openRun finds the files of a run: one file, or a folder with flows*.ndjson, messages*.ndjson and findings*.ndjson.
func openRun(path string) (*run, error) {
	r := &run{name: path}
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	paths := []string{path}
	if st.IsDir() {
		if paths, err = filepath.Glob(filepath.Join(escape(path), "*.ndjson")); err != nil {
			return nil, err
		}
	}
	for _, p := range paths {
		if base := filepath.Base(p); st.IsDir() && !slices.ContainsFunc(Kinds, func(kind string) bool { return strings.HasPrefix(base, kind) }) {
			continue // dead letters, and what is not ours
		}
		f, err := openFile(p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		if f != nil {
			r.files = append(r.files, f)
		}
	}
	if len(r.files) == 0 && st.IsDir() {
		return nil, fmt.Errorf("%s: no flows*.ndjson, messages*.ndjson or findings*.ndjson with records", path)
	}
	slices.SortFunc(r.files, func(a, b *file) int { return strings.Compare(a.kind+a.sum, b.kind+b.sum) })
	for _, f := range r.files {
		r.sum += f.kind + f.sum
	}
	return r, nil
}

// escape has a path match itself alone.
func escape(path string) string {
	for _, c := range `\*?[` {
		if os.PathSeparator == '\\' && c == '\\' {
			continue
		}
		path = strings.ReplaceAll(path, string(c), `\`+string(c))
	}
	return path
}

// openFile reads what a file holds; nil where that is nothing.
func openFile(path string) (*file, error) {
	f := &file{path: path}
	hash := sha256.New()
	err := f.each(func(text []byte, _ int64, l *line) error {
		hash.Write(text)
		switch kind := l.kind(); {
		case l.Event != "":
			return errors.New("these are events of live, not records; collect and flows write records")
		case f.kind == "" && slices.Contains(Kinds, kind):
			f.kind = kind
		case f.kind != kind:
			return fmt.Errorf("a record of %s, which should be one of %s", kind, max(f.kind, "flows"))
		}
		return nil
	})
	if err != nil || f.kind == "" {
		return nil, err
	}
	f.sum = string(hash.Sum(nil))
	return f, nil
}

// each calls do for every line, with where it begins.
func (f *file) each(do func(text []byte, offset int64, l *line) error) error {
	r, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer r.Close()
	b := bufio.NewReaderSize(r, 1<<16)
	for n, offset := 1, int64(0); ; n++ {
		text, err := b.ReadBytes('\n')
		if len(text) > 0 {
			l, e := parse(text)
			if e == nil {
				e = do(text, offset, l)
			}
			if e != nil {
				return fmt.Errorf("line %d: %w", n, e)
			}
			offset += int64(len(text))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func parse(text []byte) (*line, error) {
	l := &line{}
	if err := json.Unmarshal(text, l); err != nil {
		return nil, fmt.Errorf("no record: %w", err)
	}
	if l.Flow <= 0 {
		return nil, errors.New("a record without the number of a flow")
	}
	if bytes.IndexByte(text, '\n') < 0 {
		return nil, errors.New("the last line has no end: the file is not whole")
	}
	return l, nil
}
