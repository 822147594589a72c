package main

import (
	"io"
	"sync/atomic"
	"time"

	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

// liveSource is what the analyzer reads in a live capture: the packets of the queue, with
// new keys among them, up to the number asked for, and saved as they pass.
type liveSource struct {
	packet.Source
	keys *keyFollower
	seen atomic.Int64 // packets so far
	left int64        // packets still wanted; negative is all
	stop func()
	save *saver // nil where nothing is saved
}

// SecretsMayFollow is for the function of that name in package packet: an interface has none,
// but a key log may.
func (s *liveSource) SecretsMayFollow() bool { return len(s.keys.files) > 0 }

func (s *liveSource) Read(b *packet.Batch) error {
	err := s.packets(b)
	if err != nil {
		s.keys.rest(b)
	} else {
		s.keys.into(b, time.Now())
	}
	if s.save != nil {
		s.save.take(b)
	}
	return err
}

// packets reads those that are still wanted. They are numbered as they are analysed, over
// all interfaces, which is their number in the file that is saved.
func (s *liveSource) packets(b *packet.Batch) error {
	if s.left == 0 {
		b.Packets, b.Secrets, b.Now = b.Packets[:0], b.Secrets[:0], 0
		return io.EOF
	}
	err := s.Source.Read(b)
	if s.left > 0 {
		b.Packets = b.Packets[:min(int64(len(b.Packets)), s.left)]
		if s.left -= int64(len(b.Packets)); s.left == 0 {
			s.stop()
		}
	}
	seen := s.seen.Load()
	for i := range b.Packets {
		seen++
		b.Packets[i].Number = seen
	}
	s.seen.Store(seen)
	return err
}

// saver writes the packets that are analysed to files. An error ends the saving, not the
// capture: it is told, and makes the exit status 2.
type saver struct {
	ring    *capture.Ring
	tell    func(format string, a ...any)
	reopen  atomic.Bool // asked for by SIGHUP
	failed  error
	flushed time.Time
}

// flushEvery is how old what is not on disk yet may be, about.
const flushEvery = time.Second

func (s *saver) take(b *packet.Batch) {
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

func (s *saver) check(err error) {
	if err != nil && s.failed == nil {
		s.failed = err
		s.tell("saving ended: %v", err)
	}
}

// close ends the files whole and says whether all was saved.
func (s *saver) close() bool {
	if s.failed == nil {
		s.check(s.ring.Close())
	} else {
		s.ring.Close()
	}
	if s.ring.Dropped > 0 {
		s.tell("%d packets were longer than --rotate-size and are not saved", s.ring.Dropped)
	}
	return s.failed == nil && s.ring.Dropped == 0
}
