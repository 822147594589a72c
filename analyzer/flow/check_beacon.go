package flow

import (
	"wscope/analyzer/record"
	"wscope/assembly"
)

// intervals is how regular a side's data messages are.
type intervals struct {
	n    int64 // messages, up to the one that showed that this is no beacon
	last int64
	mean float64 // of the intervals
	dev  float64 // mean deviation from it
}

// message takes a message of a side that may still be a beacon: none of its own was larger
// than record.BeaconSize, and none of the other side was seen before one of its own.
func (e *intervals) message(at int64) {
	if e.n > 0 {
		gap := float64(at - e.last)
		off := gap - e.mean
		e.mean += off / float64(e.n)
		if off < 0 {
			off = -off
		}
		if e.n > 1 {
			e.dev += (off - e.dev) / float64(e.n-1)
		}
	}
	e.n, e.last = e.n+1, at
}

// checkBeacon reports a side that sends small messages at even intervals while the
// other sends none: what is left when software phones home.
func (f *flow) checkBeacon(at *assembly.Mark) {
	for i := range f.dirs {
		d, other := &f.dirs[i], &f.dirs[1-i]
		if e := &d.intervals; e.n >= record.BeaconMessages && !d.irregular && other.intervals.n == 0 && e.mean >= float64(record.BeaconInterval) && e.dev <= record.BeaconDeviation*e.mean {
			f.findings.report(f, record.RuleBeacon, fromNames[i], "every "+string(record.Seconds(e.mean).Append(nil))+" s", at)
		}
	}
}
