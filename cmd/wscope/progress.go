package main

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"wscope/assembly/packet"
)

// progress shows on standard error how much of the inputs was read: bytes, rate, and the
// time that is left. It begins after a second, so that short work shows none.
type progress struct {
	shown bool
	in    *input
	read  atomic.Int64
	begun time.Time

	mu    sync.Mutex
	timer *time.Timer
	bars  *mpb.Progress
	bar   *mpb.Bar
	done  chan struct{}
}

// progressAfter is how long work may take with no bar.
const progressAfter = time.Second

// progress makes the bar of a run. There is one on a terminal alone, and not where the
// records go to the same terminal.
func (in *input) progress() *progress {
	return &progress{
		in:    in,
		shown: !in.noProgress && !in.env.quiet && !in.tail && isTerminal(in.env.stderr) && (in.whole || !isTerminal(in.env.stdout)),
	}
}

// hook is what counts the bytes read; nil where nobody looks.
func (p *progress) hook() func(int64) {
	if !p.shown {
		return nil
	}
	return func(n int64) { p.read.Add(n) }
}

func (p *progress) start(src packet.Source) {
	if !p.shown {
		return
	}
	p.begun = time.Now()
	p.done = make(chan struct{})
	p.timer = time.AfterFunc(progressAfter, func() { p.show(src) })
}

// show draws the bar until stop.
func (p *progress) show(src packet.Source) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
		return
	default:
	}
	var size int64
	if sized, ok := src.(interface{ Size() int64 }); ok {
		size = sized.Size()
	}
	p.bars = mpb.New(mpb.WithOutput(p.in.env.stderr), mpb.WithWidth(32), mpb.WithRefreshRate(200*time.Millisecond))
	left := []decor.Decorator{decor.Percentage(decor.WCSyncSpace), decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO), decor.Name(" left")}
	if size == 0 { // a pipe: nobody knows its end
		left = nil
	}
	p.bar = p.bars.New(size, mpb.BarStyle().Lbound("").Rbound(""),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Current(decor.SizeB1000(0), "% .1f"), decor.Name("  "), decor.AverageSpeed(decor.SizeB1000(0), "% .1f")),
		mpb.AppendDecorators(left...))
	p.bar.DecoratorAverageAdjust(p.begun)
	go p.follow()
}

// follow moves the bar.
func (p *progress) follow() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-tick.C:
			p.bar.SetCurrent(p.read.Load())
		}
	}
}

// stop takes the bar away.
func (p *progress) stop() {
	if !p.shown {
		return
	}
	p.timer.Stop()
	close(p.done)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bars != nil {
		p.bar.Abort(true)
		p.bars.Wait()
	}
}
