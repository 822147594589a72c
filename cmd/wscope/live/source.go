package live

import (
	"io"
	"sync/atomic"
	"time"

	"wscope/assembly/packet"
)

// Source is what the analyzer reads in a live capture: the packets of the queue, with new keys among them, up to the
// number asked for, and saved as they pass.
type Source struct {
	packet.Source
	keys *KeyFollower
	seen atomic.Int64 // packets so far
	left int64        // packets still wanted; negative is all
	stop func()
	save *Saver // nil where nothing is saved
}

// NewSource makes a Source of packets and keys. count is how many packets are wanted, 0 for all: then stop is called
// with the last one. save may be nil.
func NewSource(packets packet.Source, keys *KeyFollower, count int64, stop func(), save *Saver) *Source {
	s := &Source{Source: packets, keys: keys, left: -1, stop: stop, save: save}
	if count > 0 {
		s.left = count
	}
	return s
}

// SecretsMayFollow is for the function of that name in package packet: an interface has none,
// but a key log may.
func (s *Source) SecretsMayFollow() bool { return len(s.keys.files) > 0 }

// Read implements packet.Source.
func (s *Source) Read(b *packet.Batch) error {
	err := s.packets(b)
	if err != nil {
		s.keys.Rest(b)
	} else {
		s.keys.Into(b, time.Now())
	}
	if s.save != nil {
		s.save.take(b)
	}
	return err
}

// packets reads those that are still wanted. They are numbered as they are analysed, over
// all interfaces, which is their number in the file that is saved.
func (s *Source) packets(b *packet.Batch) error {
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
