package wsparse

// Stream decodes one direction of one WebSocket: bytes in, frames, messages and findings
// out, with the same result however the bytes are cut.
//
// A caller feeds bytes and then takes events until Next returns false:
//
//	s.Feed(b)
//	for s.Next(&ev) { … }
//
// An idle Stream is a few hundred bytes; memory for unfinished messages is borrowed while
// they last. Of the inflater's window it keeps what was filled, once compressed messages
// came. A Stream may be embedded as a value: see Init.
type Stream struct {
	// What a quick frame touches stands first, 64 bytes: with many connections each line of
	// memory that a frame touches is a miss of the processor's cache.

	at      int64 // stream offset of in[0]
	frame   int64 // frames so far
	frameAt int64 // stream offset of the frame under way
	seen    seen

	state      state
	nhdr       uint8 // bytes of hdr
	atBoundary bool  // Next has said that all is consumed, and the next byte begins a message
	fresh      bool  // the frame's First was not given yet
	ended      bool  // End was called
	uncertain  bool  // messages may have begun in what was lost
	loss       bool  // bytes of the frame under way are missing
	unknown    bool  // messages before the first compressed one were lost
	cfg        StreamConfig

	in   []byte // to be consumed next: what was fed, or the window of a search that succeeded
	gap  int64  // bytes missing behind in; -1 unknown
	rest []byte // what was fed behind both

	found   []Finding // found and not yet given
	next    int32     // of found, to be given next
	doneAt  int32     // findings before done
	done    *body     // finished and not yet given
	given   *body     // what the last event gave
	scratch *buffer   // unmasked bytes, while Next is at work
	search  *search   // while a frame boundary is searched

	hdr     [MaxHeader]byte
	h       Header
	left    uint64 // payload bytes of the frame under way that are to come
	data    body   // the message under way
	control *body  // the control frame under way

	lost         int64    // see Lost
	unread       [2]int64 // see Unread
	lostMessages int64
	inflation    *inflation // nil until the first compressed message
	digest       *digest    // nil until StreamConfig.Hash asks for the first
}

type state uint8

const (
	atHeader  state = iota // before or inside a header
	atAccept               // the header is read, the frame not yet begun
	atPayload              // inside a frame
	atSearch               // looking for a boundary
)

// NewStream returns a Stream at the first byte of a direction.
func NewStream(cfg StreamConfig) *Stream {
	s := new(Stream)
	s.Init(cfg)
	return s
}

// reset clears all that s holds.
func (s *Stream) reset(cfg StreamConfig) {
	*s = Stream{cfg: cfg}
	s.cfg.roomy = cfg.MaxMessage <= 0 || cfg.MaxMessage >= bareMost
}

// Init makes s a Stream at the first byte of a direction, for callers that embed a Stream by value.
func (s *Stream) Init(cfg StreamConfig) {
	s.reset(cfg)
	if cfg.Midstream {
		s.uncertain, s.unknown = true, true
		s.cfg.Extended = s.cfg.midwayExtended()
		if !cfg.Aligned {
			s.beginSearch()
			s.search.silent = true
		}
	}
}

// Feed gives the next bytes of the direction. b must stay unchanged until Next has
// returned false; the Stream keeps copies of what it needs longer.
func (s *Stream) Feed(b []byte) {
	s.release()
	s.atBoundary = false
	switch {
	case len(s.in) == 0 && s.gap == 0:
		s.in = b
	default:
		s.rest = join(s.rest, b)
	}
}

// Gap takes that n bytes are missing here; n is -1 where the number is unknown. Call it
// when Next has returned false; more gaps may follow before Next is called again, and then
// bytes. A gap inside a payload costs only that payload; one that
// may cover a header makes the Stream search for a frame boundary (see Resynced).
func (s *Stream) Gap(n int64) {
	s.atBoundary = false
	switch {
	case n < 0 || s.gap < 0:
		s.gap = -1
	default:
		s.gap += n
	}
}

// End says that no byte will follow; take the last events after it.
func (s *Stream) End() { s.ended, s.atBoundary = true, false }

