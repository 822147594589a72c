package page

import (
	"strings"
	"sync"

	"wscope/analyzer/record"
)

// Live returns the page of a run that goes on, and its Content-Security-Policy. It holds no data: its script asks the
// address that it came from for now (flows and totals) and flow (messages), as js/live.js says.
func Live() (html, policy string) {
	s := liveShell()
	return s.head + s.data + s.tail, s.policy + "; frame-ancestors 'none'"
}

type livePage struct{ shellParts }

var liveShell = sync.OnceValue(func() livePage {
	s := makeShell(liveModules, "; connect-src 'self'")
	rules := []rule{}
	for _, r := range record.Rules() {
		rules = append(rules, rule{r.ID, r.Sentence})
	}
	about := marshal(struct {
		Rules   []rule   `json:"rules"`
		Summary struct{} `json:"summary"`
		Limits  Limits   `json:"limits"`
	}{Rules: rules, Limits: Limits{Message: LiveMessage}})
	s.data = `<script type="application/json" id="about">` + string(appendInert(nil, about)) + "</script>\n"
	s.head = strings.Replace(s.head, "<title>wscope report</title>", "<title>wscope live</title>", 1)
	return livePage{s}
})

// LiveMessage is how many bytes of a message's payload the live page is given.
const LiveMessage = 16 << 10

// AppendMessage appends a message's row as JSON, with at most LiveMessage bytes of its payload. Times count from epoch.
func AppendMessage(dst []byte, m *record.Message, epoch record.Time) []byte {
	data, flags := content(nil, m, LiveMessage)
	return appendRow(dst, m, epoch, data, flags)
}

// Activity is how many messages there were and how many flows were open over time, in a fixed number of steps.
type Activity struct {
	all  rate
	own  flowRate
	open levels
}

// Message counts a message, at nanoseconds after the beginning.
func (a *Activity) Message(from record.Peer, at int64) { a.all.add(&a.own, from, at) }

// Open says how many flows are open.
func (a *Activity) Open(at, n int64) { a.open.set(at, n) }

// JSON is the rate as a page has it, and the most open flows by step.
func (a *Activity) JSON() []byte {
	all := a.all // a copy, to which the bars are added
	if all.step > 0 {
		all.take(&a.own)
	}
	return marshal(struct {
		Rate rateRecord     `json:"rate"`
		Step record.Seconds `json:"step"`
		Open []int64        `json:"open"`
	}{all.record(), record.Seconds(a.open.step), append([]int64{}, a.open.most[:a.open.used]...)})
}

// levels is the highest value of something by step of time: when time runs out of steps, each two become one.
type levels struct {
	step int64 // nanoseconds
	used int
	last int64
	most [rateSteps]int64
}

func (l *levels) set(at, n int64) {
	if l.step == 0 {
		l.step = rateStep
	}
	for at/l.step >= rateSteps {
		l.step *= 2
		l.used = (l.used + 1) / 2
		for i := range rateSteps / 2 {
			l.most[i] = max(l.most[2*i], l.most[2*i+1])
		}
		clear(l.most[rateSteps/2:])
	}
	place := int(max(at, 0) / l.step)
	for ; l.used <= place; l.used++ {
		l.most[l.used] = l.last
	}
	l.most[place] = max(l.most[place], n)
	l.last = n
}
