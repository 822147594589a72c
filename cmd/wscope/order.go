package main

import (
	"maps"
	"slices"
)

// inOrder writes what was made of flows in the order of their numbers, although they end
// in any order: what ended early waits for those before it. When too much waits it is
// written, and from then on all comes in the order in which flows end.
type inOrder struct {
	write   func([]byte) error
	told    func() // told once, when the order is given up
	next    int64  // the number that is written next, less 1
	waiting map[int64][]byte
	bytes   int
	given   bool // the order was given up
}

// What may wait.
const (
	maxWaiting      = 1 << 16
	maxWaitingBytes = 256 << 20
)

// add takes what was made of a flow; b is kept. nil says that the flow is passed over.
func (o *inOrder) add(flow int64, b []byte) error {
	if o.given {
		return o.put(b)
	}
	if flow != o.next+1 {
		if o.waiting == nil {
			o.waiting = map[int64][]byte{}
		}
		o.waiting[flow] = b
		o.bytes += len(b)
		if len(o.waiting) > maxWaiting || o.bytes > maxWaitingBytes {
			o.given = true
			o.told()
			return o.end()
		}
		return nil
	}
	if err := o.put(b); err != nil {
		return err
	}
	for o.next++; ; o.next++ {
		b, ok := o.waiting[o.next+1]
		if !ok {
			return nil
		}
		delete(o.waiting, o.next+1)
		o.bytes -= len(b)
		if err := o.put(b); err != nil {
			return err
		}
	}
}

func (o *inOrder) put(b []byte) error {
	if b == nil {
		return nil
	}
	return o.write(b)
}

// end writes all that waits.
func (o *inOrder) end() error {
	for _, flow := range slices.Sorted(maps.Keys(o.waiting)) {
		if err := o.put(o.waiting[flow]); err != nil {
			return err
		}
	}
	o.waiting, o.bytes = nil, 0
	return nil
}
