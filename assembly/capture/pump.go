package capture

import (
	"context"
	"io"
	"sync"
)

// pump reads ahead in a goroutine of its own: a decompressor works while packets are
// parsed, and a read that nothing can interrupt is left behind when ctx is done.
type pump struct {
	ctx     context.Context
	full    chan chunk
	free    chan []byte
	closing chan struct{}
	once    sync.Once
	source  func() // makes a waiting read of the source return; may be nil

	buf  []byte // of the chunk being given out
	rest []byte
	err  error
}

// chunk is what one read gave.
type chunk struct {
	buf []byte
	n   int
	err error
}

const (
	pumpBuffers = 4
	pumpBuffer  = 256 << 10
)

// newPump begins to read r. done is called when nothing reads r any more, and interrupt by
// Close, to make a waiting read of r return; either may be nil.
func newPump(ctx context.Context, r io.Reader, done, interrupt func()) *pump {
	p := &pump{ctx: ctx, full: make(chan chunk, pumpBuffers), free: make(chan []byte, pumpBuffers), closing: make(chan struct{}), source: interrupt}
	for range pumpBuffers {
		p.free <- nil // made when first needed: most inputs are short
	}
	go p.run(r, done)
	return p
}

func (p *pump) run(r io.Reader, done func()) {
	if done != nil {
		defer done()
	}
	for {
		var buf []byte
		select {
		case buf = <-p.free:
		case <-p.closing:
			return
		}
		if buf == nil {
			buf = make([]byte, pumpBuffer)
		}
		n, err := r.Read(buf)
		select {
		case p.full <- chunk{buf, n, err}:
		case <-p.closing:
			return
		}
		if err != nil {
			return
		}
	}
}

func (p *pump) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		select {
		case c := <-p.full:
			p.take(c)
			continue
		default:
		}
		select {
		case c := <-p.full:
			p.take(c)
		case <-p.ctx.Done():
			p.err = errStopped
		case <-p.closing:
			p.err = io.EOF
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// take makes c the chunk being given out and lets the one before be filled again.
func (p *pump) take(c chunk) {
	if p.buf != nil {
		p.free <- p.buf // never full: there are as many places as buffers
	}
	p.buf, p.rest, p.err = c.buf, c.buf[:c.n], c.err
}

func (p *pump) Close() error {
	p.once.Do(func() {
		close(p.closing)
		if p.source != nil {
			p.source()
		}
	})
	return nil
}
