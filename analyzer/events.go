package analyzer

import "wscope/assembly"

// Gap is a hole in what one side sent: bytes of the stream that the capture lacks.
type Gap struct {
	Flow   int64  `json:"flow"`
	From   string `json:"from"`
	Time   Time   `json:"time"` // of the packet that showed the hole
	Packet int64  `json:"packet"`
	File   string `json:"file,omitempty"`
	Bytes  int64  `json:"bytes"` // -1 where nobody can know
	Why    string `json:"why"`   // lost, cut (by snaplen), before (the capture begins inside), limit (of memory)
}

// EventSink is a Sink that also takes, with Options.Events and in their place among the
// messages, the holes of a flow and its findings. A finding that only the end of a flow
// shows comes at the end.
type EventSink interface {
	Sink
	Gap(g *Gap) error
	Finding(flow int64, f *Finding) error
}

func eventSink(sink Sink) (EventSink, bool) {
	events, ok := sink.(EventSink)
	return events, ok
}

// tellGap tells of a hole in what a side sent.
func (f *flow) tellGap(from int, n int64, why assembly.Cause, at *assembly.Mark) {
	s := f.shard
	if !s.opt.Events {
		return
	}
	s.say(item{kind: itemGap, flow: &f.number, body: &Gap{
		From: fromNames[from], Time: Time(at.Time), Packet: at.Number, File: s.env.files(at.File), Bytes: n, Why: gapWhy(why),
	}})
}

// gapWhy says why the capture lacks bytes.
func gapWhy(why assembly.Cause) string {
	switch why {
	case assembly.Cut:
		return "cut"
	case assembly.Early:
		return "before"
	case assembly.Limit:
		return "limit"
	}
	return "lost"
}
