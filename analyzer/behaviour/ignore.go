package behaviour

import (
	"fmt"
	"strings"
)

// Ignore is what a comparison leaves aside. An entry is
//
//	latency                    an area of Difference
//	$.sent_at                  a place of any message's JSON, and all in it
//	server price $.items[].at  a place in one kind's
//	server tick                all about a kind
//	token-in-url               a finding's rule
//	/admin/*                   a role, by its path
//
// where * stands for any row of characters.
type Ignore []string

// MaxIgnore is how many entries there may be.
const MaxIgnore = 1000

// Check says what is wrong with an entry.
func CheckIgnore(entry string) error {
	switch {
	case strings.TrimSpace(entry) == "":
		return fmt.Errorf("an entry of ignore is empty")
	case len(entry) > 500:
		return fmt.Errorf("an entry of ignore is longer than 500 bytes")
	case strings.Trim(entry, "* ") == "":
		return fmt.Errorf("%q would ignore everything", entry)
	}
	return nil
}

func (ig Ignore) hides(role, area, subject string) bool {
	for _, entry := range ig {
		if area == entry || matches(entry, subject) || strings.HasPrefix(entry, "/") && matches(entry, role) {
			return true
		}
		switch area {
		case "field", "value":
			if i := strings.LastIndexAny(subject, "$("); i > 0 && within(entry, subject, subject[i:]) {
				return true
			}
		case "finding":
			rule, _, _ := strings.Cut(subject, " by ")
			if matches(entry, rule) {
				return true
			}
		case "order":
			from, pair, _ := strings.Cut(subject, ": ")
			first, then, _ := strings.Cut(pair, " < ")
			if matches(entry, from+" "+first) || matches(entry, from+" "+then) {
				return true
			}
		}
	}
	return false
}

// within says whether an entry names a field's place, one around it, or its kind.
func within(entry, subject, place string) bool {
	kind := strings.TrimSuffix(subject, " "+place)
	for at := place; at != ""; at = parent(at) {
		if matches(entry, at) || matches(entry, kind+" "+at) {
			return true
		}
	}
	return matches(entry, kind)
}

// matches says whether a pattern with * fits a text. It goes through both once, and back to
// the last * alone, so that its cost is at most their product.
func matches(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
