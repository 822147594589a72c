package behaviour

import (
	"maps"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// idWord stands for an identifier in a name.
const idWord = "{id}"

// separators are between the segments of names.
const separators = "/:. "

// segments are a name's words and what is between them, in turns.
func segments(s string) (list []string) {
	for s != "" {
		i := strings.IndexAny(s, separators)
		switch i {
		case -1:
			return append(list, s)
		case 0:
			list, s = append(list, s[:1]), s[1:]
		default:
			list, s = append(list, s[:i]), s[i:]
		}
	}
	return list
}

// mayBeID says whether a word may be an identifier, if it comes and goes: letters with digits, words joined by hyphens, letters
// that nobody can pronounce.
func mayBeID(s string, joined bool) bool {
	if s == idWord || looksLikeID(s) {
		return true
	}
	digits, letters, hyphens, row, longest := 0, 0, 0, 0, 0
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '-' || c == '_':
			hyphens++
			row = 0
		default:
			letters++
			if strings.IndexByte("aeiouyAEIOUY", c) >= 0 {
				row = 0
			} else if row++; row > longest {
				longest = row
			}
		}
	}
	switch {
	case digits > 0 && letters > 0 && len(s) >= 5 && (digits > 2 || strings.ContainsAny(strings.TrimRight(s, "0123456789"), "0123456789")): // not http2, step12
		return true
	case joined && hyphens > 0 && len(s) >= 6:
		return true
	}
	return longest >= 5 && len(s) >= 6 || isGibberish(s)
}

// masked is a name with {id} in place of each word that may be an identifier. Of a name that is nothing else no words that are
// joined by hyphens alone are taken for one.
func masked(s string, isPath bool) string {
	list := segments(s)
	changed := false
	for i, w := range list {
		if len(w) == 1 && strings.Contains(separators, w) {
			continue
		}
		if !isPath && (strings.Contains(w, "=") || len(w) <= 3 && w != idWord) {
			continue // op 5, 1=99: numbers that are names
		}
		joined := isPath || i > 0 && list[i-1] != " "
		if mayBeID(w, joined) {
			list[i], changed = idWord, true
		}
	}
	if !changed {
		return s
	}
	return strings.Join(list, "")
}

// sameShape says whether two paths may be one with different identifiers.
func sameShape(a, b string) bool { return masked(a, true) == masked(b, true) }

// related says whether two names are likely one that was changed on purpose: they share most of a word.
func related(a, b string) bool {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	tail := 0
	for tail < len(a)-n && tail < len(b)-n && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return 10*(n+tail) >= 6*min(len(a), len(b))
}

// comeAndGo finds, among the names of several runs, those that not all have and that differ in what may be identifiers: what
// each of them becomes.
func comeAndGo(runs []map[string]bool, isPath bool) map[string]string {
	in := map[string]int{}
	for _, names := range runs {
		for name := range names {
			in[name]++
		}
	}
	groups := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if m := masked(name, isPath); m != name || strings.Contains(name, idWord) {
			groups[m] = append(groups[m], name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in)) { // words that do not look it, where the others are identifiers
		if groups[name] != nil || in[name] == len(runs) || groups[masked(name, isPath)] != nil && masked(name, isPath) != name {
			continue
		}
		for _, m := range slices.Sorted(maps.Keys(groups)) {
			if fitsMask(name, m) {
				groups[m] = append(groups[m], name)
				break
			}
		}
	}
	folded := map[string]string{}
	for m, names := range groups {
		goes := 0
		for _, name := range names {
			if in[name] < len(runs) {
				goes++
			}
		}
		looksIt := slices.ContainsFunc(names, func(name string) bool { return name != m && in[name] < len(runs) && masked(name, isPath) == m })
		if known := in[m] > 0 && (isPath || looksIt || strings.ContainsAny(m, "/:")); goes < 2 && !(known && goes == 1) || goes == 2 && !isPath && !strings.ContainsAny(m, "/:.") && related(names[0], names[1]) {
			continue
		}
		// Where many come and go, those that are there by chance in all runs are of them.
		for _, name := range names {
			if name != m && (in[name] < len(runs) || goes >= 3) {
				folded[name] = m
			}
		}
	}
	return folded
}

