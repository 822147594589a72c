package live

import (
	"sync/atomic"
	"time"

	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

// Saver writes the packets that are analysed to files. An error ends the saving, not the capture.
type Saver struct {
	ring    *capture.Ring
	notice  func(format string, a ...any) // of an error
	reopen  atomic.Bool                   // asked for by Reopen
	failed  error
	flushed time.Time
}

// NewSaver makes a Saver that writes to ring. notice is told of an error.
func NewSaver(ring *capture.Ring, notice func(format string, a ...any)) *Saver {
	return &Saver{ring: ring, notice: notice}
}

// Reopen asks for the files to be opened again, from any goroutine.
func (s *Saver) Reopen() { s.reopen.Store(true) }

// flushEvery is how old what is not on disk yet may be, about.
const flushEvery = time.Second

func (s *Saver) take(b *packet.Batch) {
	if s.reopen.Swap(false) {
		if err := s.ring.Reopen(); err != nil {
			s.check(err)
		} else {
			s.failed = nil
		}
	}
	if s.failed != nil {
		return
	}
	secrets := b.Secrets
	for i := range b.Packets {
		for ; len(secrets) > 0 && secrets[0].Before <= i; secrets = secrets[1:] {
			s.check(s.ring.Secrets(secrets[0]))
		}
		if s.check(s.ring.Packet(&b.Packets[i])); s.failed != nil {
			return
		}
	}
	for ; len(secrets) > 0; secrets = secrets[1:] {
		s.check(s.ring.Secrets(secrets[0]))
	}
	if now := time.Now(); now.Sub(s.flushed) >= flushEvery {
		s.flushed = now
		s.check(s.ring.Flush())
	}
}

func (s *Saver) check(err error) {
	if err != nil && s.failed == nil {
		s.failed = err
		s.notice("saving ended: %v", err)
	}
}

// Close ends the files whole and reports whether all was saved.
func (s *Saver) Close() bool {
	if s.failed == nil {
		s.check(s.ring.Close())
	} else {
		s.ring.Close()
	}
	if s.ring.Dropped > 0 {
		s.notice("%d packets were longer than --rotate-size and are not saved", s.ring.Dropped)
	}
	return s.failed == nil && s.ring.Dropped == 0
}
