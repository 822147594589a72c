package behaviour

import (
	"cmp"
	"encoding/json"
	"hash/maphash"
	"math"
	"slices"
	"strconv"
	"strings"

	"wscope/analyzer/record"
	"wscope/analyzer/stat"
)

// Watcher makes a Behaviour from the records of one run. It is an record.Sink; the run
// needs Options.Messages and Payload. Its memory grows with roles and kinds, which are
// bounded, and with the flows that are open at once.
type Watcher struct {
	record.NopSink
	roles  map[string]*roleWatch
	flows  map[int64]*flowWatch
	turns  map[*roleWatch]*turn // the latest of any flow of a role
	seed   maphash.Seed
	midway bool // a flow began before the run did
	held   int  // bytes of messages that wait until it is known what tells kinds apart

	like  *Behaviour
	names Names
	kind  func(*record.Message) string
}

type roleWatch struct {
	Role
	kinds         map[kindKey]*kindWatch
	lasts, answer stat.Spread
	sealed        sealedWatch
	dialect       dialect
	waiting       []waiting // messages and ends of flows until the dialect is known
	decided       bool
}

type kindKey struct {
	from record.Peer
	name string
}

type kindWatch struct {
	Kind
	answers                            Tally // requests whose answers reply measures
	firsts                             int64 // of them, those with which their flows began
	count, flows                       int64
	size, reply, perFlow, every, burst stat.Spread
	heart                              bool // sent to keep the connection alive: when, and how often, is the timers' matter
	tailed                             bool
}

// flowWatch is a flow that is open.
type flowWatch struct {
	role     *roleWatch
	whole    bool // its beginning was captured
	stream   bool // its subprotocol is a stream of bytes: messages may hold pieces that say nothing by themselves
	begin    record.Time
	counts   map[*kindWatch]int64
	latest   map[*kindWatch]record.Time
	sides    [2]sideWatch
	pending  map[string]request
	answered map[string]request // those that got an answer, which may get more
	numbers  map[string]int64   // the latest of what may be a sequence, by sender and place
	said     int64              // data messages
	last     request            // the data message before, whoever sent it
	parallel bool               // the client asked for something before it was answered
	lastAt   record.Time        // of the last data message
	bursts   outcome            // what came of the client's last message so far
	turn     *turn              // what the client said last
	gap      record.Time        // within which what the server says is taken for a consequence
	chain    record.Time        // until when what the server says is caused by what the client said; 0 is no longer
	shown    [2]record.Time     // when each side last showed that it answers
}

type sideWatch struct {
	kinds []*kindWatch // in the order of their first message
	since []*kindWatch // what it said since the other side spoke
	burst []*kindWatch // and in one go
	fresh []uint64     // what it said in the burst, as hashes
	seen  map[uint64]bool
	at    record.Time
	reply bool    // it answered a request by its identifier
	pings [2]beat // that it sent: as frames, and in messages
}

// burstGap is the silence, in nanoseconds, after which what a side says is another burst.
const burstGap = 20e6

// atOnce is, in nanoseconds, how close two messages are that one piece of a program may send: no race decides which is first.
const atOnce = 10e6

// oneGo is the same for an answer that an identifier ties to its request: it comes when that is dealt with.
const oneGo = 1e6

// request is a message that may be answered.
type request struct {
	kind  string
	from  record.Peer
	at    record.Time
	first bool // in its flow
	of    *kindWatch
	turn  *turn
	came  *outcome // what answered it by its identifier
}

// NewWatcher returns one that has seen nothing.
func NewWatcher() *Watcher {
	return &Watcher{roles: map[string]*roleWatch{}, flows: map[int64]*flowWatch{}, turns: map[*roleWatch]*turn{}, seed: maphash.MakeSeed()}
}

// Like has messages told apart by what told them apart in another behaviour, where that has the same roles.
func (w *Watcher) Like(b *Behaviour) { w.like = b }

// Named has parts of paths, topics and kinds taken for identifiers where they fit one of some patterns.
func (w *Watcher) Named(names Names) { w.names = names }

