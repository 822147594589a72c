// Package rule lists what RFC 6455 and RFC 7692 demand of the bytes of a WebSocket: one Rule for each MUST or SHOULD that a
// passive observer can check, with its section and its sentence.
//
// It is data. Package wsparse checks the rules; a package that only shows findings needs this one alone.
package rule

// Severity is how bad it is to break a rule.
type Severity uint8

// The severities: a MUST broken; a SHOULD broken or a risk; worth a look.
const (
	Note Severity = iota + 1
	Warning
	Error
)

// String returns the severity's name: note, warning or error.
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

// Rule is a MUST or SHOULD that a passive observer can check. All lists every one.
type Rule struct {
	ID       string // stable, lower-case with hyphens: "client-frame-not-masked"
	Severity Severity
	RFC      string // "RFC 6455 §5.1"
	Sentence string // the sentence of the RFC, shortened to its MUST
}

// All returns all rules: those of frames, of messages, and of the opening handshake. The slice is
// the caller's; the Rules must not be changed.
func All() []*Rule {
	all := append([]*Rule(nil), Frames...)
	all = append(all, Messages...)
	return append(all, Handshake...)
}
