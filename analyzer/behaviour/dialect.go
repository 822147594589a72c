package behaviour

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// dialect is how the messages of a role are read: what it is that tells their kinds apart. It is learnt from the first
// messages of a role, or taken over from the behaviour that this one is to be compared with.
type dialect struct {
	// refine is the place of JSON, such as "header.msg_type", that tells messages apart which are of one kind by the list of
	// well-known names; by that kind, "" where they have none.
	refine [2]map[string]string
	key    [2]string // the one of the well-known names that nearly all objects have, where some have one that comes before it
	ids    correlation
	binary [2]string // messagepack, cbor, protobuf, or how many leading bytes: "bytes 0", "bytes 1", "bytes 2"
}

// Limits of what waits until the dialect is known.
const (
	maxWaiting      = 256     // messages of a role
	maxWaitingBytes = 1 << 20 // of a message
	maxHeld         = 64 << 20
)

// waiting is a message, or the end of a flow, that waits.
type waiting struct {
	flow    *flowWatch
	message *record.Message
	end     *ending
}

// wait keeps a message, and reports whether it could.
func (w *Watcher) wait(fw *flowWatch, m *record.Message) bool {
	r := fw.role
	if len(r.waiting) >= maxWaiting || len(m.Data) > maxWaitingBytes || w.held+len(m.Data) > maxHeld {
		return false
	}
	c := *m
	c.Data = slices.Clone(m.Data)
	if m.App != nil {
		app := *m.App
		app.Decoded = slices.Clone(app.Decoded)
		c.App = &app
	}
	w.held += len(c.Data)
	r.waiting = append(r.waiting, waiting{flow: fw, message: &c})
	return true
}

// decide learns a role's dialect, and takes what waited for it.
func (w *Watcher) decide(r *roleWatch) { w.decideAs(r, nil) }

// decideAs does so with a dialect that was learnt elsewhere, unless the role's is known.
func (w *Watcher) decideAs(r *roleWatch, learnt *dialect) {
	r.decided = true
	if like := w.roleLike(r.Name); like != nil && like.NamedBy != nil {
		r.dialect = dialectOf(like.NamedBy)
	} else if learnt != nil {
		r.dialect = *learnt
	} else {
		r.dialect = learn(r.waiting)
	}
	list := r.waiting
	r.waiting = nil
	foreign := beforeRecognition(list)
	for _, x := range list {
		if x.message != nil && foreign[x.message] {
			w.held -= len(x.message.Data)
			continue
		}
		if x.end != nil {
			x.flow.end(*x.end)
			continue
		}
		w.held -= len(x.message.Data)
		w.message(x.flow, x.message)
	}
}

// beforeRecognition are the messages of flows whose subprotocol was known only from later messages, as of flows that were joined in
// their middle: what kinds they are of nobody knows, and how many there are is chance.
func beforeRecognition(list []waiting) map[*record.Message]bool {
	known := map[*flowWatch]bool{}
	found := map[*record.Message]bool{}
	for _, x := range slices.Backward(list) {
		switch {
		case x.message == nil || x.flow.whole:
		case isProtocol(x.message.App):
			known[x.flow] = true
		case known[x.flow] && (x.message.Type == "text" || x.message.Type == "binary"):
			found[x.message] = true
		}
	}
	return found
}

// decideRest learns the dialect of the roles of which there were few messages: paths that may differ in an identifier alone are
// learnt from together.
func (w *Watcher) decideRest() {
	groups := map[string][]waiting{}
	for _, name := range slices.Sorted(maps.Keys(w.roles)) {
		if r := w.roles[name]; !r.decided {
			groups[pathShape(name)] = append(groups[pathShape(name)], r.waiting...)
		}
	}
	dialects := map[string]dialect{}
	for shape, list := range groups {
		dialects[shape] = learn(list[:min(len(list), 4*maxWaiting)])
	}
	for _, name := range slices.Sorted(maps.Keys(w.roles)) {
		if r := w.roles[name]; !r.decided {
			d := dialects[pathShape(name)]
			w.decideAs(r, &d)
		}
	}
}

// pathShape is how many segments a path has, and the first of several.
func pathShape(name string) string {
	list := strings.Split(name, "/")
	if len(list) > 2 {
		return list[0] + "/" + list[1] + " " + strconv.Itoa(len(list))
	}
	return list[0] + " " + strconv.Itoa(len(list))
}