// fitsMask says whether a name is one with some word in place of each {id}.
func fitsMask(name, mask string) bool {
	a, b := segments(name), segments(mask)
	if len(a) != len(b) || !strings.ContainsAny(mask, separators) {
		return false
	}
	for i := range a {
		if b[i] != idWord && a[i] != b[i] {
			return false
		}
	}
	return true
}

// alignAll gives names that come and go between runs, and differ in identifiers alone, one name.
func alignAll(list []*Behaviour) {
	names := make([]map[string]bool, len(list))
	for i, b := range list {
		names[i] = map[string]bool{}
		for _, r := range b.Roles {
			names[i][r.Name] = true
		}
	}
	if folded := comeAndGo(names, true); len(folded) > 0 {
		for i, b := range list {
			list[i] = b.renamed(folded)
		}
	}
	roles := map[string]bool{}
	for _, b := range list {
		for _, r := range b.Roles {
			roles[r.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		alignKinds(list, name)
	}
}

// alignKinds does the same with the kinds of a role, and the places of their fields.
func alignKinds(list []*Behaviour, role string) {
	var with []int
	var at []int
	for i, b := range list {
		if n := slices.IndexFunc(b.Roles, func(r *Role) bool { return r.Name == role }); n >= 0 {
			with, at = append(with, i), append(at, n)
		}
	}
	if len(with) < 2 {
		return
	}
	set := func(j int, r *Role) {
		b := *list[with[j]]
		b.Roles = slices.Clone(b.Roles)
		b.Roles[at[j]] = r
		list[with[j]] = &b
	}
	for _, from := range senders {
		names := make([]map[string]bool, len(with))
		for j := range with {
			names[j] = map[string]bool{}
			for _, k := range list[with[j]].Roles[at[j]].Messages {
				if k.From == string(from) {
					names[j][k.Name] = true
				}
			}
		}
		if folded := comeAndGo(names, false); len(folded) > 0 {
			for j := range with {
				set(j, list[with[j]].Roles[at[j]].renamedKinds(from, folded))
			}
		}
	}
	kinds := map[string][]map[string]bool{}
	for j := range with {
		for _, k := range list[with[j]].Roles[at[j]].Messages {
			places := map[string]bool{}
			for place := range k.Fields {
				places[place] = true
			}
			kinds[k.From+" "+k.Name] = append(kinds[k.From+" "+k.Name], places)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if folded := keysComeAndGo(kinds[name]); len(folded) > 0 {
			for j := range with {
				r := *list[with[j]].Roles[at[j]]
				r.Messages = slices.Clone(r.Messages)
				for i, k := range r.Messages {
					if k.From+" "+k.Name == name {
						r.Messages[i] = k.renamedPlaces(folded)
					}
				}
				set(j, &r)
			}
		}
	}
}

// keysComeAndGo finds keys of objects that are identifiers: those that come and go.
func keysComeAndGo(runs []map[string]bool) map[string]string {
	in := map[string]int{}
	for _, places := range runs {
		for place := range places {
			in[place]++
		}
	}
	groups := map[string][]string{}
	for _, at := range slices.Sorted(maps.Keys(in)) {
		if m := maskedPlace(at); m != at {
			groups[m] = append(groups[m], at)
		}
	}
	is := map[string]string{} // of each place, so far
	for _, at := range slices.Sorted(maps.Keys(in)) {
		m := maskedPlace(at)
		if above := parent(at); above != "" {
			rest := strings.TrimPrefix(at, above)
			if up, folded := is[above]; folded {
				m = up + strings.TrimPrefix(maskedPlace(above+rest), maskedPlace(above))
			}
			// a word that does not look it, among identifiers
			if id := strings.TrimSuffix(m, strings.TrimPrefix(maskedPlace(at), maskedPlace(above))) + "." + idWord; m != id && in[at] < len(runs) && rest != "[]" && (len(groups[id]) > 0 || in[id] > 0) {
				m = id
			}
		}
		is[at] = m
	}
	folded := map[string]string{}
	counts := map[string]int{}
	for at, m := range is {
		if in[at] < len(runs) || at == m {
			counts[m]++
		}
	}
	for at, m := range is {
		if at != m && (counts[m] >= 2 || folded[parent(at)] != "") {
			folded[at] = m
		}
	}
	return folded
}

// maskedPlace is a place with {id} for those of its keys that may be identifiers. Underscores join the words of names.
func maskedPlace(at string) string {
	if !strings.ContainsAny(at, "0123456789-@[") {
		return at
	}
	var b strings.Builder
	for rest := at; rest != ""; {
		key, brackets := "", false
		switch {
		case strings.HasPrefix(rest, "[]"):
			b.WriteString("[]")
			rest = rest[2:]
			continue
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return at
			}
			key, rest, brackets = rest[1:end], rest[end+1:], true
		default:
			dot := rest[0] == '.'
			if dot {
				rest = rest[1:]
			}
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			key, rest = rest[:end], rest[end:]
			if !dot {
				b.WriteString(key)
				continue
			}
		}
		if mayBeID(key, !strings.Contains(key, "_") && strings.Contains(key, "-")) && (len(key) > 3 || brackets) {
			key, brackets = idWord, false
		}
		if brackets {
			b.WriteString("[" + key + "]")
		} else {
			b.WriteString("." + key)
		}
	}
	return b.String()
}

// fold gives one name to roles of which one run has several, and kinds and keys that differ in an identifier alone.
func (b *Behaviour) fold() {
	groups := map[string][]string{}
	for _, r := range b.Roles {
		if m := masked(r.Name, true); m != r.Name {
			groups[m] = append(groups[m], r.Name)
		}
	}
	folded := several(groups)
	for _, r := range b.Roles { // where one is an identifier by its looks, so are those in its place that may be one
		for _, name := range groups[r.Name] {
			folded[name] = r.Name
		}
	}
	if len(folded) > 0 {
		*b = *b.renamed(folded)
	}
	for i, r := range b.Roles {
		for _, from := range senders {
			groups := map[string][]string{}
			for _, k := range r.Messages {
				if m := masked(k.Name, false); k.From == string(from) && m != k.Name && strings.ContainsAny(k.Name, "0123456789/:.") {
					groups[m] = append(groups[m], k.Name)
				}
			}
			for m, names := range groups { // and words that do not look it, among them
				for _, k := range r.Messages {
					if len(names) >= 3 && k.From == string(from) && masked(k.Name, false) == k.Name && k.Name != m && fitsMask(k.Name, m) {
						groups[m] = append(groups[m], k.Name)
					}
				}
			}
			if folded := several(groups); len(folded) > 0 {
				r = r.renamedKinds(from, folded)
				b.Roles[i] = r
			}
		}
		for j, k := range r.Messages {
			groups := map[string][]string{}
			for at := range k.Fields {
				if m := maskedPlace(at); m != at {
					groups[m] = append(groups[m], at)
				}
			}
			if folded := several(groups); len(folded) > 0 {
				r.Messages[j] = k.renamedPlaces(folded)
			}
		}
	}
}

// several is what names become of which there are three and more.
func several(groups map[string][]string) map[string]string {
	folded := map[string]string{}
	for m, names := range groups {
		for _, name := range names {
			if len(names) >= 3 {
				folded[name] = m
			}
		}
	}
	return folded
}

// renamed is the behaviour with other names of roles; those of one name are merged.
func (b *Behaviour) renamed(names map[string]string) *Behaviour {
	c := *b
	c.Roles = nil
	at := map[string]int{}
	for _, r := range b.Roles {
		name := r.Name
		if is := names[name]; is != "" {
			name = is
		}
		if i, known := at[name]; known {
			c.Roles[i] = c.Roles[i].merged(r)
			continue
		}
		at[name] = len(c.Roles)
		named := *r
		named.Name = name
		c.Roles = append(c.Roles, &named)
	}
	slices.SortFunc(c.Roles, func(a, b *Role) int { return strings.Compare(a.Name, b.Name) })
	return &c
}

// merged is two roles of the same runs as one.
func (r *Role) merged(o *Role) *Role {
	m := *r
	m.Flows, m.Open = r.Flows.plus(o.Flows), r.Open+o.Open
	if r.Reconnects.sum()+o.Reconnects.sum() > 0 {
		m.Reconnects = r.Reconnects.plus(o.Reconnects)
	}
	m.mergeTallies(o)
	m.Sealed = joinSealed(r.Sealed, o.Sealed)
	m.Lasts, m.Answer = joinBands(r.Lasts, o.Lasts), joinBands(r.Answer, o.Answer)
	if m.Lasts != nil {
		m.Lasts.Low, m.Lasts.High = 0, 0
	}
	m.Messages = mergeKinds(append(slices.Clone(r.Messages), o.Messages...))
	return &m
}

// mergeKinds makes one of kinds of one name.
func mergeKinds(list []*Kind) (merged []*Kind) {
	at := map[string]int{}
	for _, k := range list {
		name := k.From + " " + k.Name
		i, known := at[name]
		if !known {
			at[name] = len(merged)
			merged = append(merged, k)
			continue
		}
		was := merged[i]
		sum := was.merged(k)
		sum.Count, sum.Flows = was.Count.plus(k.Count), was.Flows.plus(k.Flows)
		merged[i] = sum
	}
	sortKinds(merged)
	return merged
}

// renamedKinds is the role with other names of one sender's kinds.
func (r *Role) renamedKinds(from record.Peer, names map[string]string) *Role {
	m := *r
	is := func(side, name string) string {
		if n := names[name]; n != "" && side == string(from) {
			return n
		}
		return name
	}
	list := make([]*Kind, len(r.Messages))
	for i, k := range r.Messages {
		named := *k
		named.Name = is(k.From, k.Name)
		if k.Answers != "" {
			named.Answers = is(string(senders[1-sender(record.Peer(k.From))]), k.Answers)
		}
		named.Of = nil
		for q, n := range k.Of {
			if named.Of == nil {
				named.Of = Tally{}
			}
			named.Of[is(string(senders[1-sender(record.Peer(k.From))]), q)] += n
		}
		list[i] = &named
	}
	m.Messages = mergeKinds(list)
	m.Order = nil
	isIn := func(side, name string) string {
		if kind, isLast := strings.CutPrefix(name, lastOf); isLast {
			return lastOf + is(side, kind)
		}
		return is(side, name)
	}
	for key, n := range r.Order {
		side, pair, _ := strings.Cut(key, ": ")
		first, then, _ := strings.Cut(pair, " < ")
		first, then = isIn(side, first), isIn(side, then)
		if first == then {
			continue
		}
		if m.Order == nil {
			m.Order = Tally{}
		}
		m.Order[orderName(side, first, then)] += n
	}
	return &m
}

// renamedPlaces is the kind with other names of places.
func (k *Kind) renamedPlaces(names map[string]string) *Kind {
	m := *k
	m.Fields, m.Values = map[string]Tally{}, nil
	for _, at := range slices.Sorted(maps.Keys(k.Fields)) {
		to := at
		if is := names[at]; is != "" {
			to = is
		}
		m.Fields[to] = plus(m.Fields[to], k.Fields[at])
	}
	for at, values := range k.Values {
		if names[at] != "" {
			continue // values of what identifiers name are no enumeration
		}
		if m.Values == nil {
			m.Values = map[string]Tally{}
		}
		m.Values[at] = values
	}
	return &m
}
