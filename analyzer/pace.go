package analyzer

// pace is how messages are spread over time, in a fixed number of steps: when time runs
// out of them, each two become one, so that a flow of any length fits.
type pace struct {
	begin   int64 // capture time of the first step
	step    int64 // nanoseconds; 0 before the first message
	silence int64
	latest  int64 // capture time of the latest frame of either side
	first   int64 // capture time of the first data message; 0 while none
	delayed int64
	bars    [2][paceSteps]uint32 // last, so that what each message touches lies together
}

const (
	paceSteps = 64
	paceStep  = int64(100e6) // the first width of a step
)

// frame notes that a frame began.
func (p *pace) frame(at int64) {
	if p.latest != 0 {
		p.silence = max(p.silence, at-p.latest)
	}
	p.latest = max(p.latest, at)
}

// message notes a data message of a side.
func (p *pace) message(from int, at int64) {
	if p.first == 0 {
		p.first = at
	}
	if p.step == 0 {
		p.step = paceStep
	}
	step := (at - p.begin) / p.step
	for step >= paceSteps {
		p.halve()
		step = (at - p.begin) / p.step
	}
	p.bars[from][max(step, 0)]++
}

// halve makes one step of each two.
func (p *pace) halve() {
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
func (p *pace) record(answered int64) *Pace {
	if p.latest == 0 {
		return nil
	}
	r := &Pace{LongestSilence: Seconds(p.silence), Step: Seconds(p.step), Delayed: p.delayed, Client: []int64{}, Server: []int64{}}
	if p.first != 0 && answered != 0 {
		r.FirstMessage = seconds(max(p.first-answered, 0))
	}
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