// KindBy has a function say what kind a message is; where it says "", it is told as without it.
func (w *Watcher) KindBy(kind func(*record.Message) string) { w.kind = kind }

// Midway reports whether the run has flows that began before it did.
func (w *Watcher) Midway() bool { return w.midway }

// FlowBegun gives a flow its role.
func (w *Watcher) FlowBegun(f *record.Flow) error {
	w.midway = w.midway || f.Pickup == record.PickupMidstream
	name := w.roleName(f)
	r := w.roles[name]
	if r == nil && len(w.roles) >= maxRoles {
		name = "(others)"
		r = w.roles[name]
	}
	if r == nil {
		r = &roleWatch{Role: Role{Name: name}, kinds: map[kindKey]*kindWatch{}}
		w.roles[name] = r
	}
	w.flows[f.Flow] = &flowWatch{role: r, whole: f.HTTP != nil, stream: isStream(f), begin: f.Start, counts: map[*kindWatch]int64{}, latest: map[*kindWatch]record.Time{},
		pending: map[string]request{}, answered: map[string]request{}, numbers: map[string]int64{}, gap: causeGap}
	if h := f.Handshake; h != nil && h.Latency != nil {
		w.flows[f.Flow].gap += min(record.Time(h.Latency.Float()*2e9), maxCauseGap)
		w.flows[f.Flow].begins(f.Start + record.Time(h.Latency.Float()*1e9))
	}
	return nil
}

// FlowEnded adds a flow's record to its role.
func (w *Watcher) FlowEnded(f *record.Flow) error {
	fw := w.flows[f.Flow]
	if fw == nil {
		return nil
	}
	delete(w.flows, f.Flow)
	r := fw.role
	r.addFlow(f)
	if f.Sealed != nil {
		r.sealed.add(f.Sealed)
	}
	r.lasts.Add(f.Duration.Float())
	if h := f.Handshake; h != nil && h.Latency != nil {
		r.answer.Add(h.Latency.Float())
	}
	end := endOf(f)
	if !r.decided {
		r.waiting = append(r.waiting, waiting{flow: fw, end: &end})
		return nil
	}
	fw.end(end)
	return nil
}

// end adds to its role what a flow's end shows.
func (fw *flowWatch) end(e ending) {
	fw.addBeats(e)
	fw.endBursts()
	for _, q := range fw.answered {
		q.came.end(fw.role)
	}
	for k, n := range fw.counts {
		if k.flows++; k.flows == 1 || n < k.Least {
			k.Least = n
		}
		k.Most = max(k.Most, n)
		k.perFlow.Add(float64(n))
		if tail := round3(max(float64(fw.lastAt-fw.latest[k])/1e9, 0)); !k.tailed || tail < k.Tail {
			k.Tail, k.tailed = tail, true
		}
	}
	for _, q := range fw.pending { // nobody answered it, though there was time, or others were answered that came later
		if by := fw.shown[1-sender(q.from)]; q.of != nil && (by > q.at || !e.open && e.at-q.at > patience) {
			q.of.Lacking++
		}
	}
}

// Message adds a message.
func (w *Watcher) Message(m *record.Message) error {
	fw := w.flows[m.Flow]
	if fw == nil {
		return nil
	}
	if inside := insideSockJS(m); inside != nil {
		for _, one := range inside {
			w.take(fw, one)
		}
		return nil
	}
	w.take(fw, m)
	return nil
}

// take adds a message once it is known what tells its role's messages apart.
func (w *Watcher) take(fw *flowWatch, m *record.Message) {
	if r := fw.role; !r.decided {
		if w.wait(fw, m) {
			return
		}
		w.decide(r)
	}
	w.message(fw, m)
}

