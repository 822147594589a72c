package behaviour

import (
	"cmp"
	"hash/maphash"
	"math"
	"slices"
	"strconv"

	"wscope/analyzer"
)

// Watcher makes a Behaviour from the records of a run. It is an analyzer.Sink; the run
// needs Options.Messages and Payload. Its memory grows with roles and kinds, which are
// bounded, and with the flows that are open at once.
type Watcher struct {
	roles map[string]*roleWatch
	flows map[int64]*flowWatch
	seed  maphash.Seed
}

type roleWatch struct {
	Role
	kinds map[kindKey]*kindWatch
}

type kindKey struct{ from, name string }

type kindWatch struct {
	Kind
	size, reply, perFlow analyzer.Spread
}

// flowWatch is a flow that is open.
type flowWatch struct {
	role    *roleWatch
	counts  map[*kindWatch]int64
	sides   [2]sideWatch
	pending map[string]request
	last    request // the data message before, whoever sent it
}

type sideWatch struct {
	kinds []*kindWatch // in the order of their first message
	hash  uint64       // of the data message before
	last  *kindWatch   // its kind; nil where there is none
}

// request is a message that may be answered.
type request struct {
	kind, from string
	at         analyzer.Time
}

// NewWatcher returns one that has seen nothing.
func NewWatcher() *Watcher {
	return &Watcher{roles: map[string]*roleWatch{}, flows: map[int64]*flowWatch{}, seed: maphash.MakeSeed()}
}

// FlowBegun gives a flow its role.
func (w *Watcher) FlowBegun(f *analyzer.Flow) error {
	name := roleName(f)
	r := w.roles[name]
	if r == nil && len(w.roles) >= maxRoles {
		name = "(others)"
		r = w.roles[name]
	}
	if r == nil {
		r = &roleWatch{Role: Role{Name: name}, kinds: map[kindKey]*kindWatch{}}
		w.roles[name] = r
	}
	w.flows[f.Flow] = &flowWatch{role: r, counts: map[*kindWatch]int64{}, pending: map[string]request{}}
	return nil
}

// FlowUpdate takes nothing.
func (w *Watcher) FlowUpdate(*analyzer.Flow) error { return nil }

// FlowEnded adds a flow's record to its role.
func (w *Watcher) FlowEnded(f *analyzer.Flow) error {
	fw := w.flows[f.Flow]
	if fw == nil {
		return nil
	}
	delete(w.flows, f.Flow)
	fw.role.addFlow(f)
	for k, n := range fw.counts {
		k.Flows++
		k.perFlow.Add(float64(n))
	}
	return nil
}

// Message adds a data message.
func (w *Watcher) Message(m *analyzer.Message) error {
	fw := w.flows[m.Flow]
	if fw == nil || m.Type != "text" && m.Type != "binary" {
		return nil
	}
	side := &fw.sides[sender(m.From)]
	v := parse(m)
	says := mean(m, v)
	answers, isReply := fw.pending[says.id]
	isReply = isReply && says.id != "" && answers.from != m.From
	if isReply && says.bare {
		says.kind = "answer to " + answers.kind
		if object, _ := v.(map[string]any); object["error"] != nil {
			says.kind = "error for " + answers.kind
		}
	}
	hash := maphash.Bytes(w.seed, m.Data)
	if side.last != nil && hash == side.hash && m.Complete {
		side.last.Repeated++
		return nil
	}
	k := fw.role.kind(m.From, says.kind)
	side.last, side.hash = k, hash
	k.Count++
	k.size.Add(float64(m.Length))
	if v != nil {
		k.addFields(v)
	}
	since := fw.last.at // where no identifier tells what it answers: the message before it
	switch {
	case isReply:
		delete(fw.pending, says.id)
		since = answers.at
	case says.id != "" && len(fw.pending) < maxPending:
		fw.pending[says.id] = request{says.kind, m.From, m.End}
	}
	if m.From == "server" && (isReply || fw.last.from == "client") {
		k.reply.Add(float64(m.Time-since) / 1e9)
	}
	fw.last = request{says.kind, m.From, m.End}
	fw.order(side, k)
	return nil
}

// Frame takes nothing.
func (w *Watcher) Frame(*analyzer.Frame) error { return nil }

// Rendered takes nothing.
func (w *Watcher) Rendered(int64, []byte) error { return nil }

// Batch takes nothing.
func (w *Watcher) Batch(analyzer.Time) error { return nil }

func sender(from string) int {
	if from == "server" {
		return 1
	}
	return 0
}

func (r *roleWatch) kind(from, name string) *kindWatch {
	key := kindKey{from, name}
	k := r.kinds[key]
	if k == nil && len(r.kinds) >= 2*maxKinds {
		key.name = "(others)"
		k = r.kinds[key]
	}
	if k == nil {
		k = &kindWatch{Kind: Kind{From: from, Name: key.name}}
		r.kinds[key] = k
	}
	return k
}

// order counts a message among the flow's, and notes what of the same sender came before it: the k-th of
// this kind is behind the k-th of each kind of which as many were sent already.
func (fw *flowWatch) order(side *sideWatch, k *kindWatch) {
	fw.counts[k]++
	n := fw.counts[k]
	if n == 1 && len(side.kinds) < maxOrdered {
		side.kinds = append(side.kinds, k)
	} else if n == 1 {
		return
	}
	for _, other := range side.kinds {
		if other != k && fw.counts[other] >= n {
			fw.role.Order.add(orderName(k.From, other.Name, k.Name))
		}
	}
}

// orderName is the key of Role.Order.
func orderName(from, first, then string) string { return from + ": " + first + " < " + then }

// Behaviour is what was seen, when the run is over.
func (w *Watcher) Behaviour() *Behaviour {
	b := &Behaviour{Version: Version, Roles: []*Role{}}
	for _, r := range w.roles {
		role := r.Role
		for _, k := range r.kinds {
			kind := k.Kind
			kind.PerFlow = int64(math.Round(k.perFlow.Quantile(0.5)))
			kind.Size, kind.Reply = band(&k.size), band(&k.reply)
			role.Messages = append(role.Messages, &kind)
		}
		slices.SortFunc(role.Messages, func(a, b *Kind) int {
			return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Name, b.Name))
		})
		b.Roles = append(b.Roles, &role)
	}
	slices.SortFunc(b.Roles, func(a, b *Role) int { return cmp.Compare(a.Name, b.Name) })
	return b
}

// band is where the middle half of the values lies, to three digits; nil where there are none.
func band(s *analyzer.Spread) *Band {
	if s.Count() == 0 {
		return nil
	}
	near := func(q float64) float64 {
		v, _ := strconv.ParseFloat(strconv.FormatFloat(s.Quantile(q), 'g', 3, 64), 64)
		return v
	}
	return &Band{N: s.Count(), P25: near(0.25), P50: near(0.5), P75: near(0.75)}
}

var _ analyzer.Sink = (*Watcher)(nil)
