package wsparse

// Severity of a finding.
type Severity uint8

// The severities: a MUST broken; a SHOULD broken or a risk; worth a look.
const (
	Note Severity = iota + 1
	Warning
	Error
)

// String is the severity's name: note, warning or error.
func (s Severity) String() string {
	switch s {
	case Note:
		return "note"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return "invalid"
}

// Rule is a MUST or SHOULD that a passive observer can judge. Rules() lists all.
type Rule struct {
	ID       string // stable, lower-case with hyphens: "client-frame-not-masked"
	Severity Severity
	RFC      string // "RFC 6455 §5.1"
	Sentence string // the sentence of the RFC, shortened to its MUST
}

// Finding is one breach of a rule at one place. Its values stand apart from the prose.
type Finding struct {
	Rule   *Rule
	Offset int64  // stream offset of the byte that breaks it, in the direction's WebSocket stream
	Detail string // the values, in words: "reserved bits 5", "length 300 as 64 bits"
}

// Rules lists all rules: those of frames, of messages, and of the handshake. The slice is
// the caller's, the Rules are not to be changed.
func Rules() []*Rule {
	all := append([]*Rule(nil), frameRules...)
	all = append(all, messageRules...)
	return append(all, handshakeRules...)
}
