package page

import (
	"slices"

	"wscope/analyzer/record"
)

// rate is how the messages of the page's flows were spread over time, by side, in a fixed
// number of steps: when time runs out of them, each two become one.
type rate struct {
	step int64 // nanoseconds
	used int
	bars [rateSteps][2]int64
}

// flowRate is one flow's part, kept until the flow is known to be in the page: only bars
// that are not empty, in order.
type flowRate struct {
	step int64 // the rate's when it was last looked at
	bars []bar
}

type bar struct {
	at int64 // its place
	n  [2]int64
}

const (
	rateSteps = 512
	rateStep  = int64(1e6) // the first width of a step
)

// add counts a flow's message, at nanoseconds after the page's epoch.
func (r *rate) add(f *flowRate, from record.Peer, at int64) {
	if r.step == 0 {
		r.step = rateStep
	}
	at = max(at, 0)
	for at/r.step >= rateSteps {
		r.halve()
	}
	f.fit(r.step)
	i, place := len(f.bars)-1, at/r.step
	if i < 0 || f.bars[i].at != place { // most come in the order of time
		var found bool
		if i, found = slices.BinarySearchFunc(f.bars, place, func(b bar, place int64) int { return int(b.at - place) }); !found {
			f.bars = slices.Insert(f.bars, i, bar{at: place})
		}
	}
	side := 0
	if from == "server" {
		side = 1
	}
	f.bars[i].n[side]++
}

// take adds up a flow that is in the page.
func (r *rate) take(f *flowRate) {
	f.fit(r.step)
	for _, b := range f.bars {
		r.bars[b.at][0] += b.n[0]
		r.bars[b.at][1] += b.n[1]
		r.used = max(r.used, int(b.at)+1)
	}
}

func (r *rate) halve() {
	r.step *= 2
	r.used = (r.used + 1) / 2
	for i := range rateSteps / 2 {
		a, b := r.bars[2*i], r.bars[2*i+1]
		r.bars[i] = [2]int64{a[0] + b[0], a[1] + b[1]}
	}
	clear(r.bars[rateSteps/2:])
}

// fit makes the flow's steps as wide as the rate's are by now.
func (f *flowRate) fit(step int64) {
	if f.step == step {
		return
	}
	kept := f.bars[:0]
	for _, b := range f.bars {
		b.at = b.at * f.step / step
		if n := len(kept); n > 0 && kept[n-1].at == b.at {
			kept[n-1].n[0] += b.n[0]
			kept[n-1].n[1] += b.n[1]
			continue
		}
		kept = append(kept, b)
	}
	f.bars, f.step = kept, step
}

// rateRecord is a rate in the page's JSON.
type rateRecord struct {
	Step   record.Seconds `json:"step"`   // width of a bar
	Client []int64        `json:"client"` // messages that clients sent, by step from the epoch
	Server []int64        `json:"server"`
}

func (r *rate) record() rateRecord {
	c := rateRecord{Step: record.Seconds(r.step), Client: make([]int64, r.used), Server: make([]int64, r.used)}
	for i := range r.used {
		c.Client[i], c.Server[i] = r.bars[i][0], r.bars[i][1]
	}
	return c
}
