package main

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// task is a part of an input that is read by itself.
type task struct {
	Input input
	Block int    // its number in the input
	Whole bool   // all of it, whatever it is
	Start int64  // the records that begin at or behind this offset
	End   int64  // and before this one
	Head  []byte // what must be read before them: the file's header, or the section's and its interfaces
	Last  bool   // it ends where the file does
	// Secrets of the input's decryption secrets blocks, with the first task; Found says that
	// those in this task's blocks are among them.
	Secrets [][]byte
	Found   bool
}

// survey cuts an input into tasks of about size bytes, on record boundaries. Inputs that
// cannot be read from any place (compressed, or on a filesystem without it) are one task.
func survey(ctx context.Context, in input, size int64) ([]task, error) {
	whole := []task{{Input: in, Whole: true, Last: true}}
	if !in.Local || size <= 0 {
		return whole, nil
	}
	r, err := os.Open(in.Name)
	if err != nil {
		return whole, nil // told when it is read
	}
	defer r.Close()
	st, err := r.Stat()
	if err != nil || !st.Mode().IsRegular() || st.Size() <= size {
		return whole, nil
	}
	head := make([]byte, pcapHeader)
	if _, err := r.ReadAt(head, 0); err != nil {
		return whole, nil
	}
	if f, ok := readPcapHeader(head); ok {
		return surveyPcap(r, in, f, head, st.Size(), size)
	}
	if binary.BigEndian.Uint32(head) == blockSection {
		return surveyPcapng(r, in, st.Size(), size)
	}
	return whole, nil
}

func surveyPcap(r io.ReaderAt, in input, f pcapFile, head []byte, length, size int64) ([]task, error) {
	var tasks []task
	for start := int64(pcapHeader); start < length; {
		end, err := f.boundary(r, max(start+1, int64(len(tasks)+1)*size), length)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, task{Input: in, Block: len(tasks), Start: start, End: end, Head: head, Last: end == length})
		start = end
	}
	return tasks, nil
}

// Block types of pcapng.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockSecrets   = 10
	byteOrderMagic = 0x1a2b3c4d
	maxSecrets     = 64 << 20 // bytes of secrets collected of one input
)

// surveyPcapng walks from block to block, which is all that their lengths are needed for.
// At damage it ends, and the rest of the file is one task, whose reader knows how to go on.
func surveyPcapng(r io.ReaderAt, in input, length, size int64) ([]task, error) {
	w := window{r: r, size: length}
	var (
		order   binary.ByteOrder = binary.LittleEndian
		tasks   []task
		secrets [][]byte
		kept    int
		head    []byte // of the section at hand
		start   int64  // of the task at hand
		before  []byte // head, as it was there
	)
	cut := func(end int64) {
		tasks = append(tasks, task{Input: in, Block: len(tasks), Start: start, End: end, Head: before, Last: end == length})
		start, before = end, head
	}
	off := int64(0)
	for off+12 <= length {
		h, err := w.at(off, 12)
		if err != nil {
			return nil, err
		}
		kind := order.Uint32(h)
		if kind == blockSection {
			order = binary.LittleEndian
			if order.Uint32(h[8:]) != byteOrderMagic {
				order = binary.BigEndian
			}
			if order.Uint32(h[8:]) != byteOrderMagic {
				break
			}
		}
		n := int64(order.Uint32(h[4:]))
		if n < 12 || n%4 != 0 || n > maxRecord || off+n > length {
			break
		}
		if off >= int64(len(tasks)+1)*size && kind != blockSection {
			cut(off)
		}
		behind, err := w.at(off+n-4, 4)
		if err != nil {
			return nil, err
		}
		if int64(order.Uint32(behind)) != n {
			break
		}
		if kind == blockSection || kind == blockInterface || kind == blockSecrets {
			body, err := w.at(off, int(n))
			if err != nil {
				return nil, err
			}
			switch kind {
			case blockSection:
				head = append([]byte(nil), body...)
			case blockInterface:
				head = append(head[:len(head):len(head)], body...)
			default:
				text, ok := secretsOf(order, body)
				if !ok || kept+len(text) > maxSecrets {
					return []task{{Input: in, Whole: true, Last: true}}, nil // as it comes
				}
				kept += len(text)
				secrets = append(secrets, text)
			}
		}
		off += n
	}
	for i := range tasks {
		tasks[i].Found = true
	}
	cut(length)
	tasks[len(tasks)-1].Found = off == length
	tasks[0].Secrets = secrets
	if off < length && len(secrets) > 0 && !tasks[len(tasks)-1].Found {
		// Those of the last task's sound blocks would come twice.
		return []task{{Input: in, Whole: true, Last: true}}, nil
	}
	return tasks, nil
}

// secretsOf is the key log text of a decryption secrets block; empty for other secrets.
func secretsOf(order binary.ByteOrder, block []byte) ([]byte, bool) {
	if len(block) < 20 || uint64(order.Uint32(block[12:])) > uint64(len(block)-20) {
		return nil, false
	}
	if order.Uint32(block[8:]) != secretsTLS {
		return nil, true
	}
	return append([]byte(nil), block[16:16+order.Uint32(block[12:])]...), true
}

const secretsTLS = 0x544c534b

var errCutInside = errors.New("a part of the file was cut inside a record, where its bytes look like another's: run again with --block 0")
