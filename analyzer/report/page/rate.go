package page

import "wscope/analyzer"

// rate is how the capture's messages were spread over time, by side, in a fixed number of
// steps: when time runs out of them, each two become one.
type rate struct {
	step int64 // nanoseconds
	used int
	bars [2][rateSteps]int64
}

const (
	rateSteps = 512
	rateStep  = int64(1e6) // the first width of a step
)

// add counts a message, at nanoseconds after the page's epoch.
func (r *rate) add(from string, at int64) {
	side := 0
	if from == "server" {
		side = 1
	}
	if r.step == 0 {
		r.step = rateStep
	}
	at = max(at, 0)
	for at/r.step >= rateSteps {
		r.halve()
	}
	i := int(at / r.step)
	r.bars[side][i]++
	r.used = max(r.used, i+1)
}

func (r *rate) halve() {
	r.step *= 2
	r.used = (r.used + 1) / 2
	for side := range r.bars {
		b := &r.bars[side]
		for i := range rateSteps / 2 {
			b[i] = b[2*i] + b[2*i+1]
		}
		clear(b[rateSteps/2:])
	}
}

// rateRecord is a rate in the page's JSON.
type rateRecord struct {
	Step   analyzer.Seconds `json:"step"`   // width of a bar
	Client []int64          `json:"client"` // messages that clients sent, by step from the epoch
	Server []int64          `json:"server"`
}

func (r *rate) record() rateRecord {
	return rateRecord{analyzer.Seconds(r.step), r.bars[0][:r.used], r.bars[1][:r.used]}
}
