package diagnose

import (
	"strings"

	"wscope/analyzer/record"
)

// trait is what the packets of a flow alone show of the cause of its end.
type trait uint8

const (
	plain      trait = iota
	forgot           // the first frame after a silence got a RST, or no answer at all: what was on the way has forgotten the connection
	gone             // one side no longer answered anything
	full             // one side's window was zero
	violation        // the other side had broken the protocol
	unfinished       // in the middle of a message
)

// presence takes what is known of the sides' being there.
func (e *end) presence(c *record.Closing) {
	e.gone, e.full, e.unfinished = c.Gone, c.Full, c.Unfinished
	if c.GoneFor != nil {
		e.goneFor = c.GoneFor.Float()
	}
	if c.FullFor != nil {
		e.fullFor = c.FullFor.Float()
	}
	if c.SilenceBefore != nil {
		e.before = c.SilenceBefore.Float()
	}
	if c.SilenceSurvived != nil {
		e.survived = c.SilenceSurvived.Float()
	}
	if c.TTL != nil && c.ResetTTL != nil {
		e.ttl, e.reset = *c.TTL, *c.ResetTTL
	}
	if e.how != "open" && e.how != record.HowSilence {
		return
	}
	switch e.trait = e.findTrait(); e.trait {
	case gone, forgot:
		e.how, e.packet = "gone", 0
	case full:
		e.how, e.packet = "full", 0
	default:
		e.trait = plain
	}
}

// longer is how much longer than all silences before one must be that ended a flow.
const longer = 1.5

// findTrait chooses what explains the most.
func (e *end) findTrait() trait {
	first := e.before >= shortest && e.before >= longer*e.survived
	switch {
	case e.gone != "" && e.goneFor >= shortest && first:
		return forgot
	case e.gone != "" && e.goneFor >= shortest:
		return gone
	case e.how == record.HowRST && first && e.silence >= 0 && e.silence < e.before/4:
		return forgot
	case e.full != "" && e.fullFor >= shortest && e.by != e.full:
		return full
	case e.broke != "":
		return violation
	case e.unfinished != "" && (e.how == record.HowFIN || e.how == record.HowRST):
		return unfinished
	}
	return plain
}

// broken names what the side that did not send a Close of protocol errors had broken before it; "" where it had nothing.
func broken(f *record.Flow, e *end) string {
	switch e.code {
	case 1002, 1003, 1007, 1008, 1010:
	default:
		return ""
	}
	for i := range f.Findings {
		v := &f.Findings[i]
		if v.Severity == record.SeverityError && v.From != "" && v.From != e.by && int64(v.Time) <= e.at {
			return strings.TrimSpace("the " + string(v.From) + " broke " + v.RFC + " (" + v.Rule + ")")
		}
	}
	return ""
}

var traitNames = [...]string{forgot: "forgotten", gone: "gone", full: "window", violation: "violation", unfinished: "unfinished"}

// lonely takes clients that did not answer after a silence for gone where there are too few to tell a NAT from sleep.
func lonely(ends []*end) {
	in, _ := divide(ends, func(e *end) bool { return e.trait == forgot && e.gone == record.Client })
	if len(in) >= MinFlows {
		return
	}
	for i := range ends {
		if e := ends[i]; e.trait == forgot && e.gone == record.Client {
			e.trait = gone
		}
	}
}
