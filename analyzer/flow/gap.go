package flow

import (
	"wscope/analyzer/record"
	"wscope/assembly"
)

// emitGap emits a Gap record for a hole in what a side sent.
func (f *flow) emitGap(from int, n int64, why assembly.Cause, at *assembly.Mark) {
	s := f.table
	if !s.opt.Events {
		return
	}
	s.emit(Item{Kind: ItemGap, Flow: &f.ref, Body: &record.Gap{
		From: fromNames[from], Time: record.Time(at.Time), Packet: at.Number, File: s.env.Files(at.File), Bytes: n, Why: gapWhy(why),
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
