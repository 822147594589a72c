package analyzer

import (
	"io"
	"sync"
)

// crew is the goroutines that share a pipeline's work. They are alike: each analyses
// partitions of its own, so that no lock is on a packet's path and a connection's state stays
// with one processor; and whoever has time reads the next work or merges the oldest, so
// that none waits for another that only does the one or the other. Works are merged in
// the order in which they were read, one at a time, whoever does it.
//
// Where reading may wait for what the capture's writer has not written, one member more
// does nothing but read: what is there is not held up by what is to come.
type crew struct {
	p       *pipeline
	members int
	reader  int // the member that reads; anyone is any
	ahead   int // works that a member may be behind and still read one more

	mu      sync.Mutex
	change  sync.Cond
	works   []*work // work number k is works[k%len(works)]
	read    int     // works read
	merged  int
	done    []int // by member: works whose partitions of its own it has analysed
	reading bool
	merging bool
	over    bool // no work comes any more
	err     error
	readErr error
}

const (
	anyone = -1
	// readAhead is how many works a member may be behind and still read one more: with so
	// many left to do it does not come to wait for another that reads.
	readAhead = 3
)

type duty uint8

const (
	dutyRead duty = iota
	dutyRun
	dutyMerge
	dutyNone
)

// newCrew makes a crew of n members; waits says that reading may wait.
func newCrew(p *pipeline, n int, waits bool) *crew {
	c := &crew{p: p, members: n, reader: anyone, ahead: readAhead}
	depth := n + readAhead
	switch {
	case n <= 1:
		c.members, c.ahead, depth = 1, 1, 1
	case waits:
		c.reader = n
		c.ahead = depth
	}
	c.works = make([]*work, depth)
	for i := range c.works {
		c.works[i] = new(work)
	}
	c.done = make([]int, c.members)
	c.change.L = &c.mu
	return c
}

// run does all the work, as one member of the crew in the calling goroutine.
func (c *crew) run() error {
	var others sync.WaitGroup
	for i := 1; i < max(c.members, c.reader+1); i++ {
		others.Add(1)
		go func() {
			defer others.Done()
			c.member(i)
		}()
	}
	c.member(0)
	others.Wait()
	if c.err != nil {
		return c.err
	}
	return c.readErr
}

// member does what is due until all is done.
func (c *crew) member(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		var w *work
		switch c.next(i) {
		case dutyRead:
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
		case dutyRun:
			w = c.works[c.done[i]%len(c.works)]
			c.mu.Unlock()
			for part := i; part < partitions; part += c.members {
				c.p.shards[part].run(w, part)
			}
			c.mu.Lock()
			c.done[i]++
			w.pending--
		case dutyMerge:
			w = c.works[c.merged%len(c.works)]
			c.merging = true
			c.mu.Unlock()
			err := c.p.merger.merge(w)
			c.mu.Lock()
			c.merging = false
			c.merged++
			if err != nil {
				c.err = err
			}
		case dutyNone:
			return
		}
		c.change.Broadcast()
	}
}

// took adds a work that was read to those to be done.
func (c *crew) took(w *work, err error) {
	if err != nil && err != io.EOF {
		c.over, c.readErr = true, err
		return
	}
	w.pending = c.members
	c.read++
	c.over = w.final
}

// next says what member i shall do now; it waits where there is nothing. Merging comes
// first: it makes room, and the output goes on.
func (c *crew) next(i int) duty {
	for {
		mine := 0 // works that wait for this member
		if i < c.members {
			mine = c.read - c.done[i]
		}
		switch {
		case c.err != nil:
			return dutyNone
		case i < c.members && !c.merging && c.merged < c.read && c.works[c.merged%len(c.works)].pending == 0:
			return dutyMerge
		case c.mayRead(i) && mine < c.ahead && c.read-c.merged < len(c.works):
			return dutyRead
		case mine > 0:
			return dutyRun
		case c.over:
			return dutyNone // who analyses the last work, or merges now, merges the rest
		}
		c.change.Wait()
	}
}

func (c *crew) mayRead(i int) bool {
	return !c.reading && !c.over && (c.reader == anyone || c.reader == i)
}
