package recent

import "wscope/analyzer/record"

const seconds = 60 // of messages a second

// Bars is messages by second of the last minute.
type Bars struct {
	last   int64 // second of the newest bar
	counts [seconds]uint32
}

func (b *Bars) add(now record.Time, n int64) {
	second := int64(now) / 1e9
	if second < b.last {
		second = b.last
	}
	if second-b.last >= seconds {
		b.counts = [seconds]uint32{}
	} else {
		for s := b.last + 1; s <= second; s++ {
			b.counts[s%seconds] = 0
		}
	}
	b.last = second
	b.counts[second%seconds] += uint32(n)
}

// At gives the bar so many seconds before now.
func (b *Bars) At(now record.Time, before int) uint32 {
	second := int64(now)/1e9 - int64(before)
	if second > b.last || second <= b.last-seconds || second < 0 {
		return 0
	}
	return b.counts[second%seconds]
}

// Rate is messages a second over the last five whole seconds.
func (b *Bars) Rate(now record.Time) float64 {
	n := uint32(0)
	for i := 1; i <= 5; i++ {
		n += b.At(now, i)
	}
	return float64(n) / 5
}

var blocks = []rune("▁▂▃▄▅▆▇█")

// Spark draws the last n seconds, the newest on the right; no messages are blank.
func (b *Bars) Spark(now record.Time, n int) string {
	top := uint32(1)
	for i := range n {
		top = max(top, b.At(now, i))
	}
	line := make([]rune, n)
	for i := range n {
		v := b.At(now, n-1-i)
		line[i] = ' '
		if v > 0 {
			line[i] = blocks[int(uint64(v)*uint64(len(blocks)-1)/uint64(top))]
		}
	}
	return string(line)
}
