package redact

import (
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// Flow returns a redacted copy of a flow's record.
func (r *Redactor) Flow(f *record.Flow) *record.Flow { return f.Replace(&secrets{redactor: r}) }

// Message redacts a record in place. Its Data is replaced, not changed. A hash that no key is in
// is taken out: from short content one can find the other.
func (r *Redactor) Message(m *record.Message) {
	m.Replace(&secrets{redactor: r})
	if len(m.Data) > 0 {
		m.Data = []byte(r.token(m.Data))
		m.IsText = m.IsText || m.Type == "close"
	}
}

// Frame redacts a record in place. Its Payload is replaced, not changed.
func (r *Redactor) Frame(f *record.Frame) {
	if len(f.Payload) > 0 {
		f.Payload = []byte(r.token(f.Payload))
	}
}

// Summary redacts a summary in place.
func (r *Redactor) Summary(s *record.Summary) { s.Replace(&secrets{redactor: r}) }

// Finding redacts a finding that comes apart from its flow: what the flow's record, which may be
// nil, holds of secrets, and words that look like tokens.
func (r *Redactor) Finding(v *record.Finding, f *record.Flow) *record.Finding {
	s := &secrets{redactor: r}
	if f != nil {
		f.Replace(s)
	}
	c := *v
	c.Replace(s)
	return &c
}

// Prose is a text with tokens in the place of words that look like tokens of somebody.
func (r *Redactor) Prose(text string) string { return (&secrets{redactor: r}).hide(text) }

// Text is what stands in the place of a record's text, by its class: the field table says which that is.
func (s *secrets) Text(c record.Class, text string) string {
	r := s.redactor
	switch c {
	case record.Open:
		return text
	case record.Said:
		return r.Token(text)
	case record.Name:
		s.name(text)
		return r.name(text)
	case record.Target:
		s.target(text)
		return r.target(text)
	case record.Scheme:
		if text == "" || slices.Contains(schemes, strings.ToLower(text)) {
			return text
		}
	case record.Prose:
		return s.hide(text)
	case record.Drop:
		return ""
	}
	s.add(text) // a secret, or what nobody has classed
	return r.Token(text)
}
