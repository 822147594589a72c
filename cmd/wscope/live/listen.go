package live

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Handlers are what Listen calls.
type Handlers struct {
	Stop    func()        // ends the capture
	Reopen  func()        // opens the files again
	Summary func()        // gives a summary so far
	After   time.Duration // ends the capture after this time; 0 is never
}

// Listen ends the capture when ctx is done or the time is over, and does what the other
// signals ask for, until the function that it returns is called.
func Listen(ctx context.Context, h Handlers) (end func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	signals := make(chan os.Signal, 4)
	notify(signals)
	// The reader of our output may go: that is an error of writing, after which the files are ended whole.
	signal.Ignore(syscall.SIGPIPE)
	var over <-chan time.Time
	if h.After > 0 {
		over = time.After(h.After)
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
				h.Stop()
			case <-over:
				h.Stop()
			case s := <-signals:
				if isReopen(s) {
					h.Reopen()
				} else {
					h.Summary()
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
