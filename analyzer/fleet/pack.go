package fleet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"wscope/analyzer/report/export"
)

// Formats of the files that a Collector makes.
const (
	Parquet = "parquet"
	NDJSON  = "ndjson"
)

// packing says how hours are packed.
type packing struct {
	format  string        // Parquet or NDJSON
	settle  time.Duration // an hour is packed when nothing came for so long
	limit   int64         // or when so many bytes of one kind wait
	version string        // of wscope, for Parquet files

	keep     time.Duration // hours that ended longer ago are removed; 0 keeps all
	keepMost int64         // bytes of packed files; the oldest hours beyond are removed; 0 keeps all
}

// hiveHour begins the folder of an hour, hour=2026-11-22T10: what DuckDB, Spark and their kind take
// for a column of what is in it.
const hiveHour = "hour="

// packBytes is packing.limit: what is read again after a crash in the middle of packing.
const packBytes = 256 << 20

// journal is what waits of one hour and kind.
type journal struct {
	commits []int64 // rising
	bytes   int64
	last    time.Time // when the last came
}

// opened notes a file of the journal.
func (s *store) opened(key string, commit, bytes int64, now time.Time) {
	j := s.open[key]
	if j == nil {
		j = &journal{}
		s.open[key] = j
	}
	j.commits, j.bytes, j.last = append(j.commits, commit), j.bytes+bytes, now
}

// reopen finds what the journal holds. What a packed file has already, whose removal was
// broken off, is removed: a packed file's name says from which commit to which it holds all.
func (s *store) reopen() error {
	now := time.Now()
	return filepath.WalkDir(s.journal(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		hour := filepath.Base(filepath.Dir(path))
		kind, text, ok := strings.Cut(strings.TrimSuffix(d.Name(), ".ndjson"), "-")
		commit, err := strconv.ParseInt(text, 10, 64)
		if !ok || err != nil {
			return nil // not ours
		}
		packed, err := filepath.Glob(filepath.Join(s.folder, hiveHour+hour, kind+"-*-*.*"))
		if err != nil {
			return err
		}
		for _, name := range packed {
			var from, to int64
			if n, _ := fmt.Sscanf(strings.TrimPrefix(filepath.Base(name), kind), "-%d-%d.", &from, &to); n == 2 && from <= commit && commit <= to {
				return os.Remove(path)
			}
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		s.opened(hour+"/"+kind, commit, st.Size(), now)
		return nil
	})
}

// settle packs what has settled, or all that waits.
func (s *store) settle(now time.Time, all bool) error {
	for key, j := range s.open {
		if !all && now.Sub(j.last) < s.pack.settle && j.bytes < s.pack.limit {
			continue
		}
		if err := s.packHour(key, j); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		delete(s.open, key)
	}
	return nil
}

// packHour makes one file, HOUR/KIND-FROM-TO.parquet, of what the journal has of an hour and
// kind. It appears under its name when it is whole and synced; only then the journal's files go.
func (s *store) packHour(key string, j *journal) error {
	slices.Sort(j.commits) // reopened, they come in the order of their names, which may be another
	from, to := j.commits[0], j.commits[len(j.commits)-1]
	path := filepath.Join(s.folder, filepath.FromSlash(fmt.Sprintf("%s%s-%09d-%09d.%s", hiveHour, key, from, to, s.pack.format)))
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	f, err := os.Create(path + ".tmp")
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	rejected, err := s.fill(w, key, j)
	if err := errors.Join(err, w.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	if len(rejected) > 0 {
		if err := writeSynced(strings.TrimSuffix(path, s.pack.format)+"rejected", rejected); err != nil {
			return err
		}
	}
	if err := errors.Join(os.Rename(path+".tmp", path), syncFolder(folder), syncFolder(s.folder)); err != nil {
		return err
	}
	for _, commit := range j.commits {
		if err := os.Remove(s.journalFile(key, commit)); err != nil {
			return err
		}
	}
	os.Remove(filepath.Dir(s.journalFile(key, from))) // where it was the last of its hour
	return nil
}

func (s *store) journalFile(key string, commit int64) string {
	return filepath.Join(s.journal(), filepath.FromSlash(fmt.Sprintf("%s-%09d.ndjson", key, commit)))
}

// fill writes what waits of one hour and kind, and gives the lines that are no records, of
// a sensor that is not ours or of another version: they are kept in a file beside.
func (s *store) fill(w io.Writer, key string, j *journal) (rejected []byte, err error) {
	write, end := func(line []byte) error { _, err := w.Write(line); return err }, func() error { return nil }
	if s.pack.format == Parquet {
		_, kind, _ := strings.Cut(key, "/")
		l, err := export.NewLines(w, kind, true, s.pack.version)
		if err != nil {
			return nil, err
		}
		write, end = l.Write, l.Close
	}
	for _, commit := range j.commits {
		err := eachLine(s.journalFile(key, commit), func(line []byte) error {
			err := write(line)
			if errors.Is(err, export.ErrNoRecord) {
				rejected, err = append(rejected, line...), nil
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return rejected, end()
}

// eachLine gives the lines of a file.
func eachLine(path string, do func(line []byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 {
			if err := do(line); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