func (w *Watcher) message(fw *flowWatch, m *record.Message) {
	if m.Type == "ping" || m.Type == "pong" {
		fw.beat(m.From, m.Type, inFrames, m.End)
	}
	if m.Type == "ping" {
		fw.pingFrame(m)
	}
	if m.Type != "text" && m.Type != "binary" || fw.stream && m.App == nil {
		return
	}
	if lines := alikeLines(m); lines != nil {
		for _, one := range lines {
			body, v := fw.role.dialect.parse(one)
			w.says(fw, one, body, v)
		}
		return
	}
	body, v := fw.role.dialect.parse(m)
	list := batch(v)
	if list == nil {
		w.says(fw, m, body, v)
		return
	}
	for _, object := range list { // each for itself, at the time of all
		one := *m
		text, err := json.Marshal(object)
		if err != nil {
			continue // what came of JSON can be written as JSON
		}
		one.Data, one.Length = text, int64(len(text))
		w.says(fw, &one, text, object)
	}
}

// says takes one thing that was said: a message, or one of those that a message brings as a list.
func (w *Watcher) says(fw *flowWatch, m *record.Message, body []byte, v any) {
	fw.said++
	side := &fw.sides[sender(m.From)]
	says := w.mean(fw.role, m, v)
	answers, isReply := fw.pending[says.id]
	isReply = isReply && says.id != "" && answers.from != m.From
	more := false
	if !isReply && says.id != "" { // one of several answers
		if first, known := fw.answered[says.id]; known && first.from != m.From {
			answers, more = first, true
		}
	}
	if more && m.App != nil && m.App.Name == "" && !strings.Contains(says.kind, " ") {
		says.kind += " " + lastWord(answers.kind)
	}
	if isReply && isProtocol(m.App) { // {"reply": "rpc"} to {"rpc": "search"}
		if word, rest, more := strings.Cut(answers.kind, " "); more && word != says.kind && lastWord(says.kind) == word {
			says.kind += " " + rest
		}
	}
	if isReply && says.bare {
		says.kind = "answer to " + answers.kind
		if object, _ := v.(map[string]any); object["error"] != nil {
			says.kind = "error for " + answers.kind
		}
	} else if w.kind == nil && failed(v) {
		says.kind += " (error)"
	}
	k := fw.role.kind(m.From, says.kind)
	if k.heart {
		fw.beat(m.From, says.kind, inMessages, m.End)
	}
	if k.count++; k.count == 1 && m.File == "" {
		k.packet = m.Packet
	}
	k.size.Add(float64(m.Length))
	before, again := fw.latest[k]
	if !again {
		before = fw.begin
	}
	k.every.Add(float64(m.Time-before) / 1e9)
	fw.latest[k], fw.lastAt = m.End, m.End
	if v == nil {
		v = pairs(m)
		k.Words = v != nil
	}
	if v != nil {
		k.addFields(v)
		fw.sequences(m.From, v, isReply || more)
	}
	k.addStates(m)
	w.causes(fw, k, m, isReply || more, answers)
	switch {
	case isReply:
		delete(fw.pending, says.id)
		if len(fw.answered) < maxPending {
			fw.answered[says.id] = answers
		}
		k.Replies++
		fw.shown[sender(m.From)] = max(fw.shown[sender(m.From)], answers.at+1)
	case more:
	case says.id != "" && len(fw.pending) < maxPending:
		q := request{says.kind, m.From, m.End, fw.said == 1, nil, fw.turn, &outcome{}}
		if m.From == record.Client {
			k.Asked++
			q.of = k
		}
		fw.pending[says.id] = q
	}
	switch { // where no identifier tells what it answers: the message before it
	case isReply, more && answers.came.n[k] == 1:
		k.replied(answers, m.Time)
	case more:
	case m.From == record.Server && fw.last.from == "client" && k.heart == isHeart(fw.last.kind):
		k.replied(fw.last, m.Time)
	}
	other := &fw.sides[1-sender(m.From)]
	other.since, other.burst, other.fresh = other.since[:0], other.burst[:0], other.fresh[:0]
	fw.last = request{says.kind, m.From, m.End, fw.said == 1, k, fw.turn, nil}
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
	fw.order(side, k, m.Time)
}

