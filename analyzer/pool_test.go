package analyzer

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"wscope/assembly/packet"
)

// steady is a source of n batches of one packet that is no segment; after them it ends
// with err. It says of itself whether it waits.
type steady struct {
	n     int64
	read  int64
	err   error
	waits bool
	gate  chan struct{} // not nil: a value is taken before each batch
}

func (s *steady) Read(b *packet.Batch) error {
	b.Packets, b.Secrets = b.Packets[:0], b.Secrets[:0]
	if s.gate != nil {
		<-s.gate
	}
	if s.read == s.n {
		return s.err
	}
	b.Packets = append(b.Packets, packet.Packet{Mark: packet.Mark{Index: s.read, Number: s.read + 1, Time: s.read * 1e6}, Data: []byte{0}, Length: 1})
	s.read++
	return nil
}

func (s *steady) Files() []string            { return []string{"steady"} }
func (s *steady) Problems() []packet.Problem { return nil }
func (s *steady) Close() error               { return nil }
func (s *steady) Waits() bool                { return s.waits }

// batches is a Sink that holds the batches to come one at a time and in order.
type batches struct {
	NopSink
	t     *testing.T
	busy  atomic.Int32
	n     int64
	last  int64      // number of the last packet
	fails int64      // the batch that is refused; 0 is none
	came  chan int64 // told of each batch; nil is nobody
}

var errRefused = errors.New("refused")

func (b *batches) Batch(now Time) error {
	if !b.busy.CompareAndSwap(0, 1) {
		b.t.Error("two batches at once")
	}
	defer b.busy.Store(0)
	if want := min(b.n, b.last) * 1e6; int64(now) != want {
		b.t.Errorf("batch %d is of time %d, not %d", b.n, now, want)
	}
	b.n++
	if b.came != nil {
		b.came <- b.n
	}
	if b.n == b.fails {
		return errRefused
	}
	return nil
}

// TestPool runs pools of all sizes to the end of a source, to its error and to the sink's.
func TestPool(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name  string
		err   error
		fails int64
		want  error
		least int64 // batches that must have come; with fails these alone
	}{
		{"to the end", io.EOF, 0, nil, 101}, // the end is a work of its own
		{"the source breaks", broken, 0, broken, 100},
		{"the sink refuses", io.EOF, 7, errRefused, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			for workers := range shards + 3 {
				for _, waits := range []bool{false, true} {
					sink := &batches{t: t, last: 99, fails: c.fails}
					_, err := Run(context.Background(), &steady{n: 100, err: c.err, waits: waits}, Options{Workers: workers}, sink)
					if err != c.want || sink.n != c.least {
						t.Errorf("%d workers, waits %v: %v after %d batches, not %v after %d", workers, waits, err, sink.n, c.want, c.least)
					}
				}
			}
		})
	}
}

// TestWhatIsThereIsTold: of a source that waits each batch is told before the next comes.
func TestWhatIsThereIsTold(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 5} {
		src := &steady{n: 50, err: io.EOF, waits: true, gate: make(chan struct{})}
		sink := &batches{t: t, last: 49, came: make(chan int64)}
		done := make(chan error)
		go func() {
			_, err := Run(context.Background(), src, Options{Workers: workers}, sink)
			done <- err
		}()
		for range src.n {
			src.gate <- struct{}{}
			<-sink.came
		}
		src.gate <- struct{}{}
		<-sink.came
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
