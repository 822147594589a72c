package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"wscope/assembly/capture"
)

// listen ends the capture when ctx is done or the time is over, and does what the other
// signals ask for, until the function that it returns is called.
func (l *live) listen(ctx context.Context, tap capture.LiveSource, src *liveSource, out liveOutput, count *tally) (end func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	signals := make(chan os.Signal, 4)
	notifyLive(signals)
	// Whoever reads our output may go: that is an error of writing, after which the files are ended whole.
	signal.Ignore(syscall.SIGPIPE)
	var over <-chan time.Time
	if l.duration > 0 {
		over = time.After(l.duration)
	}
	go func() {
		defer close(ended)
		stop := ctx.Done()
		for {
			select {
			case <-done:
				return
			case <-stop:
				stop = nil
				signal.Reset(os.Interrupt, syscall.SIGTERM) // the second one stops at once
				tap.Stop()
			case <-over:
				tap.Stop()
			case s := <-signals:
				if isReopen(s) {
					if src.save != nil {
						src.save.reopen.Store(true)
					}
					out.reopen()
				} else {
					l.tell("%s", count.text())
				}
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
		<-ended
	}
}
