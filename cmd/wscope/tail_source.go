package main

import (
	"context"
	"time"

	"wscope/assembly/packet"
	"wscope/cmd/wscope/live"
)

// tailSource is what the analyzer reads with --tail: the packets of the files, and the new
// lines of the key logs as they are written, whether packets come or not.
type tailSource struct {
	packet.Source
	keys   *live.KeyFollower
	stop   context.CancelFunc // ends a Read of Source that waits
	filled chan tailBatch
	empty  chan *packet.Batch
}

// tailBatch is what one Read of the files gave.
type tailBatch struct {
	batch *packet.Batch
	err   error
}

// newTailSource reads src, which ends when the context that stop cancels is done.
func newTailSource(src packet.Source, keys *live.KeyFollower, stop context.CancelFunc) *tailSource {
	t := &tailSource{Source: src, keys: keys, stop: stop, filled: make(chan tailBatch), empty: make(chan *packet.Batch, 1)}
	t.empty <- new(packet.Batch)
	go t.fill()
	return t
}

// fill reads the files until they end, or Close has closed empty.
func (t *tailSource) fill() {
	defer close(t.filled)
	for b := range t.empty {
		err := t.Source.Read(b)
		t.filled <- tailBatch{b, err}
		if err != nil {
			return
		}
	}
}

// Read implements packet.Source. It returns secrets alone where keys come and no packets do.
func (t *tailSource) Read(b *packet.Batch) error {
	for {
		timer := time.NewTimer(live.KeyPoll)
		select {
		case got := <-t.filled:
			timer.Stop()
			*b, *got.batch = *got.batch, *b
			if got.err != nil {
				t.keys.Rest(b)
				return got.err
			}
			t.empty <- got.batch
			t.keys.Into(b, time.Now())
			return nil
		case now := <-timer.C:
			b.Packets, b.Secrets, b.Now = b.Packets[:0], b.Secrets[:0], 0
			if t.keys.Into(b, now); len(b.Secrets) > 0 {
				return nil
			}
		}
	}
}

// Close implements packet.Source.
func (t *tailSource) Close() error {
	t.stop()
	close(t.empty)
	for range t.filled { // until the Read that waits has ended
	}
	t.keys.Close()
	return t.Source.Close()
}
