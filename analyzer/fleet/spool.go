package fleet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// spool keeps batches on disk, a file each, until they are sent: oldest first.
type spool struct {
	folder string
	limit  int64

	mu    sync.Mutex
	list  []batchFile
	bytes int64
	next  uint64 // the number of the next batch of this run
	run   string
	more  chan struct{} // has one element where there may be a batch to send
}

type batchFile struct {
	run  string
	seq  uint64
	size int64
}

func (b batchFile) name() string { return fmt.Sprintf("%s.%020d.batch", b.run, b.seq) }

// openSpool opens a folder, with what earlier runs left in it. run sorts behind theirs.
func openSpool(folder, run string, limit int64) (*spool, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	s := &spool{folder: folder, limit: limit, run: run, next: 1, more: make(chan struct{}, 1)}
	for _, e := range entries {
		name := e.Name()
		if strings.HasSuffix(name, ".tmp") {
			os.Remove(filepath.Join(folder, name))
			continue
		}
		var b batchFile
		parts := strings.Split(name, ".")
		if len(parts) != 3 || parts[2] != "batch" {
			continue
		}
		if _, err := fmt.Sscanf(parts[1], "%d", &b.seq); err != nil {
			continue
		}
		st, err := e.Info()
		if err != nil {
			return nil, err
		}
		b.run, b.size = parts[0], st.Size()
		s.list = append(s.list, b)
		s.bytes += b.size
	}
	slices.SortFunc(s.list, func(a, b batchFile) int { return strings.Compare(a.name(), b.name()) })
	s.wake()
	return s, nil
}

// put keeps a batch and says whether there was room. When it returns, the batch is on disk:
// neither a killed process nor a failing machine loses it.
func (s *spool) put(data []byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bytes+int64(len(data)) > s.limit {
		return false, nil
	}
	b := batchFile{s.run, s.next, int64(len(data))}
	path := filepath.Join(s.folder, b.name())
	if err := errors.Join(writeSynced(path+".tmp", data), os.Rename(path+".tmp", path), syncFolder(s.folder)); err != nil {
		os.Remove(path + ".tmp")
		return false, err
	}
	s.next++
	s.list = append(s.list, b)
	s.bytes += b.size
	s.wake()
	return true, nil
}

// first is the oldest batch; none where there is none.
func (s *spool) first() (b batchFile, data []byte, any bool, err error) {
	s.mu.Lock()
	if len(s.list) == 0 {
		s.mu.Unlock()
		return b, nil, false, nil
	}
	b = s.list[0]
	s.mu.Unlock()
	data, err = os.ReadFile(filepath.Join(s.folder, b.name()))
	return b, data, err == nil, err
}

// sent lets the oldest batch go.
func (s *spool) sent() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.list[0]
	s.list = s.list[1:]
	s.bytes -= b.size
	err := os.Remove(filepath.Join(s.folder, b.name()))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // someone took it away
	}
	return err
}

func (s *spool) waiting() (batches int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.list), s.bytes
}

func (s *spool) wake() {
	select {
	case s.more <- struct{}{}:
	default:
	}
}