// pingFrame counts a ping of WebSocket's own as a kind of its sender's.
func (fw *flowWatch) pingFrame(m *record.Message) {
	k := fw.role.kind(m.From, framePing)
	before, again := fw.latest[k]
	if !again {
		before = fw.begin
	}
	k.count++
	k.size.Add(float64(m.Length))
	k.every.Add(float64(m.Time-before) / 1e9)
	fw.latest[k] = m.End
	fw.counts[k]++
}

// framePing is what kinds of pings as frames are called.
const framePing = "frame ping"

func sender(from record.Peer) int {
	if from == "server" {
		return 1
	}
	return 0
}

func (r *roleWatch) kind(from record.Peer, name string) *kindWatch {
	key := kindKey{from, name}
	k := r.kinds[key]
	if k == nil && len(r.kinds) >= 2*maxKinds {
		key.name = "(others)"
		k = r.kinds[key]
	}
	if k == nil {
		k = &kindWatch{Kind: Kind{From: string(from), Name: key.name}, heart: isHeart(key.name)}
		r.kinds[key] = k
	}
	return k
}

// hash is of what a message says: to whom, about what, and to which request it is the answer.
func (w *Watcher) hash(m *record.Message, says meaning, isReply bool, body []byte) uint64 {
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
func (k *kindWatch) replied(r request, at record.Time) {
	k.reply.Add(float64(at-r.at) / 1e9)
	if len(k.answers) < maxOrdered || k.answers[r.kind] > 0 {
		k.answers.add(r.kind)
	}
	if r.first {
		k.firsts++
	}
}

// order counts a message among the flow's, and notes what of the same sender came before it.
func (fw *flowWatch) order(side *sideWatch, k *kindWatch, at record.Time) {
	fw.counts[k]++
	if k.heart {
		return
	}
	first := fw.counts[k] == 1
	again := slices.Contains(side.burst, k) // what came before it may belong to the one before
	for _, other := range side.kinds {
		together := slices.Contains(side.burst, other)
		apart := first && fw.counts[other] == 1 && !slices.Contains(side.since, other)
		if other != k && (together && !again && !fw.pipelined(k) || apart) {
			fw.role.Order.add(orderName(k.From, other.Name, k.Name))
			if at-fw.latest[other] < atOnce && !fw.parallel {
				fw.role.AtOnce.add(orderName(k.From, other.Name, k.Name))
			}
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
	b := &Behaviour{Version: Version, Runs: 1, Roles: []*Role{}}
	w.decideRest()
	for _, r := range w.roles {
		role := r.Role
		role.Lasts, role.Answer = band(&r.lasts), band(&r.answer)
		role.Sealed = r.sealed.sealed()
		role.NamedBy = r.dialect.names()
		for _, k := range r.kinds {
			kind := k.Kind
			kind.Count, kind.Flows = Counts{k.count}, Counts{k.flows}
			kind.PerFlow = int64(math.Round(k.perFlow.Quantile(0.5)))
			kind.Size, kind.Reply, kind.Every, kind.Answers = band(&k.size), band(&k.reply), band(&k.every), k.answers.most()
			if k.From == "server" && k.Caused > 0 {
				kind.Burst = band(&k.burst)
			}
			kind.First = k.firsts > 0 && k.firsts == k.reply.Count()
			kind.enumerations()
			kind.lengths()
			role.Messages = append(role.Messages, &kind)
		}
		sortKinds(role.Messages)
		b.Roles = append(b.Roles, &role)
	}
	slices.SortFunc(b.Roles, func(a, b *Role) int { return cmp.Compare(a.Name, b.Name) })
	b.fold()
	return b
}

// band is where the middle half of the values lies, to three digits; nil where there are none.
func band(s *stat.Spread) *Band {
	if s.Count() == 0 {
		return nil
	}
	return &Band{N: s.Count(), Min: round3(s.Quantile(0)), P25: round3(s.Quantile(0.25)), P50: round3(s.Quantile(0.5)), P75: round3(s.Quantile(0.75)), Max: round3(s.Quantile(1))}
}

// round3 is a number to three digits.
func round3(v float64) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return v
}

var _ record.Sink = (*Watcher)(nil)
