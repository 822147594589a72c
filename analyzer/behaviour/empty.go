package behaviour

import (
	"strings"
)

// Empty reports whether nothing could be read: there are no flows, or none that is not encrypted.
func (b *Behaviour) Empty() bool {
	for _, r := range b.Roles {
		if !strings.HasPrefix(r.Name, "encrypted") && r.Flows.sum() > 0 {
			return false
		}
	}
	return true
}

// Differ reports whether some difference is more than a note.
func Differ(found []Difference) bool {
	for i := range found {
		if found[i].Severity != "note" {
			return true
		}
	}
	return false
}

// Unused are the entries that name nothing in either of two behaviours.
func (ig Ignore) Unused(old, now *Behaviour) (list []string) {
	for _, entry := range ig {
		if !known(entry, old) && !known(entry, now) {
			list = append(list, entry)
		}
	}
	return list
}

// areas are those of Difference.
var areas = []string{"role", "flows", "reconnects", "transport", "request", "handshake", "subprotocol", "extensions", "pings", "heartbeat", "close", "sealed", "finding", "message",
	"count", "unanswered", "repeated", "field", "value", "sequence", "order", "size", "latency"}

// known says whether an entry is an area, or names something in a behaviour.
func known(entry string, b *Behaviour) bool {
	one := Ignore{entry}
	for _, area := range areas {
		if entry == area {
			return true
		}
	}
	for _, r := range b.Roles {
		if matches(entry, r.Name) {
			return true
		}
		for finding := range r.Findings {
			if _, rest, _ := strings.Cut(finding, " "); one.hides(r.Name, "finding", rest) {
				return true
			}
		}
		for name := range r.Requests {
			if one.hides(r.Name, "request", name) {
				return true
			}
		}
		for _, k := range r.Messages {
			subject := k.From + " " + k.Name
			if one.hides(r.Name, "message", subject) {
				return true
			}
			for at := range k.Fields {
				if one.hides(r.Name, "field", subject+" "+at) {
					return true
				}
			}
		}
	}
	return false
}
