package flow

import (
	"fmt"
	"strings"
	"wscope/analyzer/record"

	"wscope/assembly"
	"wscope/assembly/h3"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// closing collects how a flow ends: the Close frames of both sides.
type closing struct {
	first int  // index of the side that sent Close first; -1 while none
	reply int  // the other one, once it sent Close too; -1 while not
	both  bool // each sent Close before it had received the other's
	codes [2]uint16
	at    [2]int64 // capture time of the Close frame's last byte
	wire  [2]int64 // bytes of the side's frames up to and with its Close
	text  string   // the first closer's reason
	index int64    // of the packet that ended the first Close
	sent  uint32   // TCP sequence number after the first Close
	heard heard    // what its sender had of its peer's stream then

	number  [2]int64 // the packet of each side's Close, in the file below
	file    [2]int32
	before  [2]int64 // capture time of the frame before each side's Close; 0 where there was none
	largest [2]int64 // of the data messages that the other side had begun before it, in bytes

	endedIn   [2]int64 // the packet in which each side ended, in the file below
	endedFile [2]int32
	pending   [2]int64 // bytes of the data message in hand, as its headers say; valid with direction.inMsg
}

// frame takes a Close. Only the first one of a side counts.
func (c *closing) frame(f *flow, from int, m *wsparse.Message, last *assembly.Mark) {
	switch {
	case c.first < 0:
		c.first, c.text = from, string(m.Reason)
		c.index = last.Index
		c.sent, c.heard = f.conn().Reached(f.side(from)), f.heard(from, last)
	case from != c.first && c.reply < 0:
		c.reply = from
		if c.wasFirst(f, from, last) {
			c.first, c.reply, c.text = from, c.first, string(m.Reason)
		}
	default:
		return
	}
	c.number[from], c.file[from] = last.Number, last.File
	c.largest[from] = f.dirs[1-from].largestMessage()
	c.codes[from], c.at[from], c.wire[from] = m.Code, last.Time, f.dirs[from].wire
}

// heard is what the sender of a Close had of its peer's stream, as the segment says that the Close ended in.
type heard struct {
	upTo  uint32
	known bool
}

// has reports whether it had all before a sequence number.
func (h heard) has(seq uint32) bool { return h.known && int32(h.upTo-seq) >= 0 }

// heard is what the sender of bytes had of its peer's stream, where these are the bytes in hand: those
// behind a loss are understood later than they came.
func (f *flow) heard(from int, last *assembly.Mark) heard {
	seq, known := f.conn().Acknowledging(f.side(from), last.Index)
	return heard{seq, known}
}

// wasFirst reports whether the Close that is understood second was sent first, and notes whether each was sent
// before the other was there: RFC 6455 knows no "both". What their segments acknowledge tells it, whatever
// the order and the times of the packets.
func (c *closing) wasFirst(f *flow, from int, last *assembly.Mark) bool {
	switch mine := f.heard(from, last); {
	case mine.has(c.sent):
		return false
	case mine.known && c.heard.has(f.conn().Reached(f.side(from))):
		return true
	case mine.known && c.heard.known:
		c.both = true
		return last.Index < c.index
	case last.Index < c.index:
		return true
	}
	received, known := f.conn().Received(f.side(c.first), c.sent)
	c.both = known && !received
	return false
}

// record says how the flow ended.
func (c *closing) record(f *flow) *record.Closing {
	r := &record.Closing{How: "none"}
	if c.first >= 0 {
		r.By, r.How, r.Reason = fromNames[c.first], record.HowHalf, c.text
		if c.codes[c.first] != 0 {
			r.Code = number(c.codes[c.first])
			r.Name = wsparse.CloseName(c.codes[c.first])
		}
		if c.reply >= 0 {
			r.How = "handshake"
			if c.codes[c.reply] != 0 {
				r.ReplyCode = number(c.codes[c.reply])
			}
			r.Delay = seconds(max(c.at[c.reply]-c.at[c.first], 0))
			if c.both {
				r.By = "both"
			}
		}
	}
	for _, i := range [...]int{c.first, c.reply} {
		if i >= 0 {
			r.DataAfter += f.dirs[i].wire - c.wire[i]
		}
	}
	f.transportEnd(r)
	f.endedWhere(r)
	f.presence(r)
	r.Story = f.story(r)
	r.Stream = nameEnds(f.streamEnds(), f.quic != nil)
	return r
}

// endedWhere says when and in which packet the end began, and after what.
func (f *flow) endedWhere(r *record.Closing) {
	var at, before int64
	if i := f.closing.first; i >= 0 {
		c := &f.closing
		at, before, r.Packet, r.Largest = c.at[i], c.before[i], c.number[i], c.largest[i]
		r.File = f.table.env.Files(c.file[i])
	} else if i := f.firstEnd(); i >= 0 {
		d := &f.dirs[i]
		at, before, r.Packet = d.endedAt, f.activity.latest, f.closing.endedIn[i]
		r.File = f.table.env.Files(f.closing.endedFile[i])
	} else {
		return
	}
	r.At = (*record.Time)(&at)
	if before != 0 && at >= before {
		r.Silence = seconds(at - before)
	}
	if i := f.closer(); i >= 0 {
		if peer := f.dirs[1-i].begunAt; peer != 0 && at >= peer {
			r.PeerSilence = seconds(at - peer)
		}
	}
}

// closer is the side that ended the flow: that sent Close first, or else ended its transport; -1 where neither did.
func (f *flow) closer() int {
	if f.closing.first >= 0 {
		return f.closing.first
	}
	return f.firstEnd()
}

func number(code uint16) *int {
	n := int(code)
	return &n
}

// StillOpen is Closing.TCP of a flow whose end the capture does not have.
const StillOpen = "open when the capture ended"

// transportEnd says what became of the transport, and who ended a flow without Close.
func (f *flow) transportEnd(r *record.Closing) {
	first := f.firstEnd()
	if first < 0 {
		r.TCP = StillOpen
		for i := range f.dirs {
			if f.dirs[i].why == assembly.Idle {
				r.TCP = "silence"
			}
		}
		return
	}
	how := record.HowFIN
	if ends := f.streamEnds(); len(ends) > 0 && !ends[0].Graceful() || len(ends) == 0 && f.dirs[first].why == assembly.RST {
		how = record.HowRST
	}
	r.TCP = string(how) + " by " + string(fromNames[first])
	if r.How == record.HowNone {
		r.By, r.How = fromNames[first], how
	}
}

// firstEnd is the side that ended the transport first; -1 where none did.
func (f *flow) firstEnd() int {
	if ends := f.streamEnds(); len(ends) > 0 {
		return sender(ends[0].From)
	}
	if f.tcp != nil && f.dirs[0].why == assembly.FIN && f.dirs[1].why == assembly.FIN {
		if s, known := f.tcp.FirstFIN(); known {
			if s == f.client() {
				return fromClient
			}
			return fromServer
		}
	}
	for _, i := range [2]int{int(f.endedFirst), 1 - int(f.endedFirst)} {
		d := &f.dirs[i]
		if d.why != assembly.FIN && d.why != assembly.RST || !d.ended {
			continue
		}
		// A reset ends both directions at once; the one that sent it is known to TCP.
		if d.why == assembly.RST && !f.conn().Stats(f.side(i)).RST {
			continue
		}
		return i
	}
	return -1
}

// streamEnds is what ended the HTTP/2 or HTTP/3 stream that the flow is, or is in.
func (f *flow) streamEnds() []upgrade.StreamEnd {
	if ws := f.socket(); ws != nil {
		return ws.Ends
	}
	return nil
}

// nameEnds says what ended a stream of HTTP/2 or HTTP/3: "END_STREAM by client, RST_STREAM CANCEL by server".
func nameEnds(ends []upgrade.StreamEnd, http3 bool) string {
	var parts []string
	for _, e := range ends {
		what := e.Kind
		switch {
		case e.Kind == "END_STREAM" || e.Kind == "FIN" || e.Kind == "STATELESS_RESET" || http3 && e.Graceful():
		case http3:
			what += " " + h3.ErrorName(e.Code)
		default:
			what += " " + http2Error(e.Code)
		}
		parts = append(parts, what+" by "+string(fromNames[sender(e.From)]))
	}
	return strings.Join(parts, ", ")
}

// http2Error is the name of an error code of HTTP/2, RFC 9113 §7.
func http2Error(code uint64) string {
	names := [...]string{"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
		"FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
		"INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED"}
	if code < uint64(len(names)) {
		return names[code]
	}
	return fmt.Sprintf("0x%x", code)
}
