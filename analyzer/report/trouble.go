package report

import (
	"slices"
	"strings"
	"time"

	"wscope/analyzer/record"
)

// Trouble is what went wrong in a flow whose end needs no story, in a few words: a receiver that was full, pings and requests
// without an answer, a feed that stalled. It is "" where nothing did; what was sent shortly before the end has no answer in
// good order.
func Trouble(f *record.Flow) string {
	var parts []string
	if t := f.TCP; t != nil && t.ZeroWindow >= record.Seconds(time.Second) {
		parts = append(parts, "a sender was held up by a receive window of zero for "+Span(t.ZeroWindow))
	}
	if p := f.Ping; p != nil && found(f, record.RulePing) {
		parts = append(parts, Count(p.Unanswered, "ping")+" unanswered")
	}
	if a := f.App; a != nil && len(a.Waiting) > 0 {
		if waited := record.Seconds(f.End - a.Waiting[0].Time); waited >= waitLeast {
			parts = append(parts, Count(a.Unanswered, "request")+" unanswered, the first for "+Span(waited))
		}
	}
	if p := f.Pace; p != nil {
		for _, side := range [...]struct {
			name string
			gap  *record.Seconds
			sent int64
		}{{"client", p.ClientGap, data(&f.ClientToServer)}, {"server", p.ServerGap, data(&f.ServerToClient)}} {
			if stalled(side.gap, side.sent, f.Duration) {
				parts = append(parts, "the "+side.name+" was silent for "+Span(*side.gap)+" in between")
			}
		}
	}
	return strings.Join(parts, "; ")
}

const waitLeast = record.Seconds(time.Second) // a request asked later than this before the end is no trouble

func found(f *record.Flow, rule *record.Rule) bool {
	return slices.ContainsFunc(f.Findings, func(x record.Finding) bool { return x.Rule == rule.ID })
}

func data(d *record.Direction) int64 { return d.Messages.Text + d.Messages.Binary }

// A feed has stalled where one gap is so many times the time that a message took on average, and takes this long.
const (
	stallTimes = 20
	stallLeast = record.Seconds(5 * time.Second)
	feed       = 50 // messages that make a feed
)

// stalled reports whether a side that sent a stream of messages paused.
func stalled(gap *record.Seconds, messages int64, duration record.Seconds) bool {
	return gap != nil && messages >= feed && *gap >= stallLeast && *gap >= stallTimes*((duration-*gap)/record.Seconds(messages))
}