func (w *Watcher) roleLike(name string) *Role {
	if w.like == nil {
		return nil
	}
	for _, r := range w.like.Roles {
		if r.Name == name {
			return r
		}
	}
	if len(w.like.Roles) > 0 { // another identifier in its name
		for _, r := range w.like.Roles {
			if sameShape(r.Name, name) || fitsMask(name, r.Name) {
				return r
			}
		}
	}
	return nil
}

var senders = [2]record.Peer{record.Client, record.Server}

// names is the dialect as a baseline keeps it.
func (d *dialect) names() map[string]string {
	m := map[string]string{}
	for i, sender := range senders {
		from := string(sender)
		for kind, at := range d.refine[i] {
			m[strings.TrimSpace(from+" "+kind)] = at
		}
		if d.binary[i] != "" {
			m[from+" binary"] = d.binary[i]
		}
		if d.key[i] != "" {
			m[from+" *"] = d.key[i]
		}
	}
	if d.ids.request != "" {
		m["client id"], m["server id"] = d.ids.request, d.ids.answer
	}
	return m
}

func dialectOf(m map[string]string) (d dialect) {
	d.ids = correlation{m["client id"], m["server id"]}
	for i, sender := range senders {
		from := string(sender)
		d.binary[i], d.key[i] = m[from+" binary"], m[from+" *"]
		for key, at := range m {
			if kind, ok := strings.CutPrefix(key+" ", from+" "); ok && key != from+" binary" && key != from+" *" && key != from+" id" {
				d.setRefine(i, strings.TrimSpace(kind), at)
			}
		}
	}
	return d
}

func (d *dialect) setRefine(side int, kind, at string) {
	if d.refine[side] == nil {
		d.refine[side] = map[string]string{}
	}
	d.refine[side][kind] = at
}

// learn finds out what tells the messages apart.
func learn(list []waiting) (d dialect) {
	for i, from := range senders {
		var binary [][]byte
		objects := map[string][]map[string]any{}
		for _, x := range list {
			m := x.message
			if m == nil || m.From != from || m.Type != "text" && m.Type != "binary" || isProtocol(m.App) {
				continue
			}
			if m.Type == "binary" && (m.App == nil || len(m.App.Decoded) == 0) {
				binary = append(binary, m.Data)
			}
		}
		d.binary[i] = format(binary)
		var all []map[string]any
		for _, x := range list {
			m := x.message
			if m == nil || m.From != from || m.Type != "text" && m.Type != "binary" || isProtocol(m.App) {
				continue
			}
			_, v := d.parse(m)
			if object, head := parts(v); object != nil && head == "" {
				all = append(all, object)
			}
			for _, e := range batch(v) {
				all = append(all, e.(map[string]any))
			}
		}
		d.key[i] = commonKey(all)
		for _, object := range all {
			kind := masked(d.usualKind(from, object), false)
			objects[kind] = append(objects[kind], object)
		}
		for kind, list := range objects {
			if at := discriminator(list); at != "" {
				d.setRefine(i, kind, at)
			}
		}
	}
	d.ids = correlate(list, &d)
	for i := range senders { // what one side calls so the other does as well
		other := d.refine[1-i][""]
		if d.key[i] == "" && d.refine[i][""] == "" && other != "" && !strings.Contains(other, ".") && d.isNamedBy(list, i, other) {
			d.setRefine(i, "", other)
		}
	}
	return d
}

// isNamedBy says whether all objects of a side that do not say by a well-known name of what kind they are say it by a key.
func (d *dialect) isNamedBy(list []waiting, side int, key string) bool {
	n := 0
	for _, x := range list {
		if x.message == nil || x.message.From != senders[side] {
			continue
		}
		_, v := d.parse(x.message)
		object, head := parts(v)
		if object == nil || head != "" || d.usualKind(senders[side], object) != "" {
			continue
		}
		if valueAt(object, key) == "" {
			return false
		}
		n++
	}
	return n > 0
}

// commonKey is the well-known name that nearly all objects have, with few values, where the names that come before it are in some of
// them alone, or hold what hardly comes again: {"t": "join", "name": "viyugo"}. It is "" where the names' usual order will do.
func commonKey(objects []map[string]any) string {
	if len(objects) < enough {
		return ""
	}
	for i, key := range kindKeys {
		n, values := 0, map[string]int{}
		for _, o := range objects {
			if v := valueAt(o, key); v != "" {
				n++
				values[v]++
			}
		}
		if 10*n < 9*len(objects) || 3*len(values) > n+2 {
			continue
		}
		for _, earlier := range kindKeys[:i] {
			column, some := make([]string, len(objects)), false
			for i, o := range objects {
				if s, ok := o[earlier].(string); ok && word(s) {
					column[i], some = name(s), true
				}
			}
			if some && (slices.Contains(vague, earlier) || !comeAgain(column)) {
				return key
			}
		}
		return ""
	}
	return ""
}

