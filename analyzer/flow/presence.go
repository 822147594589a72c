package flow

import (
	"wscope/analyzer/record"
	"wscope/assembly"
)

// presence reports whether each side was still there when the flow ended, as its packets show: nothing came of it though the other
// repeated itself, its window was closed, or the RST in its name has another TTL than its packets.
func (f *flow) presence(r *record.Closing) {
	for i := range f.dirs {
		if f.dirs[i].torn {
			r.Unfinished = bySide(r.Unfinished, fromNames[i])
		}
	}
	if f.quic != nil || f.tcp == nil {
		return
	}
	for i := range f.dirs {
		side := f.side(i)
		if full := f.tcp.Full(side); full > 0 {
			r.Full, r.FullFor = fromNames[i], seconds(full)
		}
		if heard := f.tcp.Heard(side); heard != 0 && f.tcp.Repeats(side.Other()) >= repeatsToNobody {
			until := f.tcp.Heard(side.Other())
			if r.At != nil {
				until = max(until, int64(*r.At))
			}
			r.Gone, r.GoneFor = fromNames[i], seconds(until-heard)
			f.lull(r, 1-i)
		}
	}
	end := f.firstEnd()
	if end < 0 || f.dirs[end].why != assembly.RST || len(f.streamEnds()) > 0 {
		return
	}
	if r.SilenceBefore == nil {
		f.lull(r, 1-end)
	}
	if reset, others, foreign := f.tcp.ForeignReset(f.side(end)); foreign {
		n, m := int(reset), int(others)
		r.ResetTTL, r.TTL = &n, &m
		if r.How == record.HowRST {
			r.By = "middlebox"
		}
	}
}

// repeatsToNobody is how often a side repeats itself, with no packet of the other between, before the other counts as gone.
const repeatsToNobody = 2

// lull tells of the silence before the first frame that a side sent since the last packet of the other.
func (f *flow) lull(r *record.Closing, side int) {
	d := &f.dirs[side]
	if d.lull != 0 && d.unheardSince == f.tcp.Heard(f.side(1-side)) {
		r.SilenceBefore, r.SilenceSurvived = seconds(d.lull), seconds(d.calm)
	}
}

func bySide(before, side record.Peer) record.Peer {
	if before != "" {
		return "both"
	}
	return side
}
