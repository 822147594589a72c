package behaviour

import (
	"strings"

	"wscope/analyzer/redact"
)

// Redact hides what differences quote of payloads: the names of kinds of messages. The same name has
// the same token everywhere, so what was told apart still is. Behaviours are compared as they
// are, before.
func Redact(found []Difference, r *redact.Redactor) {
	for i := range found {
		d := &found[i]
		d.Role = r.Prose(d.Role)
		d.Detail = r.Prose(d.Detail)
		for i, s := range d.LedTo {
			d.LedTo[i] = r.Prose(s)
		}
		switch d.Area {
		case "message", "order":
			d.Subject, d.Old, d.New = kindWords(d.Subject, r), kindWords(d.Old, r), kindWords(d.New, r)
		case "count", "repeated", "field", "size", "latency":
			d.Subject = kindWords(d.Subject, r)
		default:
			d.Subject, d.Old, d.New = r.Prose(d.Subject), r.Prose(d.Old), r.Prose(d.New)
		}
	}
}

// ownWords are those that are in the names of kinds but from no payload.
var ownWords = map[string]bool{
	"client": true, "server": true, "client:": true, "server:": true, "<": true,
	"text": true, "binary": true, "json": true, "list": true,
}

// kindWords hides a kind's name; the places of JSON behind it are made of names alone.
func kindWords(text string, r *redact.Redactor) string {
	words := strings.Split(text, " ")
	for i, w := range words {
		switch {
		case ownWords[w]:
		case strings.HasPrefix(w, "$"):
			words[i] = r.Prose(w)
		default:
			words[i] = r.Token(w)
		}
	}
	return strings.Join(words, " ")
}
