package flow

import (
	"math"
	"wscope/analyzer/record"
)

// pace is how messages are spread over time, in a fixed number of steps: when time runs
// out of them, each two become one, so that a flow of any length fits.
type activity struct {
	// What each message touches stands first.

	silence  int64
	latest   int64     // capture time of the latest frame of either side
	from, to int64     // the step that the latest message fell into, to excluded
	count    [2]uint32 // messages in it that are not among the bars yet

	begin   int64 // capture time of the first step
	step    int64 // nanoseconds; 0 before the first message
	first   int64 // capture time of the first data message; 0 while none
	delayed int64
	bars    *activityBars // nil before the first message
}

// activityBars is data messages by side and step.
type activityBars [2][activitySteps]uint32

const (
	activitySteps = 64
	activityStep  = int64(100e6) // the first width of a step
)

// frame notes that a frame began.
func (p *activity) frame(at int64) {
	if p.latest != 0 {
		p.silence = max(p.silence, at-p.latest)
	}
	p.latest = max(p.latest, at)
}

// message notes a data message of a side. Most fall into the step of the one before.
func (p *activity) message(side int, at int64) {
	if at < p.from || at >= p.to {
		p.startStep(at)
	}
	p.count[side]++
}

// turn makes the step that a message at a time falls into the one that is counted.
func (p *activity) startStep(at int64) {
	p.flush()
	if p.bars == nil {
		p.bars = new(activityBars)
	}
	if p.first == 0 {
		p.first = at
	}
	if p.step == 0 {
		p.step = activityStep
	}
	step := (at - p.begin) / p.step
	for step >= activitySteps {
		p.halve()
		step = (at - p.begin) / p.step
	}
	p.from, p.to = p.begin+step*p.step, p.begin+(step+1)*p.step
	if step <= 0 { // what comes before the first step counts as in it
		p.from, p.to = math.MinInt64, p.begin+p.step
	}
}

// settle puts what was counted of the latest step among the bars.
func (p *activity) flush() {
	step := int64(0)
	if p.from > p.begin {
		step = (p.from - p.begin) / p.step
	}
	for side, n := range p.count {
		if n > 0 {
			p.bars[side][step] += n
		}
	}
	p.from, p.to, p.count = 0, 0, [2]uint32{}
}

// halve makes one step of each two.
func (p *activity) halve() {
	p.step *= 2
	for side := range p.bars {
		halve(p.bars[side][:])
	}
}

// halve makes one bar of each two.
func halve[T uint32 | int64](bars []T) {
	for i := range len(bars) / 2 {
		bars[i] = bars[2*i] + bars[2*i+1]
	}
	clear(bars[len(bars)/2:])
}

// record is the pace; nil where there was no frame.
func (p *activity) record(answered int64) *record.Pace {
	if p.latest == 0 {
		return nil
	}
	r := &record.Pace{LongestSilence: record.Seconds(p.silence), Step: record.Seconds(p.step), Delayed: p.delayed, Client: []int64{}, Server: []int64{}}
	if p.first != 0 && answered != 0 {
		r.FirstMessage = seconds(max(p.first-answered, 0))
	}
	if p.bars == nil {
		return r
	}
	p.flush()
	used := 0
	for side := range p.bars {
		for i, n := range p.bars[side] {
			if n > 0 {
				used = max(used, i+1)
			}
		}
	}
	r.Client, r.Server = bars(p.bars[fromClient][:used]), bars(p.bars[fromServer][:used])
	return r
}

func bars(b []uint32) []int64 {
	list := make([]int64, len(b))
	for i, n := range b {
		list[i] = int64(n)
	}
	return list
}
