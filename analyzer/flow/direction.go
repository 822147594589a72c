package flow

import (
	"math"
	"wscope/analyzer/record"

	"wscope/analyzer/stat"
	"wscope/assembly"
	"wscope/wsparse"
)

// direction is what one side of a flow sends.
type direction struct {
	// What each message touches lies together in three lines of the processor's cache, from
	// sizes on to the beginning of the stream: TestLinesOfMessage.

	sizes       stat.Sketch // of data messages
	counts      record.Counts
	compression compression
	gaps        int64

	flow      *flow
	frames    int64
	wire      int64
	payload   int64
	message   int64
	lastAt    int64 // capture time of the latest bytes
	begunAt   int64 // of the latest frame's first byte
	role      wsparse.Role
	inMsg     bool  // a data message is in hand
	collects  bool  // messages are collected whole for a reader
	stalled   bool  // TCP waited for a lost segment inside the message just told
	looked    uint8 // data messages looked into, up to record.InspectedFirst
	ledger    bool  // compression was agreed: compression counts messages without it too
	irregular bool  // it is known that the side sends no beacons: even counts no more
	ended     bool
	stream    wsparse.Stream

	origins   origins
	intervals intervals
	why       assembly.Cause
	torn      bool          // it ended within a message
	untyped   uint16        // data messages without their first frame
	firstAt   int64         // capture time of the first frame; 0 while none
	endedAt   int64         // capture time of the end
	frameAt   assembly.Mark // first byte of the frame in hand, where it comes in parts
	msgAt     assembly.Mark // first byte of the data message in hand, the same
	part      *[]byte       // payload of the frame in hand, where frames are given with theirs

	unheardSince int64 // capture time of the other side's last packet before the latest frame
	lull         int64 // nanoseconds without a frame before the first one after it

	calm int64 // nanoseconds of the longest silence before that one

	saidAt  int64 // capture time of the latest data message; 0 before the first, and where bytes are missing since
	longest int64 // nanoseconds of the longest wait between two; -1 where none was seen whole
}

func (d *direction) init(f *flow, role wsparse.Role) {
	o := &f.table.opt
	d.flow, d.role, d.longest = f, role, -1
	d.ledger = f.terms.deflate != nil
	d.collects = o.Messages && o.Payload || f.table.opt.Apps != nil
}

// config says how the direction's stream is read.
func (d *direction) config() wsparse.StreamConfig {
	o, t := &d.flow.table.opt, &d.flow.terms
	return wsparse.StreamConfig{
		From:       d.role,
		Frames:     true,
		Brief:      true,
		Payload:    o.Frames && o.Payload,
		Collect:    true,
		Budget:     d.budget(),
		Hash:       o.Hash && o.Messages,
		NoInflate:  o.Frames && !o.Messages && d.flow.table.opt.Apps == nil,
		MaxMessage: o.MaxMessage,
		Deflate:    t.deflate,
		Refused:    t.refused,
		Extended:   t.extended,
		Midstream:  t.midstream,
		Agreed:     t.agreed,
		Aligned:    t.aligned[d.index()],
	}
}

// budget bounds what is kept of messages: those that somebody reads share one with the shard's other flows; those
// that are only looked into are short.
func (d *direction) budget() *wsparse.Budget {
	if d.collects {
		return d.flow.table.budget
	}
	return d.flow.table.look
}

func (d *direction) bytes(b []byte, at *assembly.Mark) {
	d.lastAt = at.Time
	if ev := &d.flow.table.event; !d.flow.seeks && d.stream.Take(b, ev) {
		d.whole(ev, at, at)
		return
	}
	d.origins.note(d.stream.Offset())
	d.stream.Segment(&d.flow.table.room)
	d.stream.Feed(b)
	d.drain(at)
	d.origins.done(d.stream.Held(), d.stream.Offset(), at)
}

// unread counts bytes that are not read as frames.
func (d *direction) unread(n int64, at *assembly.Mark) {
	d.wire += n
	d.lastAt = at.Time
}

func (d *direction) gap(n int64, at *assembly.Mark) {
	d.gaps++
	d.stream.Gap(n)
	d.drain(at)
	d.saidAt = 0
	if f := d.flow; f.app != nil || f.unopened {
		f.inOrder(d.index(), at, func() {
			if f.unopened {
				f.app, f.unopened = f.openApp(), false
			}
			if f.app != nil {
				f.app.Lost(fromNames[d.index()])
			}
		})
	}
}

func (d *direction) end(why assembly.Cause, at *assembly.Mark) {
	if d.ended {
		return
	}
	d.ended, d.why, d.endedAt = true, why, at.Time
	c := &d.flow.closing
	c.endedIn[d.index()], c.endedFile[d.index()] = at.Number, at.File
	d.torn = d.stream.Midway()
	d.stream.End()
	d.drain(at)
	d.origins.release()
}

func (d *direction) index() int { return sender(d.role) }

// drain takes the stream's events.
func (d *direction) drain(at *assembly.Mark) {
	f := d.flow
	ev := &f.table.event
	hold := f.holds()
	for d.stream.Next(ev) {
		first, last := d.marks(ev, at)
		if hold {
			d.holdEvent(ev, first, last)
		} else {
			d.take(ev, first, last)
		}
	}
	if f.seeks = f.seeks || d.stream.Seeks(); f.seeks {
		f.release(at)
	}
}

