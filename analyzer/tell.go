package analyzer

import (
	"encoding/hex"
	"slices"
	"unicode/utf8"

	"wscope/analyzer/record"
	"wscope/assembly"
	"wscope/wsparse"
)

// tellFrame gives a Frame record when a frame has ended; at is the packet of its first byte.
func (d *direction) tellFrame(ev *wsparse.Event, at *assembly.Mark) {
	f := d.flow
	s := f.shard
	if s.opt.Payload {
		d.collect(ev)
	}
	if !ev.Last {
		return
	}
	f.frames++
	h := &ev.Header
	r := &s.frame
	*r = Frame{} // as in tellMessage
	r.Frame, r.From = f.frames, fromNames[d.index()]
	r.Time, r.Packet, r.File = Time(at.Time), at.Number, s.env.files(at.File)
	r.Offset, r.Complete = ev.Offset, ev.Complete
	SetHeader(r, h)
	if s.opt.Payload {
		r.Payload = *d.part
		r.IsText = h.Opcode != wsparse.Binary && utf8.Valid(r.Payload)
	}
	if s.keepFrame != nil && !s.keepFrame(f.known, r) {
		return
	}
	if s.render != nil {
		from := len(s.out.bytes)
		s.out.bytes = s.render.Frame(s.out.bytes, r)
		f.rendered(from)
		return
	}
	kept := *r
	SetHeader(&kept, h) // its pointers are to its own fields
	kept.Payload = append([]byte(nil), r.Payload...)
	s.say(item{kind: itemFrame, flow: &f.number, body: &kept})
}

// collect adds to the payload of the frame in hand.
func (d *direction) collect(ev *wsparse.Event) {
	if d.part == nil {
		d.part = new([]byte)
	}
	if ev.First {
		*d.part = (*d.part)[:0]
	}
	*d.part = append(*d.part, ev.Payload...)
}

// SetHeader fills a record's fields from a frame's header. A copy of the record shares the
// fields that not every frame has: set them again.
func SetHeader(r *Frame, h *wsparse.Header) {
	r.Finished, r.Reserved, r.Opcode, r.IsMasked = h.Finished, h.Reserved, h.Opcode.String(), h.IsMasked
	r.LenPayloadPrimary, r.LenPayload = h.LenPayloadPrimary, h.LenPayload
	switch h.LenPayloadPrimary {
	case 126:
		r.SetLength16(h.LenPayloadExtended1)
	case 127:
		r.SetLength64(h.LenPayloadExtended2)
	}
	if h.IsMasked {
		r.SetMaskKey(h.MaskKey)
	}
}

// tellMessage gives a Message record, and the message to the subprotocol.
func (f *flow) tellMessage(d *direction, m *wsparse.Message, first, last *assembly.Mark) {
	s := f.shard
	f.messages++
	if !s.opt.Messages && f.chat == nil {
		return
	}
	r := &s.message
	*r = Message{} // not a literal of what follows: that would be built beside, and copied
	r.Message, r.From = f.messages, fromNames[d.index()]
	r.Time, r.End, r.Packet, r.File = Time(first.Time), Time(last.Time), first.Number, s.env.files(first.File)
	SetMessage(r, m)
	r.Stalled, d.stalled = d.stalled, false
	if f.chat != nil {
		if r.App = f.chat.Message(r); r.App == nil && f.chat.Over() {
			f.unread()
		} else if r.App != nil && r.App.Credential != "" {
			if ws := f.socket(); ws != nil && ws.Secure == nil {
				f.findings.tell(f, record.RuleClear, r.From, r.App.Credential, first)
			}
		}
	}
	if !s.opt.Messages || s.keepMessage != nil && !s.keepMessage(f.known, r) {
		return
	}
	if s.render != nil {
		from := len(s.out.bytes)
		s.out.bytes = s.render.Message(s.out.bytes, r)
		f.rendered(from)
		return
	}
	kept := *r
	kept.Data = append([]byte(nil), r.Data...)
	if r.App != nil {
		app := *r.App
		app.Decoded = append(JSON(nil), app.Decoded...)
		kept.App = &app
	}
	s.say(item{kind: itemMessage, flow: &f.number, body: &kept})
}

// unread lets the conversation go, and stops the collecting of messages that was done for it alone.
func (f *flow) unread() {
	f.chat = nil
	if o := f.shard.opt; o.Messages && o.Payload {
		return
	}
	for i := range f.dirs {
		d := &f.dirs[i]
		d.collects = false
		d.stream.SetBudget(d.budget())
		if d.looked >= lookAt {
			d.stream.SetCollect(false)
		}
	}
}

// rendered says that a record of the flow was rendered: what stands in the output from there on. The
// worker tells the flow's number as soon as it sees it: the merger need not wait for the memory
// of each record's flow then.
func (f *flow) rendered(from int) {
	s := f.shard
	if f.told == 0 {
		f.told = f.number.flow.Load()
	}
	o := s.out
	o.items = slices.Grow(o.items, 1)[:len(o.items)+1]
	it := &o.items[len(o.items)-1] // what is not set is clear: see output.reset
	it.index, it.kind = s.index, itemRendered
	it.flow, it.number = &f.number, f.told
	it.from, it.to = uint32(from), uint32(len(o.bytes))
}

// SetMessage fills a record's fields from a decoded message. Data stays the decoder's.
func SetMessage(r *Message, m *wsparse.Message) {
	r.Type = messageTypes[m.Opcode&15]
	r.Frames, r.Complete = m.Frames, m.Complete
	if r.Compressed = &notCompressed; m.Compressed {
		r.Compressed = &compressed
	} else if m.Opcode == wsparse.Continuation {
		r.Compressed = nil // its first frame was lost
	}
	r.PayloadBytes, r.Length, r.Data = int64(m.Payload), int64(m.Length), m.Data
	r.IsText = m.Opcode != wsparse.Binary && m.Opcode != wsparse.Continuation && (m.Inflated || !m.Compressed) &&
		(m.ValidUTF8 && m.Complete && m.Opcode == wsparse.Text || utf8.Valid(m.Data))
	if m.SHA256 != nil {
		r.SHA256 = hex.EncodeToString(m.SHA256[:])
	}
	if m.Opcode == wsparse.Close {
		if m.Code != 0 {
			code := int(m.Code)
			r.Code = &code
		}
		r.Reason = string(m.Reason)
	}
}

// What Message.Compressed points to: nobody changes it.
var compressed, notCompressed = true, false

// messageTypes names a message by its opcode; reserved ones by the opcode's own name.
var messageTypes = func() (names [16]string) {
	for op := range names {
		names[op] = wsparse.Opcode(op).String()
	}
	names[wsparse.Continuation] = "unknown" // its first frame was lost
	return names
}()