// Next takes the next event out of what was fed. It returns false when all is consumed.
func (s *Stream) Next(ev *Event) bool {
	s.release()
	for {
		if s.done != nil || int(s.next) < len(s.found) {
			s.giveNext(ev)
			return true
		}
		if len(s.in) == 0 && s.state != atAccept && !(s.state == atPayload && s.fresh) {
			switch s.goOn(ev) {
			case gave:
				return true
			case did:
				continue
			}
			s.idle()
			return false
		}
		switch s.state {
		case atHeader:
			if s.nhdr == 0 && !s.data.open {
				if n := s.fastPath(s.in, ev, 1); n > 0 {
					s.in = s.in[n:]
					return true
				}
			}
			s.readHeader()
		case atAccept:
			s.accept()
		case atPayload:
			if s.piece(ev) {
				return true
			}
		case atSearch:
			if s.look(ev) {
				return true
			}
		}
	}
}

// goOn finds more to do where in is used up: behind it a gap, bytes, or the end.
func (s *Stream) goOn(ev *Event) progress {
	switch {
	case s.gap != 0:
		if s.jump(ev) {
			return gave
		}
		return did
	case len(s.rest) > 0:
		s.in, s.rest = s.rest, nil
		return did
	case s.ended:
		return s.finish(ev)
	}
	return nothing
}

// idle gives back what was borrowed for the work of Next.
func (s *Stream) idle() {
	s.in = nil
	s.atBoundary = s.state == atHeader && s.nhdr == 0 && !s.data.open && !s.ended
	if s.search != nil && s.state != atSearch {
		s.search.put()
		s.search = nil
	}
	if s.scratch != nil {
		s.scratch.put()
		s.scratch = nil
	}
}

// skip consumes n bytes.
func (s *Stream) skip(n int) {
	s.in = s.in[n:]
	s.at += int64(n)
}

// readHeader reads a header out of in, or as much of one as is there.
func (s *Stream) readHeader() {
	if s.nhdr == 0 {
		if n := s.h.parse(s.in); n > 0 {
			s.frameAt = s.at
			s.skip(n)
			s.state = atAccept
			return
		}
		s.frameAt = s.at
	}
	had := int(s.nhdr)
	s.nhdr += uint8(copy(s.hdr[had:], s.in))
	n := s.h.parse(s.hdr[:s.nhdr])
	if n == 0 {
		s.skip(int(s.nhdr) - had)
		return
	}
	s.skip(n - had)
	s.nhdr = 0
	s.state = atAccept
}

// accept begins the frame whose header was read. A message that it interrupts is done
// first.
func (s *Stream) accept() {
	control := s.h.Opcode.IsControl()
	interrupts := s.data.open && !control && s.h.Opcode != Continuation
	if interrupts {
		s.seen.interrupted = true
		s.data.lossy = true
		s.endMessage(&s.data)
		return
	}
	s.frame++
	s.left = s.h.LenPayload
	s.fresh, s.loss = true, false
	s.state = atPayload
	alone := s.h.Opcode == Continuation && !s.data.open
	if !s.cfg.NoCheck {
		s.checkHeader(alone && !s.uncertain)
	}
	s.seen.interrupted = false
	m := &s.data
	switch {
	case control:
		m = bodies.Get().(*body)
		s.control = m
		s.beginMessage(m, s.h.Opcode)
	case !s.data.open:
		s.beginMessage(m, s.h.Opcode)
		if m.inflate {
			s.beginInflate()
		}
	}
	if !control && s.h.Finished {
		s.uncertain = false
	}
	m.msg.Frames++
	m.msg.WireBytes += uint64(s.h.Size())
	if s.h.Opcode == Close {
		s.seen.close = true
	}
}

// current is the message that the frame under way belongs to.
func (s *Stream) current() *body {
	if s.control != nil {
		return s.control
	}
	return &s.data
}

// piece takes the payload bytes that are there. It says whether it filled ev.
func (s *Stream) piece(ev *Event) bool {
	p := s.in
	if uint64(len(p)) > s.left {
		p = p[:s.left]
	}
	m := s.current()
	if s.h.nonsense() {
		return s.abandon(m, ev)
	}
	first := s.fresh
	s.fresh = false
	var plain []byte
	if n := uint64(len(p)); n > 0 {
		plain = s.payload(m, p, first && n == s.left)
		m.msg.Payload += n
		m.msg.WireBytes += n
		s.left -= n
		s.skip(len(p))
	}
	last := s.left == 0
	if s.cfg.Frames {
		// Field by field: a literal would be built beside and copied.
		ev.reset()
		ev.Kind = FramePart
		ev.First, ev.Last = first, last
		ev.Header = s.h
		ev.Frame, ev.Offset = s.frame, s.frameAt
		ev.Payload = plain
		ev.Len = uint64(len(p))
		ev.Complete = last && !s.loss
	}
	if last {
		s.endFrame(m)
	}
	return s.cfg.Frames
}

