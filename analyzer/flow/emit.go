package flow

import (
	"encoding/hex"
	"slices"
	"unicode/utf8"

	"wscope/analyzer/record"
	"wscope/assembly"
	"wscope/wsparse"
)

// emitFrame gives a Frame record when a frame has ended; at is the packet of its first byte.
func (d *direction) emitFrame(ev *wsparse.Event, at *assembly.Mark) {
	f := d.flow
	s := f.table
	if s.opt.Payload {
		d.collect(ev)
	}
	if !ev.Last {
		return
	}
	f.frames++
	h := &ev.Header
	r := &s.frame
	*r = record.Frame{} // as in emitMessage
	r.Frame, r.From = f.frames, fromNames[d.index()]
	r.Time, r.Packet, r.File = record.Time(at.Time), at.Number, s.env.Files(at.File)
	r.Offset, r.Complete = ev.Offset, ev.Complete
	SetHeader(r, h)
	if s.opt.Payload {
		r.Payload = *d.part
		r.IsText = h.Opcode != wsparse.Binary && utf8.Valid(r.Payload)
	}
	if s.opt.KeepFrame != nil && !s.opt.KeepFrame(f.known, r) {
		return
	}
	if s.opt.Render != nil {
		from := len(s.out.Bytes)
		s.out.Bytes = s.opt.Render.Frame(s.out.Bytes, r)
		f.rendered(from)
		return
	}
	kept := *r
	SetHeader(&kept, h) // its pointers are to its own fields
	kept.Payload = append([]byte(nil), r.Payload...)
	s.emit(Item{Kind: ItemFrame, Flow: &f.ref, Body: &kept})
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
func SetHeader(r *record.Frame, h *wsparse.Header) {
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

// emitMessage gives a Message record, and the message to the subprotocol.
func (f *flow) emitMessage(d *direction, m *wsparse.Message, first, last *assembly.Mark) {
	s := f.table
	f.messages++
	if f.unopened {
		f.app, f.unopened = f.openApp(), false
		if len(s.idle.active) > fewActive {
			f.packHandshake()
		}
	}
	if !s.opt.Messages && f.app == nil {
		return
	}
	r := &s.message
	*r = record.Message{} // not a literal of what follows: that would be built beside, and copied
	r.Message, r.From = f.messages, fromNames[d.index()]
	r.Time, r.End, r.Packet, r.File = record.Time(first.Time), record.Time(last.Time), first.Number, s.env.Files(first.File)
	SetMessage(r, m)
	r.Stalled, d.stalled = d.stalled, false
	if f.app != nil {
		if r.App = f.app.Message(r); r.App == nil && f.app.Over() {
			f.stopCollecting()
		} else if r.App != nil && r.App.Credential != "" {
			if ws := f.socket(); ws != nil && ws.Secure == nil {
				f.findings.report(f, record.RuleClear, r.From, r.App.Credential, first)
			}
		}
	}
	if !s.opt.Messages || s.opt.KeepMessage != nil && !s.opt.KeepMessage(f.known, r) {
		return
	}
	if s.opt.Render != nil {
		from := len(s.out.Bytes)
		s.out.Bytes = s.opt.Render.Message(s.out.Bytes, r)
		f.rendered(from)
		return
	}
	s.emit(Item{Kind: ItemMessage, Flow: &f.ref, Body: s.out.keep(r)})
}

// openApp begins the subprotocol's conversation. It waits for the first message: of very many flows most are silent, and one
// with a conversation is not packed.
func (f *flow) openApp() record.Conversation {
	app := f.table.opt.Apps.Open(f.describe())
	if t, ok := app.(record.Terse); ok && !f.table.opt.Messages {
		t.Terse()
	}
	return app
}

// stopCollecting lets the conversation go, and stops the collecting of messages that was done for it alone.
func (f *flow) stopCollecting() {
	f.app = nil
	if o := &f.table.opt; o.Messages && o.Payload {
		return
	}
	for i := range f.dirs {
		d := &f.dirs[i]
		d.collects = false
		d.stream.SetBudget(d.budget())
		if d.looked >= record.InspectedFirst {
			d.stream.SetCollect(false)
		}
	}
}

// rendered says that a record of the flow was rendered: what stands in the output from there on. The
// worker tells the flow's number as soon as it sees it: the merger need not wait for the memory
// of each record's flow then.
func (f *flow) rendered(from int) {
	s := f.table
	if f.number == 0 {
		f.number = f.ref.Number()
	}
	o := s.out
	o.Items = slices.Grow(o.Items, 1)[:len(o.Items)+1]
	it := &o.Items[len(o.Items)-1] // what is not set is clear: see Output.Reset
	it.Index, it.Kind = s.index, ItemRendered
	it.Flow, it.Number = &f.ref, f.number
	it.From, it.To = uint32(from), uint32(len(o.Bytes))
}

// SetMessage fills a record's fields from a decoded message. Data stays the decoder's.
func SetMessage(r *record.Message, m *wsparse.Message) {
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

// What Message.Compressed points to. They are never changed.
var compressed, notCompressed = true, false

// messageTypes names a message by its opcode; reserved ones by the opcode's own name.
var messageTypes = func() (names [16]string) {
	for op := range names {
		names[op] = wsparse.Opcode(op).String()
	}
	names[wsparse.Continuation] = "unknown" // its first frame was lost
	return names
}()
