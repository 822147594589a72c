package wsparse

// Take is Feed and all the Next there is for bytes that are one frame of the kind that
// nearly all are (see fastPath), whole and nothing else: most packets hold that. It fills ev with
// the one event. For any other bytes, while the Stream is in the middle of something, and
// where a frame is more than an event, it returns false and has done nothing: call Feed then.
func (s *Stream) Take(b []byte, ev *Event) bool {
	return s.atBoundary && (s.cfg.Brief || !s.cfg.Frames) && s.fastPath(b, ev, len(b)) > 0
}

// Prefetch reads the memory that Take touches first. The result only keeps the loads alive.
func (s *Stream) Prefetch() int64 { return s.at }

// fastPath takes the next frame if it is what nearly all frames are: whole in the bytes at
// hand, a text or binary message of its own, not compressed, and with nothing wrong in it.
// It then does what accept, piece and endMessage would, in one go, fills ev and returns the
// frame's length. It writes little of the Stream. Where it returns 0, as for a frame of
// less than least bytes, it has changed nothing that matters.
func (s *Stream) fastPath(in []byte, ev *Event, least int) int {
	if len(in) < 2 || in[0] != 0x80|byte(Text) && in[0] != 0x80|byte(Binary) {
		return 0
	}
	h := &ev.Header
	n := h.parse(in)
	if n == 0 || h.LenPayload > uint64(len(in)-n) {
		return 0
	}
	used := n + int(h.LenPayload)
	if used < least {
		return 0
	}
	p := in[n:used]
	check := !s.cfg.NoCheck
	if check && h.IsMasked && s.seen.tells(h.MaskKey) {
		return 0 // a finding stands before its frame
	}
	if check && (s.seen.close || s.cfg.Refused || s.cfg.Extended && h.Opcode == Text && s.opaqueText() || h.IsMasked && s.cfg.From == FromServer || !h.IsMasked && s.cfg.From == FromClient ||
		h.LenPayloadPrimary >= 126 && (len(p) < 126 || h.LenPayloadPrimary == 127 && len(p) <= 0xffff)) {
		return 0
	}
	payload := s.cfg.Payload && s.cfg.Frames
	text := check && h.Opcode == Text
	plain := p
	switch {
	case s.cfg.Collect && !(s.cfg.roomy && len(p) <= bareMost) && len(p) > s.limit(&s.data), s.cfg.Hash:
		return 0
	case !h.IsMasked, !text && !s.cfg.Collect && !payload:
	case s.cfg.Collect || payload:
		if plain = ev.room(len(p)); plain == nil {
			return 0
		}
		Unmask(plain, p, h.MaskKey, 0)
	default:
		if maskedASCII(p, h.MaskKey, 0) < len(p) {
			return 0
		}
		plain, text = nil, false
	}
	if text {
		var t textCheck
		if t.bad(plain) >= 0 || t.need > 0 {
			return 0
		}
	}
	s.frame++
	s.frameAt = s.at
	s.at += int64(used)
	s.uncertain = false
	alone := !s.cfg.Frames || s.cfg.Brief
	if check && h.IsMasked {
		s.checkKey(h)
	}
	msg := &ev.own
	if !alone {
		msg = &s.data.msg
	}
	*msg = Message{}
	msg.Opcode = h.Opcode
	msg.Offset, msg.End = s.frameAt, s.at
	msg.Frames = 1
	msg.WireBytes = uint64(used)
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
			return used
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
	return used
}
