package record

// Severity is how bad a finding is.
type Severity string

const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityNote    Severity = "note"
)

// Severities are all of them, the gravest first.
var Severities = [...]Severity{SeverityError, SeverityWarning, SeverityNote}

// Rank orders severities, the gravest first. What is none comes last.
func (s Severity) Rank() int {
	switch s {
	case SeverityError:
		return 0
	case SeverityWarning:
		return 1
	}
	return 2
}
