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
	kinds         map[kindKey]*kindWatch
	lasts, answer analyzer.Spread
}

type kindKey struct{ from, name string }

type kindWatch struct {
	Kind
	answers              Tally // requests whose answers reply measures
	firsts               int64 // of them, those with which their flows began
	size, reply, perFlow analyzer.Spread
	heart                bool // sent to keep the connection alive: when, and how often, is the timers' matter
}

// flowWatch is a flow that is open.
type flowWatch struct {
	role    *roleWatch
	stream  bool // its subprotocol is a stream of bytes: messages may hold pieces that say nothing by themselves
	counts  map[*kindWatch]int64
	sides   [2]sideWatch
	pending map[string]request
	said    int64   // data messages
	last    request // the data message before, whoever sent it
}

type sideWatch struct {
	kinds []*kindWatch // in the order of their first message
	since []*kindWatch // what it said since the other side spoke
	burst []*kindWatch // and in one go
	fresh []uint64     // what it said in the burst, as hashes
	seen  map[uint64]bool
	at    analyzer.Time
	reply bool    // it answered a request by its identifier
	pings [2]beat // that it sent: as frames, and in messages
}

// burstGap is the silence, in nanoseconds, after which what a side says is another burst.
const burstGap = 20e6

// oneGo is the same for an answer that an identifier ties to its request: it comes when that is dealt with.
const oneGo = 1e6

// request is a message that may be answered.
type request struct {
	kind, from string
	at         analyzer.Time
	first      bool // in its flow
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
	w.flows[f.Flow] = &flowWatch{role: r, stream: isStream(f), counts: map[*kindWatch]int64{}, pending: map[string]request{}}
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
	fw.addBeats(f)
	fw.role.lasts.Add(f.Duration.Float())
	if h := f.Handshake; h != nil && h.Latency != nil {
		fw.role.answer.Add(h.Latency.Float())
	}
	for k, n := range fw.counts {
		if k.Flows++; k.Flows == 1 || n < k.Least {
			k.Least = n
		}
		k.Most = max(k.Most, n)
		k.perFlow.Add(float64(n))
	}
	return nil
}

// Message adds a data message.
func (w *Watcher) Message(m *analyzer.Message) error {
	fw := w.flows[m.Flow]
	if fw == nil {
		return nil
	}
	if m.Type == "ping" || m.Type == "pong" {
		fw.beat(m.From, m.Type, inFrames, m.End)
	}
	if m.Type != "text" && m.Type != "binary" || fw.stream && m.App == nil {
		return nil
	}
	fw.said++
	side := &fw.sides[sender(m.From)]
	body, v := parse(m)
	says := mean(m, v)
	answers, isReply := fw.pending[says.id]
	isReply = isReply && says.id != "" && answers.from != m.From
	if isReply && says.bare {
		says.kind = "answer to " + answers.kind
		if object, _ := v.(map[string]any); object["error"] != nil {
			says.kind = "error for " + answers.kind
		}
	}
	k := fw.role.kind(m.From, says.kind)
	if k.heart {
		fw.beat(m.From, says.kind, inMessages, m.End)
	}
	k.Count++
	k.size.Add(float64(m.Length))
	if v == nil {
		v = pairs(m)
	}
	if v != nil {
		k.addFields(v)
	}
	switch {
	case isReply:
		delete(fw.pending, says.id)
	case says.id != "" && len(fw.pending) < maxPending:
		fw.pending[says.id] = request{says.kind, m.From, m.End, fw.said == 1}
	}
	switch { // where no identifier tells what it answers: the message before it
	case isReply:
		k.replied(answers, m.Time)
	case m.From == "server" && fw.last.from == "client" && k.heart == isHeart(fw.last.kind):
		k.replied(fw.last, m.Time)
	}
	other := &fw.sides[1-sender(m.From)]
	other.since, other.burst, other.fresh = other.since[:0], other.burst[:0], other.fresh[:0]
	fw.last = request{says.kind, m.From, m.End, fw.said == 1}
	gap := m.Time - side.at
	if gap > burstGap || gap > oneGo && (isReply || side.reply) {
		side.burst = side.burst[:0]
	}
	if gap > burstGap {
		side.fresh = side.fresh[:0]
	}
	if m.Complete {
		side.repeats(k, w.hash(m, says, isReply, body))
	}
	side.at, side.reply = m.End, isReply
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
		k = &kindWatch{Kind: Kind{From: from, Name: key.name}, heart: isHeart(key.name)}
		r.kinds[key] = k
	}
	return k
}

// hash is of what a message says: to whom, about what, and to which request it is the answer.
func (w *Watcher) hash(m *analyzer.Message, says meaning, isReply bool, body []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(w.seed)
	h.WriteString(says.kind)
	if isReply {
		h.WriteString("\x00" + says.id)
	}
	if m.App != nil {
		h.WriteString("\x00" + m.App.Name + "\x00" + m.App.Topic)
	}
	h.WriteByte(0)
	h.Write(body)
	return h.Sum64()
}

// replied adds how long it took to answer a request.
func (k *kindWatch) replied(r request, at analyzer.Time) {
	k.reply.Add(float64(at-r.at) / 1e9)
	if len(k.answers) < maxOrdered || k.answers[r.kind] > 0 {
		k.answers.add(r.kind)
	}
	if r.first {
		k.firsts++
	}
}

// order counts a message among the flow's, and notes what of the same sender came before it.
func (fw *flowWatch) order(side *sideWatch, k *kindWatch) {
	fw.counts[k]++
	if k.heart {
		return
	}
	first := fw.counts[k] == 1
	for _, other := range side.kinds {
		together := slices.Contains(side.burst, other)
		apart := first && fw.counts[other] == 1 && !slices.Contains(side.since, other)
		if other != k && (together || apart) {
			fw.role.Order.add(orderName(k.From, other.Name, k.Name))
		}
	}
	if first && len(side.kinds) < maxOrdered {
		side.kinds = append(side.kinds, k)
	}
	side.since, side.burst = remember(side.since, k), remember(side.burst, k)
}

func remember(list []*kindWatch, k *kindWatch) []*kindWatch {
	if len(list) < maxOrdered && !slices.Contains(list, k) {
		list = append(list, k)
	}
	return list
}

// orderName is the key of Role.Order.
func orderName(from, first, then string) string { return from + ": " + first + " < " + then }

// Behaviour is what was seen, when the run is over.
func (w *Watcher) Behaviour() *Behaviour {
	b := &Behaviour{Version: Version, Roles: []*Role{}}
	for _, r := range w.roles {
		role := r.Role
		role.Lasts, role.Answer = band(&r.lasts), band(&r.answer)
		for _, k := range r.kinds {
			kind := k.Kind
			kind.PerFlow = int64(math.Round(k.perFlow.Quantile(0.5)))
			kind.Size, kind.Reply, kind.Answers = band(&k.size), band(&k.reply), k.answers.most()
			kind.First = k.firsts > 0 && k.firsts == k.reply.Count()
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
	return &Band{N: s.Count(), Min: near(0), P25: near(0.25), P50: near(0.5), P75: near(0.75), Max: near(1)}
}

var _ analyzer.Sink = (*Watcher)(nil)
