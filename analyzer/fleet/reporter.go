package fleet

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A Reporter tells of a failure at once, and of the same failure again only every now and then,
// with how often it came. Any goroutine may use it.
type Reporter struct {
	tell func(string)
	now  func() time.Time

	failures atomic.Int64

	mu     sync.Mutex
	latest string    // "" where all is well
	began  time.Time // the first failure of an unbroken row
	told   map[string]*repeated
}

// repeated is when a failure was told, and how often it came since.
type repeated struct {
	at    time.Time
	times int
}

const (
	tellAgain = 5 * time.Minute // after how long the same failure is told again
	maxTold   = 64              // different failures; then all are forgotten
)

// NewReporter makes a Reporter that tells by tell, from any goroutine.
func NewReporter(tell func(string)) *Reporter { return &Reporter{tell: tell, now: time.Now} }

// Failed takes a failure.
func (r *Reporter) Failed(what string) {
	r.failures.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if r.latest == "" {
		r.began = now
	}
	r.latest = what
	t := r.told[what]
	if t == nil {
		if r.told == nil || len(r.told) >= maxTold {
			r.told = map[string]*repeated{}
		}
		r.told[what] = &repeated{at: now}
		r.tell(what)
		return
	}
	if t.times++; now.Sub(t.at) >= tellAgain {
		r.tell(fmt.Sprintf("%s (%d times in %s)", what, t.times, now.Sub(t.at).Round(time.Second)))
		*t = repeated{at: now}
	}
}

// Mended takes it that all is well again, and tells what is said of it where something was not.
func (r *Reporter) Mended(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.latest != "" && what != "" {
		r.tell(what)
	}
	r.latest = ""
	clear(r.told)
}

// failing returns for how long nothing but failures came, and the latest; 0 where all is well.
func (r *Reporter) failing() (since time.Duration, latest string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.latest == "" {
		return 0, ""
	}
	return r.now().Sub(r.began), r.latest
}

// Failures returns how many failures there were in all.
func (r *Reporter) Failures() int64 { return r.failures.Load() }
