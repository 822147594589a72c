package archive

import (
	"container/heap"
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync"

	"wscope/analyzer"
	"wscope/assembly/capture"
	"wscope/assembly/packet"
	"wscope/assembly/tlsopen"
)

// Run analyses the captures that paths name, one worker a file, so many of them at a time, and
// gives sink the flows that analyzer.Run over all of them gives, in the same order. It gives no
// messages and no frames. Problems of the inputs are in the Summary.
func Run(ctx context.Context, paths []string, opt analyzer.Options, workers int, sink analyzer.Sink) (*analyzer.Summary, error) {
	r, err := newRunning(ctx, paths, opt, max(workers, 1))
	if err != nil {
		return nil, err
	}
	if err := r.survey(); err != nil {
		return nil, err
	}
	merge := analyzer.NewMerge(sink, opt.KeepFlow)
	err = r.analyse(merge)
	return merge.Summary(r.names, r.problems(), r.surveys, r.stats), err
}

// running is a Run at work.
type running struct {
	ctx     context.Context
	opt     analyzer.Options
	workers int
	inputs  []capture.Input
	names   []string
	early   []packet.Problem // of paths that name nothing
	wait    bool
	surveys []*analyzer.Survey
	trouble [][]packet.Problem // by file
	stats   []*analyzer.PartStats
}

func newRunning(ctx context.Context, paths []string, opt analyzer.Options, workers int) (*running, error) {
	src, err := capture.Open(paths, capture.Options{Context: ctx})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	r := &running{ctx: ctx, opt: opt, workers: workers, names: slices.Clone(src.Files()), early: src.Problems(), wait: packet.SecretsMayFollow(src)}
	var secrets []packet.Secrets
	r.inputs, secrets = capture.Inputs(src)
	for _, in := range r.inputs {
		if in.Once {
			return nil, errors.New(in.Name + ": can be read only once, and by file it is read twice")
		}
	}
	if r.opt.Keys == nil {
		r.opt.Keys = tlsopen.NewKeys()
	}
	for i := range secrets {
		if secrets[i].Type == secretsTLS {
			r.opt.Keys.Add(secrets[i].Data)
		}
	}
	if opt.Since != 0 || opt.Until != 0 || opt.SinceStart != 0 || opt.UntilStart != 0 {
		return nil, errors.New("by file there is no --since and no --until: name the files of that time")
	}
	r.trouble = make([][]packet.Problem, len(r.inputs))
	return r, nil
}

// secretsTLS is the secrets type of an NSS key log.
const secretsTLS = 0x544c534b

// open opens one file.
func (r *running) open(i int) (packet.Source, error) {
	return capture.Open([]string{r.inputs[i].Name}, capture.Options{Context: r.ctx, NoLookahead: true})
}

