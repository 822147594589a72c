package wsparse

// quick takes the next frame if it is what nearly all frames are: whole in the bytes at
// hand, a text or binary message of its own, not compressed, and with nothing wrong in it.
// It then does what accept, piece and endMessage would, in one go, and fills ev. It writes
// little of the Stream: with many connections each line of memory that a frame touches is a
// miss of the processor's cache. Where it says false it has changed nothing that matters.
func (s *Stream) quick(ev *Event) bool {
	in := s.in
	if len(in) < 2 || in[0] != 0x80|byte(Text) && in[0] != 0x80|byte(Binary) {
		return false
	}
	h := &ev.Header
	n := h.parse(in)
	if n == 0 || h.LenPayload > uint64(len(in)-n) {
		return false
	}
	p := in[n : n+int(h.LenPayload)]
	check := !s.cfg.NoCheck
	if check && h.IsMasked && s.seen.tells(h.MaskKey) {
		return false // a finding stands before its frame
	}
	if check && (s.seen.close || s.cfg.Refused || h.IsMasked && s.cfg.From == FromServer || !h.IsMasked && s.cfg.From == FromClient ||
		h.LenPayloadPrimary >= 126 && (len(p) < 126 || h.LenPayloadPrimary == 127 && len(p) <= 0xffff)) {
		return false
	}
	payload := s.cfg.Payload && s.cfg.Frames
	text := check && h.Opcode == Text
	plain := p
	switch {
	case s.cfg.Collect && len(p) > s.limit(&s.data), s.cfg.Hash:
		return false
	case !h.IsMasked, !text && !s.cfg.Collect && !payload:
	case s.cfg.Collect || payload:
		plain = s.scratchFor(len(p))
		Unmask(plain, p, h.MaskKey, 0)
	default:
		if maskedASCII(p, h.MaskKey, 0) < len(p) {
			return false
		}
		plain, text = nil, false
	}
	if text {
		var t textCheck
		if t.bad(plain) >= 0 || t.need > 0 {
			return false
		}
	}
	s.frame++
	s.frameAt = s.at
	s.skip(n + len(p))
	s.uncertain = false
	if check && h.IsMasked {
		s.checkKey(h)
	}

	alone := (!s.cfg.Frames || s.cfg.Brief) && len(s.found) == 0
	msg := &ev.own
	if !alone {
		msg = &s.data.msg
	}
	*msg = Message{}
	msg.Opcode = h.Opcode
	msg.Offset, msg.End = s.frameAt, s.at
	msg.Frames = 1
	msg.WireBytes = uint64(n + len(p))
	msg.Payload, msg.Length = h.LenPayload, h.LenPayload
	msg.Complete = true
	msg.ValidUTF8 = check && h.Opcode == Text
	if s.cfg.Collect {
		msg.Data = plain
	}
	ev.Kind, ev.Message = MessageDone, msg
	if !alone {
		s.data.first, s.data.number = *h, s.frame
		s.give(&s.data)
		if !s.cfg.Frames {
			s.giveNext(ev)
			return true
		}
		ev.Kind, ev.Message = FramePart, nil
	}
	ev.First, ev.Last, ev.Complete = true, true, true
	ev.Frame, ev.Offset = s.frame, s.frameAt
	ev.Len, ev.Lost = h.LenPayload, 0
	ev.Payload = nil
	if payload {
		ev.Payload = plain
	}
	return true
}
