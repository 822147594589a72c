package behaviour

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// MaxBaseline is, in bytes, the largest baseline that is read.
const MaxBaseline = 64 << 20

// IsBaseline says whether the beginning of a file is that of a baseline.
func IsBaseline(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	return bytes.HasPrefix(head, []byte("{")) && bytes.Contains(head[:min(len(head), 200)], []byte(`"wscope_baseline"`))
}

// Parse reads a baseline.
func Parse(text []byte) (*Behaviour, error) {
	if len(text) > MaxBaseline {
		return nil, errors.New("the baseline is larger than 64 MiB")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	b := &Behaviour{}
	if err := d.Decode(b); err != nil {
		return nil, fmt.Errorf("no baseline: %w", err)
	}
	if b.Version != Version && b.Version != 1 {
		return nil, fmt.Errorf("a baseline of version %d; this wscope knows version %d", b.Version, Version)
	}
	for _, r := range b.Roles {
		if r == nil {
			return nil, errors.New("no baseline: a role is null")
		}
		for _, k := range r.Messages {
			if k == nil {
				return nil, errors.New("no baseline: a kind of message is null")
			}
		}
	}
	return b, nil
}

// Update is now as a new baseline in the place of old, in which all stays as it was
// written that has not changed beyond its noise: a review sees what changed alone.
func Update(old, now *Behaviour, ignore Ignore) *Behaviour {
	changed := map[string][]Difference{}
	for _, d := range Compare(old, now, ignore) {
		changed[d.Role] = append(changed[d.Role], d)
	}
	was := byName(old.Roles)
	b := &Behaviour{Version: Version, Roles: []*Role{}}
	for _, r := range now.Roles {
		if o := was[r.Name]; o != nil {
			r = o.updated(r, changed[r.Name], ignore)
		}
		b.Roles = append(b.Roles, r)
	}
	return b
}

// updated is a role as it was, with what differs from another run of it; that run's, where parts of the two do not go together.
func (r *Role) updated(now *Role, found []Difference, ignore Ignore) *Role {
	if len(found) == 0 {
		return r
	}
	if !slices.Equal(r.Flows, now.Flows) {
		return now
	}
	told := map[string]bool{}
	for _, d := range found {
		told[d.Area] = true
		if len(d.LedTo) > 0 { // to such as these
			told["pings"], told["close"], told["finding"] = true, true, true
		}
		subject, _, _ := strings.Cut(d.Subject, " $")
		told[subject] = true
	}
	mixed := *r
	tallies, fresh := mixed.tallies(), now.tallies()
	for i, t := range tallies {
		if told[t.area] {
			*t.tally = *fresh[i].tally
		}
	}
	if told["sealed"] {
		mixed.Sealed = now.Sealed
	}
	if told["order"] || told["message"] {
		mixed.Order = now.Order
	}
	mixed.Messages = nil
	old := byKind(r.Messages)
	for _, k := range now.Messages {
		if was := old[k.From+" "+k.Name]; was != nil && !told[k.From+" "+k.Name] {
			k = was
		}
		mixed.Messages = append(mixed.Messages, k)
	}
	one := func(r *Role) *Behaviour { return &Behaviour{Version: Version, Roles: []*Role{r}} }
	if len(Compare(one(&mixed), one(now), ignore)) > 0 {
		return now
	}
	return &mixed
}
