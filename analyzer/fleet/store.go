package fleet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// store is the folder that a Collector fills. What it takes goes to the journal first,
// .open/HOUR/KIND-NUMBER.ndjson, a file for each hour, kind and commit. A commit is whole or
// not at all: its files are written and synced under temporary names, then the state names
// them, and then they get their names; where that was broken off, opening the store ends it.
// An hour into which nothing comes any more is packed: see pack.go.
type store struct {
	folder string
	state  state
	files  map[string][]byte // of the commit at hand, by HOUR/KIND
	seen   map[string]taken  // state.Seen with the commit at hand
	bytes  int
	open   map[string]*journal // by HOUR/KIND
	pack   packing
}

// state is what is committed.
type state struct {
	Commit int64            `json:"commit"`
	Seen   map[string]taken `json:"seen"`  // batches taken, by sensor and run
	Files  []string         `json:"files"` // of this commit, relative to the journal
}

// taken is which batches of a sensor's run were taken: all up to a number, and some beyond,
// for batches that come again come behind newer ones.
type taken struct {
	Upto   uint64   `json:"upto"`
	Beyond []uint64 `json:"beyond,omitempty"` // rising
}

// with is t and one more batch; false where that was taken already. t stays as it is.
func (t taken) with(seq uint64) (taken, bool) {
	i, known := slices.BinarySearch(t.Beyond, seq)
	if seq <= t.Upto || known {
		return t, false
	}
	t.Beyond = slices.Insert(slices.Clone(t.Beyond), i, seq)
	for len(t.Beyond) > 0 && t.Beyond[0] == t.Upto+1 {
		t.Upto, t.Beyond = t.Upto+1, t.Beyond[1:]
	}
	return t, true
}

const (
	stateName   = "state.json"
	journalName = ".open"
)

// ours are the names under which a store writes what is not whole yet; others' files may be in its folder.
var ours = regexp.MustCompile(`^(state\.json|[a-z]+-[0-9]{9,}(-[0-9]{9,})?\.[a-z]+)\.tmp$`)

// packedName is the name of a file that was packed.
var packedName = regexp.MustCompile(`^[a-z]+-[0-9]{9,}-[0-9]{9,}\.(parquet|ndjson|rejected)$`)

func openStore(folder string, p packing) (*store, error) {
	s := &store{folder: folder, state: state{Seen: map[string]taken{}}, pack: p, open: map[string]*journal{}}
	if err := os.MkdirAll(s.journal(), 0o755); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(folder, stateName))
	if err == nil {
		err = json.Unmarshal(b, &s.state)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", stateName, err)
	}
	if err := s.name(); err != nil {
		return nil, err
	}
	s.begin()
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != folder && path != s.journal() && filepath.Dir(path) != s.journal() && !strings.HasPrefix(d.Name(), hiveHour) {
			return fs.SkipDir // not ours
		}
		if err == nil && ours.MatchString(d.Name()) {
			return os.Remove(path) // of a commit that was not, or a file that was not packed
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, s.reopen()
}

func (s *store) journal() string { return filepath.Join(s.folder, journalName) }

func (s *store) begin() {
	s.files, s.bytes = map[string][]byte{}, 0
	s.seen = maps.Clone(s.state.Seen)
}

// add takes a batch, unless it was taken before, and says what was in it.
func (s *store) add(source string, seq uint64, data []byte) (isNew bool, c contents) {
	with, isNew := s.seen[source].with(seq)
	if !isNew {
		return false, c
	}
	s.seen[source] = with
	for line := range strings.Lines(string(data)) {
		h, err := readHead([]byte(line))
		if err != nil {
			c.bad++
			continue
		}
		c.count(h, len(line))
		key := h.hour() + "/" + h.Kind
		s.files[key] = append(s.files[key], line...)
		s.bytes += len(line)
	}
	return true, c
}

// commit makes what was added last: when it returns, it is on disk.
func (s *store) commit(now time.Time) error {
	next := state{Commit: s.state.Commit + 1, Seen: forget(s.seen)}
	folders := map[string]bool{}
	for key, data := range s.files {
		name := fmt.Sprintf("%s-%09d.ndjson", key, next.Commit)
		next.Files = append(next.Files, name)
		path := filepath.Join(s.journal(), filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := writeSynced(path+".tmp", data); err != nil {
			return err
		}
		folders[filepath.Dir(path)] = true
	}
	for folder := range folders { // the state must not name what a failing machine forgets
		if err := errors.Join(syncFolder(folder), syncFolder(s.journal())); err != nil {
			return err
		}
	}
	b, err := json.Marshal(next)
	if err != nil {
		return err
	}
	path := filepath.Join(s.folder, stateName)
	if err := writeSynced(path+".tmp", b); err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	if err := syncFolder(s.folder); err != nil {
		return err
	}
	s.state = next
	if err := s.name(); err != nil {
		return err
	}
	for key, data := range s.files {
		s.opened(key, next.Commit, int64(len(data)), now)
	}
	s.begin()
	return nil
}

// runsKept is how many runs of a sensor are remembered. A batch comes again only while it
// is not acknowledged, and no more batches than this are at a time.
const runsKept = 2 * commitBatches

// forget lets go of a sensor's oldest runs.
func forget(seen map[string]taken) map[string]taken {
	runs := map[string][]string{}
	for source := range seen {
		sensor, _, _ := strings.Cut(source, ".")
		runs[sensor] = append(runs[sensor], source)
	}
	for _, list := range runs {
		if len(list) > runsKept {
			slices.Sort(list) // as they began
			for _, source := range list[:len(list)-runsKept] {
				delete(seen, source)
			}
		}
	}
	return seen
}

// name gives the files of the latest commit their names.
func (s *store) name() error {
	for _, name := range s.state.Files {
		path := filepath.Join(s.journal(), filepath.FromSlash(name))
		err := os.Rename(path+".tmp", path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // it has it already, or was packed
			return err
		}
		if err := syncFolder(filepath.Dir(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func writeSynced(path string, data []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || os.PathSeparator == '\\' {
		err = nil // Windows syncs no folders
	}
	return errors.Join(err, f.Close())
}
