package fleet

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// retain removes the packed files of hours that are to be kept no longer: those that ended too long
// ago, and the oldest while there are too many bytes. It returns the hours. What waits in the journal
// stays; the latest hour that has files is never removed for its size.
func (s *store) retain(now time.Time) (removed []string, err error) {
	if s.pack.keep <= 0 && s.pack.keepMost <= 0 {
		return nil, nil
	}
	entries, err := os.ReadDir(s.folder) // by name, and so by time
	if err != nil {
		return nil, err
	}
	var hours []packedHour
	total := int64(0)
	for _, e := range entries {
		h, ok := s.hour(e)
		if ok {
			hours = append(hours, h)
			total += h.bytes
		}
	}
	for i, h := range hours {
		old := s.pack.keep > 0 && now.Sub(h.begin.Add(time.Hour)) > s.pack.keep
		many := s.pack.keepMost > 0 && total > s.pack.keepMost && i < len(hours)-1
		if !old && !many {
			continue
		}
		total -= h.bytes
		removed = append(removed, h.name)
		for _, file := range h.files {
			err = errors.Join(err, os.Remove(file))
		}
		os.Remove(filepath.Join(s.folder, h.name)) // where nothing of others is in it
	}
	return removed, err
}

// packedHour is the files of one hour that a collector made.
type packedHour struct {
	name  string
	begin time.Time
	files []string
	bytes int64
}

// hour finds the files of an hour; ok is false for what is none, or has none.
func (s *store) hour(e fs.DirEntry) (h packedHour, ok bool) {
	text, hive := strings.CutPrefix(e.Name(), hiveHour)
	begin, err := time.Parse("2006-01-02T15", text)
	if !hive || err != nil || !e.IsDir() {
		return h, false
	}
	h = packedHour{name: e.Name(), begin: begin}
	list, err := os.ReadDir(filepath.Join(s.folder, h.name))
	if err != nil {
		return h, false
	}
	for _, f := range list {
		st, err := f.Info()
		if err != nil || !packedName.MatchString(f.Name()) {
			continue
		}
		h.files = append(h.files, filepath.Join(s.folder, h.name, f.Name()))
		h.bytes += st.Size()
	}
	return h, len(h.files) > 0
}
