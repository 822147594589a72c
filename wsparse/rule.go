package wsparse

import "wscope/wsparse/rule"

// Severity of a finding.
type Severity = rule.Severity

// The severities: a MUST broken; a SHOULD broken or a risk; worth a look.
const (
	Note    = rule.Note
	Warning = rule.Warning
	Error   = rule.Error
)

// Rule is a MUST or SHOULD that a passive observer can judge. Rules lists all.
type Rule = rule.Rule

// Finding is one breach of a rule at one place. Its values stand apart from the prose.
type Finding struct {
	Rule   *Rule
	Offset int64  // stream offset of the byte that breaks it, in the direction's WebSocket stream
	Detail string // the values, in words: "reserved bits 5", "length 300 as 64 bits"
}

// Rules lists all rules: those of frames, of messages, and of the handshake. The slice is
// the caller's, the Rules are not to be changed.
func Rules() []*Rule { return rule.All() }