// each calls do for all files, by so many goroutines as there are workers, and returns the first error.
// It begins with a file when begin has room for one more element; nil always has. Files are begun in order.
func (r *running) each(ctx context.Context, begin chan<- struct{}, do func(i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var all sync.WaitGroup
	for range min(r.workers, len(r.inputs)) {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := range next {
				if err := do(i); err != nil {
					cancel(err)
				}
			}
		}()
	}
	for i := range r.inputs {
		if begin != nil {
			select {
			case begin <- struct{}{}:
			case <-ctx.Done():
			}
		}
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	all.Wait()
	return context.Cause(ctx)
}

// survey surveys all files.
func (r *running) survey() error {
	r.surveys = make([]*analyzer.Survey, len(r.inputs))
	return r.each(r.ctx, nil, func(i int) error {
		r.surveys[i] = &analyzer.Survey{File: int32(i)}
		src, err := r.open(i)
		if err != nil {
			r.trouble[i] = []packet.Problem{{File: r.inputs[i].Name, Offset: -1, Reason: reason(err)}}
			return nil
		}
		defer src.Close()
		r.surveys[i], err = Survey(r.ctx, src, int32(i), &r.opt)
		r.trouble[i] = src.Problems()
		return err
	})
}

// analyse analyses all files and merges what comes of them. A worker that is done with a file
// goes on with the next that nobody has; results are merged in the order of the files.
func (r *running) analyse(merge *analyzer.Merge) error {
	plan := NewPlan(r.surveys, &r.opt, r.opt.Keys.Version() > 0 || r.wait)
	files := func(int32) string { return "" }
	if len(r.names) > 1 {
		files = func(i int32) string { return r.names[i] }
	}
	c := &collecting{running: r, results: make([]chan *result, len(r.inputs)), ahead: make(chan struct{}, 2*r.workers)}
	for i := range c.results {
		c.results[i] = make(chan *result, 1)
	}
	c.numbering = numbering{merge: merge, flows: map[flowName]*analyzer.Merged{}}
	c.finisher = NewFinisher(plan, r.opt, r.wait, files, func(s Step) { c.finished = append(c.finished, s) })
	r.stats = make([]*analyzer.PartStats, len(r.inputs)+1)
	ctx, stop := context.WithCancel(r.ctx)
	defer stop()
	failed := make(chan error, 1)
	go func() {
		failed <- r.each(ctx, c.ahead, func(i int) error {
			res := &result{}
			defer func() { c.results[i] <- res }()
			if r.surveys[i].Packets == 0 {
				return nil
			}
			src, err := r.open(i)
			if err != nil {
				return err // it could be opened a moment ago
			}
			defer src.Close()
			w := Worker{Plan: plan, Options: r.opt, Wait: r.wait, Files: files, Steps: res.step, Crossed: res.cross}
			r.stats[i], err = w.Analyse(ctx, src, int32(i))
			return err
		})
	}()
	err := c.run(ctx, failed)
	stop()
	return err
}

// result is what came of one file.
type result struct {
	steps   []Step
	crossed []Crossed
	arena   []byte
}

func (r *result) step(s Step) { r.steps = append(r.steps, s) }

// cross keeps a segment with its bytes.
func (r *result) cross(c *Crossed) error {
	for _, b := range []*[]byte{&c.Segment.Payload, &c.Segment.Options} {
		if len(*b) == 0 {
			continue
		}
		if len(*b) > cap(r.arena)-len(r.arena) {
			r.arena = make([]byte, 0, max(arenaBytes, len(*b)))
		}
		from := len(r.arena)
		r.arena = append(r.arena, *b...)
		*b = r.arena[from:len(r.arena):len(r.arena)]
	}
	r.crossed = append(r.crossed, *c)
	return nil
}

const arenaBytes = 256 << 10

// collecting takes the results in the order of the files.
type collecting struct {
	*running
	results   []chan *result
	ahead     chan struct{} // has an element for each result that was begun and not taken
	crossed   crossHeap
	finisher  *Finisher
	finished  []Step // by it
	numbering numbering
}

func (c *collecting) run(ctx context.Context, failed <-chan error) error {
	for i := range c.results {
		var res *result
		select {
		case res = <-c.results[i]:
		case err := <-failed:
			if err != nil {
				return err
			}
			res = <-c.results[i] // all are done, and none failed
			failed = nil
		}
		<-c.ahead
		if len(res.crossed) > 0 {
			heap.Push(&c.crossed, res.crossed)
		}
		c.numbering.add(i, res.steps)
		if i+1 == len(c.results) {
			break
		}
		next := c.surveys[i+1]
		if next.Packets == 0 {
			continue
		}
		// No file that is still to come has a packet before the next one's first.
		if err := c.until(PlaceOf(next.First, next.File, 1)); err != nil {
			return err
		}
	}
	if failed != nil {
		if err := <-failed; err != nil {
			return err
		}
	}
	return c.end()
}

// until merges all that is before a place.
func (c *collecting) until(at Place) error {
	if err := c.cross(&at); err != nil {
		return err
	}
	if err := c.finisher.Until(&at); err != nil {
		return err
	}
	c.flush()
	return c.numbering.until(&at)
}

// cross gives the finisher the segments before a place.
func (c *collecting) cross(at *Place) error {
	for len(c.crossed) > 0 && c.crossed[0][0].Place.Before(at) {
		first := &c.crossed[0]
		if err := c.finisher.Take(&(*first)[0]); err != nil {
			return err
		}
		if *first = (*first)[1:]; len(*first) == 0 {
			heap.Pop(&c.crossed)
		} else {
			heap.Fix(&c.crossed, 0)
		}
	}
	return nil
}

// flush takes the finisher's steps to the numbering.
func (c *collecting) flush() {
	c.numbering.add(len(c.results), c.finished)
	c.finished = nil
}

// end merges the rest.
func (c *collecting) end() error {
	at := PlaceOf(latestTime, 1<<31-1, 0)
	if err := c.cross(&at); err != nil {
		return err
	}
	var err error
	if c.stats[len(c.results)], err = c.finisher.Finish(); err != nil {
		return err
	}
	c.flush()
	return c.numbering.finish()
}

// problems are those of all files, in their order.
func (r *running) problems() (list []analyzer.Problem) {
	for _, of := range append([][]packet.Problem{r.early}, r.trouble...) {
		for _, p := range of {
			list = append(list, analyzer.Problem{File: p.File, Offset: p.Offset, Reason: p.Reason})
		}
	}
	return list
}

// crossHeap is lists of segments by their next one.
type crossHeap [][]Crossed

func (h crossHeap) Len() int           { return len(h) }
func (h crossHeap) Less(i, j int) bool { return h[i][0].Place.Before(&h[j][0].Place) }
func (h crossHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *crossHeap) Push(x any)        { *h = append(*h, x.([]Crossed)) }
func (h *crossHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

// reason is an error's text without the path, which is told already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
