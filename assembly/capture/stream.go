package capture

import (
	"errors"
	"io"

	"wscope/assembly/packet"
)

// stream reads one input, of whatever format, into batches.
//
// Bytes go straight into the batch's own buffer and packets are slices of it. What is
// left over at the end of the buffer, the beginning of a record, is carried into the
// buffer of the next batch.
type stream struct {
	name  string // as the user gave it, for problems
	file  int32  // index in Source.Files
	r     io.Reader
	probs *problems
	size  int              // of the buffer of a batch
	early []packet.Secrets // given before the first packet
	ahead int64            // secrets in blocks before this offset are among early
	index int64            // Mark.Index of the next packet

	format format // nil until the first bytes have told it
	carry  []byte // read, not parsed yet
	more   bool   // carry may hold whole records: parse it before reading on
	off    int64  // offset in the input of the first byte of carry
	eof    bool
	// stopped: the input did not end by itself, so a record that is cut is no damage of its own
	stopped bool
	count   int64 // packets given, as other tools number them
	last    int64 // time of the latest packet
}

// format parses the records of one capture format.
type format interface {
	// parse appends the packets of the whole records that buf begins with to b, at most
	// up to packet.MaxBatch. used is how many bytes it is done with; need is how many bytes
	// from buf[used:] it must see at once to go on, 0 where any more will do.
	parse(s *stream, b *packet.Batch, buf []byte) (used, need int)

	// end reports what is left at the end of the input, which no record could be made of.
	end(s *stream, rest []byte)
}

// packet gives the slot of the stream's next packet in b, with all but its time, bytes,
// length, link type and interface set.
func (s *stream) packet(b *packet.Batch) *packet.Packet {
	p := b.Next()
	s.count++
	p.Number = s.count
	p.Index = s.index
	s.index++
	p.File = s.file
	return p
}

// problem notes a problem pos bytes after the beginning of the buffer being parsed.
func (s *stream) problem(pos int, format string, a ...any) {
	s.probs.add(s.name, s.off+int64(pos), format, a...)
}

// fill reads the next packets into b: at least one unless it returns an error. At the
// end it is io.EOF, and b may hold secrets then. It waits for no more than there is.
func (s *stream) fill(b *packet.Batch) error {
	b.Reset(s.size)
	b.Secrets = append(b.Secrets, s.early...)
	s.early = nil
	if least := len(s.carry) + s.size/4; len(b.Buf) < least {
		b.Buf = make([]byte, least)
	}
	n := copy(b.Buf, s.carry)
	s.carry = s.carry[:0]
	parse := s.more
	for {
		if parse {
			used, need := s.parse(b, b.Buf[:n])
			s.off += int64(used)
			if len(b.Packets) > 0 {
				s.carry = append(s.carry, b.Buf[used:n]...)
				s.more = len(b.Packets) >= packet.MaxBatch
				return nil
			}
			n = copy(b.Buf, b.Buf[used:n])
			if s.eof {
				if !s.stopped {
					s.format.end(s, b.Buf[:n])
				}
				return io.EOF
			}
			if n == len(b.Buf) { // a record longer than the buffer; it grows as the record arrives
				b.Buf = append(b.Buf, make([]byte, min(len(b.Buf), max(need-n, 1)))...)
				b.Buf = b.Buf[:cap(b.Buf)]
			}
		}
		m, err := s.r.Read(b.Buf[n:])
		n += m
		if err != nil {
			s.eof = true
			switch {
			case errors.Is(err, errStopped):
				s.stopped = true
			case err != io.EOF:
				s.probs.add(s.name, s.off+int64(n), "%s", reason(err))
				s.stopped = true // what this cuts needs no second line
			}
		}
		parse = true
	}
}

// parse hands buf to the format, which the first bytes tell.
func (s *stream) parse(b *packet.Batch, buf []byte) (used, need int) {
	if s.format == nil {
		if len(buf) < sniffLength && !s.eof {
			return 0, sniffLength
		}
		s.format = detect(s, buf)
	}
	return s.format.parse(s, b, buf)
}
