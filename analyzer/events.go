package analyzer

import "wscope/assembly"

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