// payload hands p, payload bytes as sent, to the message. It returns them unmasked if the
// caller wants them. all says that p is the whole payload.
func (s *Stream) payload(m *body, p []byte, all bool) []byte {
	want := s.cfg.Payload && s.cfg.Frames
	if !want && !m.keep && !m.judge && !m.inflate && !s.hashes(m) {
		return nil
	}
	pos := s.h.LenPayload - s.left
	all = all && s.h.Finished && m.msg.Frames == 1
	if !s.h.IsMasked {
		s.deliver(m, p, s.at, all)
		if !want {
			return nil
		}
		return p
	}
	if want || all && (m.keep || m.inflate) {
		plain := s.scratchFor(len(p))
		Unmask(plain, p, s.h.MaskKey, pos)
		s.deliver(m, plain, s.at, all)
		if !want {
			return nil
		}
		return plain
	}
	at := s.at
	if !m.keep && !m.inflate && !s.hashes(m) && m.text.need == 0 {
		n := maskedASCII(p, s.h.MaskKey, pos)
		p, pos, at = p[n:], pos+uint64(n), at+int64(n)
	}
	for len(p) > 0 {
		n := min(len(p), chunk)
		plain := s.scratchFor(n)
		Unmask(plain, p[:n], s.h.MaskKey, pos)
		s.deliver(m, plain, at, false)
		p, pos, at = p[n:], pos+uint64(n), at+int64(n)
	}
	return nil
}

// chunk is how many bytes are unmasked at a time where they are not wanted in one piece.
const chunk = 4096

func (s *Stream) scratchFor(n int) []byte {
	if s.scratch == nil {
		s.scratch = getBuffer()
	}
	return s.scratch.size(n)
}

// deliver adds unmasked payload bytes to the message.
func (s *Stream) deliver(m *body, p []byte, at int64, whole bool) {
	if m.inflate {
		s.inflate(m, p, whole)
		return
	}
	s.take(m, p, at, whole)
}

// endFrame ends the frame under way, and with it its message if it is the last.
func (s *Stream) endFrame(m *body) {
	s.state = atHeader
	m.msg.End = s.at
	if s.loss {
		m.lossy = true
	}
	if s.h.Finished || m == s.control {
		s.endMessage(m)
	}
}

// Held is how many bytes given before are kept undecided: an unfinished header, or the
// window of a search. The next event may concern them.
func (s *Stream) Held() int64 {
	if s.state == atSearch {
		return int64(s.search.held())
	}
	return int64(s.nhdr)
}

// Offset is the stream offset of the next byte to be fed, lost bytes of known number included.
func (s *Stream) Offset() int64 { return s.at + int64(len(s.in)) + int64(len(s.rest)) + max(s.gap, 0) }

// SetDeflate sets permessage-deflate after the Stream was made.
func (s *Stream) SetDeflate(p *DeflateParams) { s.cfg.Deflate = p }

// Lost is how many bytes were missing or not understood, and how many messages could not
// be given whole for it.
func (s *Stream) Lost() (bytes, messages int64) { return s.lost, s.lostMessages }

// Unread is how many of the bytes that were fed are of no frame: before the first one that was
// found, and behind it, where a loss or nonsense hid where the next begins. All others are of frames.
func (s *Stream) Unread() (before, behind int64) { return s.unread[0], s.unread[1] }

// passOver counts n bytes that were fed and are of no frame.
func (s *Stream) passOver(n int64) {
	s.lost += n
	if s.frame == 0 {
		s.unread[0] += n
	} else {
		s.unread[1] += n
	}
}

// Midway says that a frame, or a message, is unfinished.
func (s *Stream) Midway() bool {
	return s.state == atPayload || s.nhdr > 0 || s.data.open
}
