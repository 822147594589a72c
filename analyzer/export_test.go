package analyzer

import (
	"wscope/assembly/packet"

	"wscope/assembly/link"
)

// KeepAwake makes n the number of flows of a partition that are awake at once, until the
// function that it returns is called.
func KeepAwake(n int) (restore func()) {
	before := mostAwake
	mostAwake = n
	return func() { mostAwake = before }
}

// Ticks gives, for packets of these times in batches of n, the time that all connections are
// told before each, -1 where none. Times are in seconds.
func Ticks(times []int64, n int) []int64 {
	r := reader{opt: &Options{}, totals: &Totals{}}
	told := make([]int64, len(times))
	for at := 0; at < len(times); at += n {
		var w work
		for i, t := range times[at:min(at+n, len(times))] {
			told[at+i] = -1
			w.batch.Packets = append(w.batch.Packets, packet.Packet{Mark: packet.Mark{Index: int64(at + i), Time: t * 1e9}})
		}
		w.segs = make([]link.Segment, 0, n+1)
		for i := range w.batch.Packets {
			r.packet(&w, &w.batch.Packets[i])
		}
		for _, c := range w.controls {
			told[c.mark.Index] = c.now / 1e9
		}
	}
	return told
}