// marks is the packets of an event's first and last byte.
func (d *direction) marks(ev *wsparse.Event, at *assembly.Mark) (first, last *assembly.Mark) {
	switch ev.Kind {
	case wsparse.FramePart:
		first, last = at, at
		if ev.First {
			first = d.origins.at(ev.Offset, at)
			if ev.Last && ev.Complete {
				last = d.origins.at(ev.Offset+int64(ev.Header.Size())+int64(ev.Len)-1, at)
			}
		}
	case wsparse.MessageDone:
		first, last = d.origins.at(ev.Offset, at), d.origins.at(ev.Message.End-1, at)
	case wsparse.Violation:
		first = d.origins.at(ev.Finding.Offset, at)
		last = first
	default:
		first, last = at, at
	}
	return first, last
}

// take takes an event; first and last are the packets of its first and last byte.
func (d *direction) take(ev *wsparse.Event, first, last *assembly.Mark) {
	switch ev.Kind {
	case wsparse.FramePart:
		d.framePart(ev, first)
	case wsparse.MessageDone:
		if ev.First {
			d.whole(ev, first, last)
		} else {
			d.messageEnd(ev.Message, last)
		}
	case wsparse.Violation:
		d.flow.findings.add(d.flow, d.index(), &ev.Finding, first)
	}
}

func (d *direction) framePart(ev *wsparse.Event, first *assembly.Mark) {
	if ev.First {
		d.frameAt = *first
		d.frame(&ev.Header, d.frameAt.Time)
		if !ev.Header.Opcode.IsControl() {
			if !d.inMsg {
				d.inMsg, d.msgAt = true, d.frameAt
				d.flow.closing.pending[d.index()] = 0
			}
			d.flow.closing.pending[d.index()] += int64(min(ev.Header.LenPayload, math.MaxInt32))
		}
	}
	n := int64(ev.Len) + ev.Lost
	d.wire += n
	d.payload += n
	if d.flow.table.opt.Frames {
		d.emitFrame(ev, &d.frameAt)
	}
}

// frame counts a frame that begins.
func (d *direction) frame(h *wsparse.Header, at int64) {
	if d.frames == 0 {
		d.firstAt = at
	}
	d.frames++
	d.wire += int64(h.Size())
	if h.Opcode == wsparse.Close && d.counts.Close == 0 {
		d.flow.closing.before[d.index()] = d.flow.activity.latest
	}
	if d.flow.tcp != nil && d.flow.quic == nil {
		if heard := d.flow.tcp.Heard(d.flow.side(1 - d.index())); heard != d.unheardSince {
			d.unheardSince, d.lull, d.calm = heard, 0, d.flow.activity.silence
			if d.flow.activity.latest != 0 {
				d.lull = max(at-d.flow.activity.latest, 0)
			}
		}
	}
	d.flow.activity.frame(at)
	d.begunAt = at
}

// whole takes a frame that is a message of its own; first and last are the packets of its first
// and last byte.
func (d *direction) whole(ev *wsparse.Event, first, last *assembly.Mark) {
	d.frame(&ev.Header, first.Time)
	n := int64(ev.Len)
	d.wire += n
	d.payload += n
	if d.flow.table.opt.Frames {
		d.emitFrame(ev, first)
	}
	d.messageDone(ev.Message, first, last)
}

// messageEnd takes a message that came in parts; last is the packet of its last byte.
func (d *direction) messageEnd(m *wsparse.Message, last *assembly.Mark) {
	first := &d.frameAt
	if !m.Opcode.IsControl() {
		if d.inMsg {
			first = &d.msgAt
		}
		d.inMsg = false
	}
	d.messageDone(m, first, last)
}

// messageDone takes a message; first and last are the packets of its first and last byte.
func (d *direction) messageDone(m *wsparse.Message, first, last *assembly.Mark) {
	d.message += int64(m.Length)
	f := d.flow
	switch m.Opcode {
	case wsparse.Text:
		d.counts.Text++
	case wsparse.Binary:
		d.counts.Binary++
	case wsparse.Ping:
		d.counts.Ping++
		f.pings.ping(d.index(), m, first, pingConn{f})
	case wsparse.Pong:
		d.counts.Pong++
		f.pings.pong(d.index(), m, first, f.table.opt.Updates, pingConn{f})
	case wsparse.Close:
		d.counts.Close++
		f.closing.frame(f, d.index(), m, last)
	default:
		if m.Opcode == wsparse.Continuation {
			d.untyped = min(d.untyped, math.MaxUint16-1) + 1 // its first frame was lost
		}
	}
	if m.Opcode == wsparse.Text || m.Opcode == wsparse.Binary {
		d.dataMessage(m)
		f.activity.message(d.index(), first.Time)
		if d.saidAt != 0 {
			d.longest = max(d.longest, first.Time-d.saidAt)
		}
		d.saidAt = first.Time
		d.checkMessage(m, first)
	}
	f.emitMessage(d, m, first, last)
}

// largestMessage is the bytes of the largest data message that the side has begun.
func (d *direction) largestMessage() int64 {
	n := int64(0)
	if d.sizes.Count() > 0 {
		n = d.sizes.Max()
	}
	if d.inMsg {
		n = max(n, d.flow.closing.pending[d.index()])
	}
	return n
}

// longestGap is the longest wait between two data messages; nil where there were not two with nothing missing between.
func (d *direction) longestGap() *record.Seconds {
	if d.longest < 0 {
		return nil
	}
	return seconds(d.longest)
}
