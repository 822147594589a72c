package analyzer

import (
	"io"
	"sync"
)

// pool is the workers that share a pipeline's work. All workers are alike: each analyses
// shards of its own, so that no lock is on a packet's path and a connection's state stays
// with one processor; and whichever is free reads the next work or merges the oldest, so that
// none waits for a worker that only reads or only merges. Works are merged one at a time, in
// the order in which they were read.
//
// Where reading may wait for the capture's writer, one more worker does nothing but read, so
// that packets that are there are analysed at once.
type pool struct {
	p       *pipeline
	workers int
	reader  int // the worker that reads; anyone is any
	ahead   int // works that a worker may be behind and still read one more

	mu      sync.Mutex
	change  sync.Cond
	works   []*work // work number k is works[k%len(works)]
	read    int     // works read
	merged  int
	done    []int // by worker: works whose shards of its own it has analysed
	reading bool
	merging bool
	over    bool // no work comes any more
	err     error
	readErr error
}

const (
	anyone = -1
	// readAhead is how many works a worker may be behind and still read one more. With that
	// many left to analyse it does not have to wait for another that reads.
	readAhead = 3
)

type task uint8

const (
	readTask task = iota
	analyseTask
	mergeTask
	noTask
)

// newPool makes a pool of n workers; waits says that reading may wait.
func newPool(p *pipeline, n int, waits bool) *pool {
	c := &pool{p: p, workers: n, reader: anyone, ahead: readAhead}
	depth := min(n+readAhead, underWay-2)
	switch {
	case n <= 1:
		c.workers, c.ahead, depth = 1, 1, 1
	case waits:
		c.reader = n
		c.ahead = depth
	}
	c.works = make([]*work, depth)
	for i := range c.works {
		c.works[i] = new(work)
	}
	c.done = make([]int, c.workers)
	c.change.L = &c.mu
	return c
}

// run does all the work. The calling goroutine is one of the workers.
func (c *pool) run() error {
	var others sync.WaitGroup
	for i := 1; i < max(c.workers, c.reader+1); i++ {
		others.Add(1)
		go func() {
			defer others.Done()
			c.worker(i)
		}()
	}
	c.worker(0)
	others.Wait()
	if c.err != nil {
		return c.err
	}
	return c.readErr
}

// worker carries out tasks until all is done.
func (c *pool) worker(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		var w *work
		switch c.next(i) {
		case readTask:
			w = c.works[c.read%len(c.works)]
			c.reading = true
			c.mu.Unlock()
			err := c.p.reader.fill(w)
			if c.p.stopped() {
				w.final = true
			}
			c.mu.Lock()
			c.reading = false
			c.took(w, err)
		case analyseTask:
			w = c.works[c.done[i]%len(c.works)]
			c.mu.Unlock()
			for n := i; n < shards; n += c.workers {
				c.p.shards[n].run(w, n)
			}
			c.mu.Lock()
			c.done[i]++
			w.pending--
		case mergeTask:
			w = c.works[c.merged%len(c.works)]
			c.merging = true
			c.mu.Unlock()
			err := c.p.merger.merge(w)
			c.mu.Lock()
			c.merging = false
			c.merged++
			if err != nil {
				c.err = err
				c.p.share.giveUp()
			}
		case noTask:
			return
		}
		c.change.Broadcast()
	}
}

// took adds a work that was read to those to be analysed.
func (c *pool) took(w *work, err error) {
	if err != nil && err != io.EOF {
		c.over, c.readErr = true, err
		return
	}
	w.pending = c.workers
	c.read++
	c.over = w.final
}

// next returns the next task of worker i, and waits while there is none. Merging comes
// first: it makes room, and the output goes on.
func (c *pool) next(i int) task {
	for {
		mine := 0 // works that wait for this worker
		if i < c.workers {
			mine = c.read - c.done[i]
		}
		switch {
		case c.err != nil:
			return noTask
		case i < c.workers && !c.merging && c.merged < c.read && c.works[c.merged%len(c.works)].pending == 0:
			return mergeTask
		case c.mayRead(i) && mine < c.ahead && c.read-c.merged < len(c.works):
			return readTask
		case mine > 0:
			return analyseTask
		case c.over:
			return noTask // the worker that analyses the last work, or merges now, merges the rest
		}
		c.change.Wait()
	}
}

func (c *pool) mayRead(i int) bool {
	return !c.reading && !c.over && (c.reader == anyone || c.reader == i)
}
