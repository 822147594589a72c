package flow

import (
	"fmt"
	"strings"
	"time"

	"wscope/analyzer/record"

	"wscope/assembly"
)

// story explains an ending without a whole closing handshake in one sentence; "" for one
// that needs no explanation.
func (f *flow) story(r *record.Closing) string {
	var parts []string
	end := f.firstEnd()
	switch {
	case r.How == record.HowHandshake:
		return f.closeStory(r)
	case r.How == record.HowHalf && end >= 0:
		what := "ended the connection %s later, without an answer from the " + string(fromNames[1-f.closing.first])
		if end != f.closing.first {
			what = string(fromNames[end]) + " ended the connection %s later without answering it"
		}
		parts = append(parts, fmt.Sprintf("%s sent Close, and "+what, r.By, span(max(f.dirs[end].endedAt-f.closing.at[f.closing.first], 0))))
	case r.How == record.HowHalf:
		parts = append(parts, string(r.By)+" sent Close, and the capture has no answer to it")
	case end >= 0 && f.unanswered():
		what := "ended"
		if r.How == record.HowRST {
			what = "reset"
		}
		parts = append(parts, fmt.Sprintf("%s %s the connection %s after the request, which was not answered",
			fromNames[end], what, span(max(f.dirs[end].endedAt-f.socket().Asked.Time, 0))))
	case r.By == record.Middlebox:
		parts = append(parts, fmt.Sprintf("something on the way reset the connection in the %s's name (TTL %d instead of %d)%s", fromNames[end], *r.ResetTTL, *r.TTL, f.sinceLast(f.dirs[end].endedAt)))
	case end >= 0 && r.How == record.HowRST:
		parts = append(parts, fmt.Sprintf("%s reset the connection%s", fromNames[end], f.sinceLast(f.dirs[end].endedAt)))
	case end >= 0:
		parts = append(parts, fmt.Sprintf("%s ended the connection with no Close%s", fromNames[end], f.sinceLast(f.dirs[end].endedAt)))
	case f.dirs[0].why == assembly.Idle || f.dirs[1].why == assembly.Idle:
		parts = append(parts, "nothing more was captured of it")
	}
	if end >= 0 && r.How == record.HowRST && r.SilenceBefore != nil && *r.SilenceBefore > *r.SilenceSurvived && *r.SilenceBefore > record.Seconds(time.Second) {
		parts = append(parts, "that was the first frame in "+span(int64(*r.SilenceBefore)))
	}
	if r.Gone != "" {
		parts = append(parts, fmt.Sprintf("nothing came from the %s for the last %s, though the other side repeated itself", r.Gone, span(int64(*r.GoneFor))))
	}
	if r.Full != "" && *r.FullFor >= record.Seconds(time.Second) {
		parts = append(parts, fmt.Sprintf("the %s's receive window had been zero for %s", r.Full, span(int64(*r.FullFor))))
	}
	if end < 0 && r.How == record.HowNone && len(parts) == 0 {
		return "" // open when the capture ended
	}
	for i := range f.dirs {
		if f.dirs[i].torn {
			parts = append(parts, "a message of the "+string(fromNames[i])+" was unfinished")
		}
	}
	unanswered, waited := f.missedPongs(end)
	if unanswered > 0 {
		text := fmt.Sprintf("%d %s unanswered", unanswered, plural(unanswered, "ping", "pings"))
		if unanswered > 1 {
			text += ", the first"
		}
		parts = append(parts, text+" for "+span(waited))
	}
	if guess := f.guess(r, end, unanswered); guess != "" {
		parts = append(parts, guess)
	}
	return strings.Join(parts, "; ")
}

// closeStory explains a closing handshake whose code is none of good order.
func (f *flow) closeStory(r *record.Closing) string {
	if r.Code == nil || *r.Code == 1000 || *r.Code == 1001 || r.At == nil {
		return ""
	}
	who := r.By
	if who == "both" {
		who = "both sides"
	}
	text := fmt.Sprintf("%s closed with %d", who, *r.Code)
	if r.Name != "" {
		text += " (" + r.Name + ")"
	}
	if *r.Code == 1009 && r.Largest > 0 {
		text += fmt.Sprintf(" after a message of %d bytes", r.Largest)
	}
	return text + ", " + span(max(int64(*r.At)-f.started(), 0)) + " after it began"
}

// sinceLast says how long after the last frame something happened.
func (f *flow) sinceLast(at int64) string {
	if f.activity.latest == 0 {
		return " before any frame"
	}
	if at < f.activity.latest {
		return " while the other side was still sending"
	}
	return " " + span(at-f.activity.latest) + " after the last frame"
}

// guess names a likely cause, and says that it is a guess.
func (f *flow) guess(r *record.Closing, end int, unanswered int64) string {
	if end < 0 || r.How == record.HowHalf || f.activity.latest == 0 {
		return ""
	}
	if unanswered >= 2 {
		return "a peer that no longer answers is likely"
	}
	// One connection shows no time-out, but that it had never been silent for half as long fits one.
	idle, survived := f.dirs[end].endedAt-f.activity.latest, f.activity.silence
	if unanswered == 0 && idle >= leastIdle && idle >= 2*survived {
		return fmt.Sprintf("its longest silence before was %s: an idle time-out of about %s would fit", span(survived), span(idle))
	}
	return ""
}

// missedPongs counts the pings that had time for a pong before the flow ended and had none, and how long the first had waited.
// Where bytes of the other side are missing its pongs may be among them.
func (f *flow) missedPongs(end int) (n, waited int64) {
	_, last := f.conn().Span()
	at := last.Time
	if c := &f.closing; c.first >= 0 {
		at = c.at[c.first] // behind a Close nobody needs to answer
	} else if end >= 0 {
		at = f.dirs[end].endedAt
	}
	for i, s := range f.pings.sides {
		if s == nil || lostAny(&f.dirs[1-i]) {
			continue
		}
		if missed, since := s.missed(at - pongDue); missed > 0 {
			n, waited = n+missed, max(waited, at-since)
		}
	}
	return n, waited
}

// pongDue is how long a ping may wait without being missed in a story.
const pongDue = int64(time.Second)

// leastIdle is the shortest silence that is taken for an idle time-out of a single connection.
const leastIdle = int64(10e9)

// span is a duration as people say it.
func span(ns int64) string {
	s := float64(ns) / 1e9
	switch {
	case s < 0.0995:
		return fmt.Sprintf("%.1f ms", s*1e3)
	case s < 120:
		return fmt.Sprintf("%.1f s", s)
	case s < 7200:
		return fmt.Sprintf("%.0f min", s/60)
	}
	return fmt.Sprintf("%.1f h", s/3600)
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
