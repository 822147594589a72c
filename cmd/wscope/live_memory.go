package main

import (
	"runtime/debug"
	"runtime/metrics"
)

// memoryShort makes the runtime keep within limit, and gives what says, asked before every
// batch of packets, that connections must be let go for it: where a collection finds more
// than five eighths of it in use, and once for each collection, because what was let go is
// free only after one. Collections come more often the faster memory fills up, so that this
// follows growth and not time: at whatever rate connections begin, what is in use settles
// below the limit. An eighth is kept back: the runtime goes beyond what it is told while a
// collection runs, and libpcap takes memory that it does not know of.
func memoryShort(limit int64) func() bool {
	debug.SetMemoryLimit(limit / 8 * 7)
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/cycles/total:gc-cycles"}}
	told := uint64(0)
	return func() bool {
		metrics.Read(samples)
		live, cycle := samples[0].Value.Uint64(), samples[1].Value.Uint64()
		if cycle == told || live < uint64(limit)/8*5 {
			return false
		}
		told = cycle
		return true
	}
}

// queueDepth is how many batches of packets may wait for the analysis: as many as take a
// sixteenth of the memory, at half a megabyte each, but no more than make up for a second
// or so of a busy interface.
func queueDepth(limit int64) int {
	const most, each = 128, 512 << 10
	if limit <= 0 {
		return most
	}
	return int(min(limit/16/each, most))
}
