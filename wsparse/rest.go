package wsparse

import "encoding/binary"

// AppendRest appends to b what a Stream at rest has to remember, some twenty bytes, for who
// keeps very many of them; Resume makes a Stream of it again. A Stream is at rest between
// two messages when Next has returned false, unless it has inflated messages: their window
// would be the most of it. Where it is not, ok is false and b as it was.
func (s *Stream) AppendRest(b []byte) (_ []byte, ok bool) {
	s.release()
	if s.state != atHeader || s.nhdr != 0 || s.data.open || s.control != nil || s.search != nil || s.inflation != nil ||
		s.ended || s.gap != 0 || len(s.in) > 0 || len(s.rest) > 0 || s.done != nil || int(s.next) < len(s.found) {
		return b, false
	}
	k := &s.seen
	b = append(b, flagByte(s.uncertain, s.loss, s.unknown, s.cfg.Collect, k.close, k.interrupted, s.unread != [2]int64{}), byte(k.told), k.keys, k.same, k.even)
	b = binary.BigEndian.AppendUint32(b, k.key)
	b = binary.BigEndian.AppendUint32(b, k.step)
	for _, n := range [...]int64{s.at, s.frame, s.frameAt, s.lost, s.lostMessages} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	if s.unread != [2]int64{} {
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(s.unread[0])), uint64(s.unread[1]))
	}
	return b, true
}

// Resume makes s the Stream whose AppendRest appended what b begins with, and returns the
// bytes behind it. cfg is what that Stream was made with.
func (s *Stream) Resume(cfg StreamConfig, b []byte) []byte {
	s.reset(cfg)
	if cfg.Midstream {
		s.cfg.Extended = cfg.midwayExtended()
	}
	k := &s.seen
	for i, p := range [...]*bool{&s.uncertain, &s.loss, &s.unknown, &s.cfg.Collect, &k.close, &k.interrupted} {
		*p = b[0]>>i&1 != 0
	}
	hasUnread := b[0]>>6&1 != 0
	k.told, k.keys, k.same, k.even = once(b[1]), b[2], b[3], b[4]
	k.key, k.step = binary.BigEndian.Uint32(b[5:]), binary.BigEndian.Uint32(b[9:])
	b = b[13:]
	fields := []*int64{&s.at, &s.frame, &s.frameAt, &s.lost, &s.lostMessages, &s.unread[0], &s.unread[1]}
	if !hasUnread {
		fields = fields[:5]
	}
	for _, p := range fields {
		n, size := binary.Uvarint(b)
		*p, b = int64(n), b[size:]
	}
	return b
}

// flagByte is flags as a byte, the first one lowest.
func flagByte(flags ...bool) (b byte) {
	for i, f := range flags {
		if f {
			b |= 1 << i
		}
	}
	return b
}
