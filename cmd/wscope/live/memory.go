package live

import (
	"runtime/debug"
	"runtime/metrics"
)

// MemoryShort makes the runtime keep within limit. It returns a function that is asked before every batch of packets
// and reports whether connections must be let go: where a collection finds more than five eighths of limit in use,
// once per collection, since what was let go is free only after one. Collections come more often the faster memory
// fills, so this follows growth and not time: at whatever rate connections begin, what is in use settles below the
// limit. An eighth is kept back: the runtime exceeds its limit while a collection runs, and libpcap's memory is
// unknown to it.
func MemoryShort(limit int64) func() bool {
	debug.SetMemoryLimit(limit / 8 * 7)
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/cycles/total:gc-cycles"}}
	last := uint64(0)
	return func() bool {
		metrics.Read(samples)
		live, cycle := samples[0].Value.Uint64(), samples[1].Value.Uint64()
		if cycle == last || live < uint64(limit)/8*5 {
			return false
		}
		last = cycle
		return true
	}
}

// QueueDepth returns how many batches of packets may wait for the analysis: as many as take a sixteenth of limit at
// half a megabyte each, and no more than a busy interface fills in a second or so.
func QueueDepth(limit int64) int {
	const most, each = 128, 512 << 10
	if limit <= 0 {
		return most
	}
	return int(min(limit/16/each, most))
}
