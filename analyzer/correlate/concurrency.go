package correlate

import "wscope/analyzer/record"

// concurrency counts beginnings and ends by steps of time, of which two become one when time
// runs out of them.
type concurrency struct {
	begin, step  int64
	starts, ends [concurrencySteps]int64
	any          bool
}

const (
	concurrencySteps = 128
	concurrencyStep  = int64(100e6) // the first width of a step
)

// flow adds a flow that was open from start to end; one that stays was open when the capture ended.
func (c *concurrency) flow(start, end int64, stays bool) {
	if !c.any {
		c.any, c.begin, c.step = true, start, concurrencyStep
	}
	c.starts[c.place(start)]++
	if !stays {
		c.ends[c.place(end)]++
	}
}

// place is the step of a time. What is before the first step counts to it.
func (c *concurrency) place(at int64) int64 {
	for (at-c.begin)/c.step >= concurrencySteps {
		c.step *= 2
		halve(c.starts[:])
		halve(c.ends[:])
	}
	return max(at-c.begin, 0) / c.step
}

// record is the flows open by step until last; nil where there were none.
func (c *concurrency) record(last int64) *record.Concurrency {
	if !c.any {
		return nil
	}
	n := c.place(last) + 1
	r := &record.Concurrency{Begin: record.Time(c.begin), Step: record.Seconds(c.step), Open: make([]int64, n)}
	open := int64(0)
	for i := range r.Open {
		open += c.starts[i]
		r.Open[i] = open
		open -= c.ends[i]
	}
	return r
}

// halve makes one bar of each two.
func halve(bars []int64) {
	for i := range len(bars) / 2 {
		bars[i] = bars[2*i] + bars[2*i+1]
	}
	clear(bars[len(bars)/2:])
}
