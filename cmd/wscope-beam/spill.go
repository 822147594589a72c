package main

import (
	"bufio"
	"bytes"
	"container/heap"
	"encoding/binary"
	"io"
	"os"
	"slices"
)

// sorter puts records, compared as bytes, in order with bounded memory: what is more than
// its limit waits in a temporary file, sorted piece by piece.
type sorter struct {
	limit int // bytes kept in memory
	list  [][]byte
	bytes int
	runs  []*os.File
	spilt int64 // bytes written to files
}

const (
	sortLimit  = 64 << 20 // bytes that one sorter keeps in memory
	recordCost = 48       // and what a record takes besides its bytes
)

// add takes a record; it belongs to the sorter then.
func (s *sorter) add(b []byte) error {
	s.list = append(s.list, b)
	s.bytes += len(b) + recordCost
	if s.limit == 0 {
		s.limit = sortLimit
	}
	if s.bytes > s.limit {
		return s.spill()
	}
	return nil
}

func (s *sorter) spill() error {
	slices.SortFunc(s.list, bytes.Compare)
	f, err := os.CreateTemp("", "wscope-beam-*")
	if err != nil {
		return err
	}
	os.Remove(f.Name()) // it lives until it is closed, however this process ends
	s.runs = append(s.runs, f)
	w := bufio.NewWriterSize(f, 1<<20)
	for _, b := range s.list {
		w.Write(binary.AppendUvarint(nil, uint64(len(b))))
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	s.spilt += int64(s.bytes)
	clear(s.list)
	s.list, s.bytes = s.list[:0], 0
	return w.Flush()
}

// each gives all records in order, and then forgets them.
func (s *sorter) each(do func(b []byte) error) error {
	defer s.close()
	slices.SortFunc(s.list, bytes.Compare)
	if len(s.runs) == 0 {
		for _, b := range s.list {
			if err := do(b); err != nil {
				return err
			}
		}
		return nil
	}
	h := piles{&pile{list: s.list}}
	for _, f := range s.runs {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		h = append(h, &pile{r: bufio.NewReaderSize(f, 256<<10)})
	}
	for i := len(h) - 1; i >= 0; i-- {
		if ok, err := h[i].next(); err != nil {
			return err
		} else if !ok {
			h = slices.Delete(h, i, i+1)
		}
	}
	heap.Init(&h)
	for len(h) > 0 {
		if err := do(h[0].head); err != nil {
			return err
		}
		if ok, err := h[0].next(); err != nil {
			return err
		} else if ok {
			heap.Fix(&h, 0)
		} else {
			heap.Pop(&h)
		}
	}
	return nil
}

func (s *sorter) close() {
	for _, f := range s.runs {
		f.Close()
	}
	s.runs, s.list, s.bytes = nil, nil, 0
}

// pile is a sorted piece: in memory, or in a file.
type pile struct {
	list [][]byte
	r    *bufio.Reader
	head []byte
}

func (r *pile) next() (bool, error) {
	if r.r == nil {
		if len(r.list) == 0 {
			return false, nil
		}
		r.head, r.list = r.list[0], r.list[1:]
		return true, nil
	}
	n, err := binary.ReadUvarint(r.r)
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r.head = make([]byte, n)
	_, err = io.ReadFull(r.r, r.head)
	return err == nil, err
}

// piles is a heap of piles by their heads.
type piles []*pile

func (h piles) Len() int           { return len(h) }
func (h piles) Less(i, j int) bool { return bytes.Compare(h[i].head, h[j].head) < 0 }
func (h piles) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *piles) Push(x any)        { *h = append(*h, x.(*pile)) }
func (h *piles) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