// vague are those of the well-known names that people, rooms and things have as well as messages.
var vague = []string{"name", "what", "subject", "topic", "channel", "msg"}

// comeAgain says whether the values of a column, where it has any, are fewer than the objects that have them.
func comeAgain(column []string) bool {
	distinct := map[string]bool{}
	n := 0
	for _, v := range column {
		if v != "" {
			distinct[v] = true
			n++
		}
	}
	return 3*len(distinct) <= 2*n
}

// enough is how many messages it takes to say that the well-known names are wrong.
const enough = 8

// discriminator is the field whose value best says which other fields there are; "" where none says much, or all are alike.
func discriminator(objects []map[string]any) string {
	if len(objects) < enough {
		return ""
	}
	columns := map[string][]string{}
	shapes := make([]string, len(objects))
	for i, o := range objects {
		shapes[i] = shape(o)
		for at, value := range candidates(o) {
			if columns[at] == nil {
				columns[at] = make([]string, len(objects))
			}
			columns[at][i] = value
		}
	}
	if entropy(shapes) < 0.5 {
		return ""
	}
	best, most := "", 0.5
	for _, at := range slices.Sorted(maps.Keys(columns)) {
		if !few(columns[at]) {
			continue
		}
		gain := explained(columns[at], shapes)
		if slices.Contains(kindKeys, at[strings.LastIndexByte(at, '.')+1:]) {
			gain += 0.15
		}
		if gain > most {
			best, most = at, gain
		}
	}
	return best
}

// few says whether a column is there in most objects, and has values that come again.
func few(column []string) bool {
	distinct := map[string]bool{}
	n := 0
	for _, v := range column {
		if v != "" {
			distinct[v] = true
			n++
		}
	}
	return 2*n > len(column) && len(distinct) > 1 && comeAgain(column)
}

// candidates are the values of an object that could say of what kind it is, by place.
func candidates(o map[string]any) map[string]string {
	found := map[string]string{}
	add := func(at string, v any) {
		switch x := v.(type) {
		case string:
			if word(x) && len(x) <= 48 {
				found[at] = name(x)
			}
		case float64:
			if x == float64(int(x)) && x >= 0 && x < 256 {
				found[at] = strconv.Itoa(int(x))
			}
		}
	}
	for key, v := range o {
		if len(found) >= 64 {
			break
		}
		if key == "" || key[0] >= '0' && key[0] <= '9' {
			continue // Protocol Buffers: see numberedKind
		}
		if slices.Contains(idKeys, key) || slices.Contains(weakIDs, key) {
			continue // they say which message it is
		}
		add(key, v)
		if inside, _ := v.(map[string]any); inside != nil && (slices.Contains(headKeys, key) || slices.Contains(bodyKeys, key)) {
			for _, k := range kindKeys {
				add(key+"."+k, inside[k])
			}
		}
	}
	return found
}

var bodyKeys = []string{"data", "payload", "d", "body", "content", "message", "params", "args"}

// shape is the names of an object's fields, and of those of its body.
func shape(o map[string]any) string {
	names := slices.Sorted(maps.Keys(o))
	for _, key := range bodyKeys {
		if inside, _ := o[key].(map[string]any); inside != nil {
			names = append(names, slices.Sorted(maps.Keys(inside))...)
		}
	}
	return strings.Join(names, " ")
}

// entropy is that of a column, in bits.
func entropy(column []string) float64 {
	counts := map[string]int{}
	for _, v := range column {
		counts[v]++
	}
	h := 0.0
	for _, v := range slices.Sorted(maps.Keys(counts)) {
		p := float64(counts[v]) / float64(len(column))
		h -= p * math.Log2(p)
	}
	return h
}

// explained is the share of what shapes say that a column says as well, less what it says besides.
func explained(column, shapes []string) float64 {
	both := make([]string, len(column))
	for i := range column {
		both[i] = column[i] + "\x00" + shapes[i]
	}
	c, s, b := entropy(column), entropy(shapes), entropy(both)
	return (c + s - b) / max(s, 0.01)
}
