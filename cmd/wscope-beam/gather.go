package main

import (
	"encoding/binary"
	"maps"
	"slices"
)

// What the shuffle moves are many small records, and moving one costs more than its bytes. So
// records of one key are gathered into a few large values: frames, each a length and a record.

// gather gathers records by key.
type gather struct {
	emit  func(key, frames []byte)
	waits map[string][]byte
	bytes int
}

const (
	gatherKey = 64 << 10 // bytes of frames of a key that are given at once
	gatherAll = 32 << 20 // bytes that wait at most
)

// add takes a record. It is not kept.
func (g *gather) add(key, record []byte) {
	if g.waits == nil {
		g.waits = map[string][]byte{}
	}
	b := g.waits[string(key)]
	before := len(b)
	b = appendFrame(b, record)
	g.bytes += len(b) - before
	if len(b) >= gatherKey {
		g.bytes -= len(b)
		delete(g.waits, string(key))
		g.emit(key, b)
		return
	}
	g.waits[string(key)] = b
	if g.bytes >= gatherAll {
		g.flush()
	}
}

// flush gives what waits.
func (g *gather) flush() {
	for _, key := range slices.Sorted(maps.Keys(g.waits)) {
		g.emit([]byte(key), g.waits[key])
	}
	clear(g.waits)
	g.bytes = 0
}

func appendFrame(dst, record []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(record))), record...)
}

// eachFrame gives the records of a value; they are parts of it.
func eachFrame(b []byte, do func(record []byte) error) error {
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return errPiece
		}
		if err := do(b[size:][:n:n]); err != nil {
			return err
		}
		b = b[size+int(n):]
	}
	return nil
}
