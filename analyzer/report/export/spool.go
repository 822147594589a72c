package export

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// spool keeps byte strings under many keys, each growing at its end, and gives them back
// key by key. What goes beyond spoolMemory waits in a temporary file, as chunks that each
// point back to the one before.
type spool struct {
	dir     string
	f       *os.File // nil while all fits in memory
	size    int64
	pending map[int64][]byte
	held    int             // bytes of pending
	last    map[int64]int64 // by key: where its latest chunk is
}

const (
	spoolMemory = 16 << 20
	spoolHead   = 12 // of a chunk: where the one before is, -1 for none, and the length
)

func newSpool(dir string) *spool {
	return &spool{dir: dir, pending: map[int64][]byte{}, last: map[int64]int64{}}
}

// add appends b, a part at a time, to what is kept under key.
func (s *spool) add(key int64, b []byte) error {
	s.pending[key] = append(s.pending[key], b...)
	s.held += len(b)
	if s.held < spoolMemory {
		return nil
	}
	return s.spill()
}

// spill writes all that is held to the file.
func (s *spool) spill() (err error) {
	if s.f == nil {
		if s.f, err = os.CreateTemp(s.dir, ".wscope-spool.*"); err != nil {
			return err
		}
	}
	for key, b := range s.pending {
		before, ok := s.last[key]
		if !ok {
			before = -1
		}
		var head [spoolHead]byte
		binary.LittleEndian.PutUint64(head[:], uint64(before))
		binary.LittleEndian.PutUint32(head[8:], uint32(len(b)))
		if _, err := s.f.WriteAt(head[:], s.size); err != nil {
			return err
		}
		if _, err := s.f.WriteAt(b, s.size+spoolHead); err != nil {
			return err
		}
		s.last[key] = s.size
		s.size += spoolHead + int64(len(b))
	}
	clear(s.pending)
	s.held = 0
	return nil
}

// writeTo writes all that is kept under key, but for its first skip bytes, to w.
func (s *spool) writeTo(w io.Writer, key int64, skip int64) error {
	type chunk struct{ at, n int64 }
	var chunks []chunk
	if at, ok := s.last[key]; ok {
		for at >= 0 {
			var head [spoolHead]byte
			if _, err := s.f.ReadAt(head[:], at); err != nil {
				return err
			}
			chunks = append(chunks, chunk{at + spoolHead, int64(binary.LittleEndian.Uint32(head[8:]))})
			at = int64(binary.LittleEndian.Uint64(head[:]))
		}
	}
	for i := len(chunks) - 1; i >= 0; i-- {
		c := chunks[i]
		n := min(skip, c.n)
		skip -= n
		if _, err := io.Copy(w, io.NewSectionReader(s.f, c.at+n, c.n-n)); err != nil {
			return err
		}
	}
	rest := s.pending[key]
	_, err := w.Write(rest[min(skip, int64(len(rest))):])
	return err
}

// close removes the file.
func (s *spool) close() error {
	if s.f == nil {
		return nil
	}
	err := errors.Join(s.f.Close(), os.Remove(s.f.Name()))
	s.f = nil
	return err
}

// has reports whether anything is kept under key.
func (s *spool) has(key int64) bool {
	_, filed := s.last[key]
	return filed || len(s.pending[key]) > 0
}
