package behaviour

import (
	"maps"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// correlation is where a role's requests carry an identifier that their answers repeat, if no well-known name says so.
type correlation struct{ request, answer string }

// Limits of what is looked at to learn it.
const (
	leastMatches = 4
	maxAsked     = 4096
)

// correlate finds the place of the client's objects whose values nearly all objects that have some other place repeat: {"n": 7} and
// {"n": 7, …}, or {"ulid": "01H…"} and {"body": {"re": "01H…"}}.
func correlate(list []waiting, d *dialect) (best correlation) {
	asked := map[*flowWatch]map[string]string{} // value to place
	distinct, all := map[string]int{}, map[string]int{}
	matched, had := map[correlation]int{}, map[string]int{}
	n := 0
	for _, x := range list {
		if x.message == nil || isProtocol(x.message.App) {
			continue
		}
		_, v := d.parse(x.message)
		object, head := parts(v)
		if object == nil || head != "" {
			continue
		}
		if x.message.From == "client" {
			if identifier(object, "client") != "" {
				return correlation{}
			}
			if n++; n > maxAsked {
				break
			}
			known := asked[x.flow]
			if known == nil {
				known = map[string]string{}
				asked[x.flow] = known
			}
			for key, v := range object {
				value := scalar(v)
				if value == "" {
					continue
				}
				if all[key]++; known[value] == "" {
					distinct[key]++
					known[value] = key
				}
			}
			continue
		}
		for at, value := range scalars(object) {
			had[at]++
			if key := asked[x.flow][value]; key != "" {
				matched[correlation{key, at}]++
			}
		}
	}
	most := 0
	for _, c := range slices.SortedFunc(maps.Keys(matched), func(a, b correlation) int { return strings.Compare(a.request+" "+a.answer, b.request+" "+b.answer) }) {
		m := matched[c]
		if m >= leastMatches && m > most && 10*m >= 8*had[c.answer] && 10*distinct[c.request] >= 9*all[c.request] && 2*all[c.request] >= n {
			best, most = c, m
		}
	}
	return best
}

// scalars are the texts and numbers of an object and of its body, by their places.
func scalars(object map[string]any) map[string]string {
	found := map[string]string{}
	for key, v := range object {
		if value := scalar(v); value != "" {
			found[key] = value
		}
		if inside, _ := v.(map[string]any); inside != nil && (slices.Contains(bodyKeys, key) || slices.Contains(headKeys, key)) {
			for k, v := range inside {
				if value := scalar(v); value != "" {
					found[key+"."+k] = value
				}
			}
		}
	}
	return found
}

// identifier is what ties a request and its answer: by well-known names, or as was learnt.
func (d *dialect) identifier(object map[string]any, from record.Peer) string {
	id := identifier(object, from)
	if id != "" || d.ids.request == "" {
		return id
	}
	at := d.ids.answer
	if from == record.Client {
		at = d.ids.request
	}
	head, below, nested := strings.Cut(at, ".")
	if nested {
		object, _ = object[head].(map[string]any)
		head = below
	}
	return scalar(object[head])
}
