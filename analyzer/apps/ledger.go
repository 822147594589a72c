package apps

import (
	"cmp"
	"slices"

	"wscope/analyzer/record"
)

// ledger counts what a conversation says and joins requests with their answers.
type ledger struct {
	messages   int64
	kinds      counts
	names      counts
	pending    waiting
	operations []operation
	untracked  int64
	errors     int64
	failures   []string
	hearts     [2]heartbeat
}

// operation is one side's answered requests of one name.
type operation struct {
	from      side
	name      string
	count     int64
	failed    int64
	latencies *record.Sketch
}

// match is the request that an answer belongs to.
type match struct {
	name, op string
	message  int64
	after    record.Seconds
	found    bool
	failed   bool
}

// enter books a unit, and completes the name of an answer by what was asked.
func (l *ledger) enter(u *unit, from side, m *record.Message) match {
	l.messages++
	to := u.answered
	key := u.key
	if key == "" {
		key = u.id
	}
	if to.found {
		if u.name == "" {
			u.name = to.name
		}
		l.took(from.other(), to.op, to.after, to.failed)
	}
	for _, e := range u.earlier {
		l.took(from.other(), e.op, e.after, e.failed)
	}
	switch u.part {
	case asks:
		l.request(u, key, from, m)
	case answers, fails:
		to = l.answered(key, from, u.part == fails, m.End)
		if u.name == "" {
			u.name = to.name
		}
	case drops:
		l.pending.dropAll(func(p *pending) bool { return p.from == from && p.key == key })
	case shows:
		l.hearts[from].beat(m.Time)
	case beats:
		l.hearts[from].beat(m.Time)
		l.hearts[from].await(m.Time, true)
	case pulses:
		l.hearts[from].beat(m.Time)
		l.hearts[from].await(m.Time, false)
	case returns:
		l.hearts[from.other()].answer(m.End)
	}
	if u.err != "" {
		l.failed(u.err)
	}
	l.kinds.add(u.kind, "", from)
	if name := cmp.Or(u.name, u.topic); name != "" {
		l.names.add(u.kind, name, from)
	}
	return to
}

func (l *ledger) request(u *unit, key string, from side, m *record.Message) {
	if u.beat {
		l.hearts[from].beat(m.Time)
		l.hearts[from].answerable = true
	}
	if l.pending.add(pending{
		from: from, beat: u.beat, soft: u.soft, key: key, id: u.id, name: u.name, op: cmp.Or(u.op, u.name, u.kind), at: m.Time, packet: m.Packet, message: m.Message,
	}) {
		l.untracked++
	}
}

// answered joins an answer with the first request of its key that waits: answers of one key come in the order asked.
func (l *ledger) answered(key string, from side, failed bool, at record.Time) match {
	i := l.pending.find(from.other(), key)
	if i < 0 {
		return match{}
	}
	p := l.pending.list[i]
	l.pending.drop(i)
	to := match{name: p.name, op: p.op, message: p.message, after: record.Seconds(max(at-p.at, 0)), found: true}
	l.took(p.from, p.op, to.after, failed)
	if p.beat {
		l.hearts[p.from].answered++
		l.hearts[p.from].rtt.Add(to.after)
	}
	return to
}

// took books an answered request of a side.
func (l *ledger) took(from side, op string, after record.Seconds, failed bool) {
	o := l.operation(from, op)
	o.count++
	o.latencies.Add(after)
	if failed {
		o.failed++
	}
}

func (l *ledger) operation(from side, name string) *operation {
	if o := l.find(from, name); o != nil {
		return o
	}
	if len(l.operations) >= maxOperations {
		name = others
		if o := l.find(from, name); o != nil {
			return o
		}
	}
	l.operations = append(l.operations, operation{from: from, name: name, latencies: new(record.Sketch)})
	return &l.operations[len(l.operations)-1]
}

func (l *ledger) find(from side, name string) *operation {
	for i := range l.operations {
		if o := &l.operations[i]; o.from == from && o.name == name {
			return o
		}
	}
	return nil
}

func (l *ledger) failed(text string) {
	l.errors++
	if len(l.failures) < maxFailures && !slices.Contains(l.failures, text) {
		l.failures = append(l.failures, text)
	}
}

// forget lets go of the requests whose answers the lost messages of a side may hold.
func (l *ledger) forget(from side) {
	l.untracked += l.pending.dropAll(func(p *pending) bool { return p.from != from })
	l.hearts[from].lost()
	l.hearts[from.other()].lost()
}

// sum writes the ledger into a flow's summary.
func (l *ledger) sum(s *record.AppSummary) {
	s.Messages, s.Untracked, s.Errors, s.Failures = l.messages, l.untracked, l.errors, l.failures
	s.Kinds, s.Names = l.kinds.sorted(maxNames), l.names.sorted(maxListed)
	l.pending.each(func(p *pending) {
		if p.soft {
			return
		}
		if s.Unanswered++; len(s.Waiting) < maxWaiting {
			s.Waiting = append(s.Waiting, record.AppCall{From: sideNames[p.from], Name: p.op, ID: p.id, Packet: p.packet, Time: p.at})
		}
	})
	for i := range l.operations {
		o := &l.operations[i]
		q := o.latencies
		s.Operations = append(s.Operations, record.AppOperation{
			Name: o.name, From: sideNames[o.from], Count: o.count, Failed: o.failed,
			P50: q.Quantile(0.5), P90: q.Quantile(0.9), P99: q.Quantile(0.99), Max: q.Max(), Latencies: q,
		})
	}
	slices.SortFunc(s.Operations, func(a, b record.AppOperation) int {
		return cmp.Or(cmp.Compare(b.P99, a.P99), cmp.Compare(a.Name, b.Name), cmp.Compare(a.From, b.From))
	})
	if c, v := l.hearts[client].record(), l.hearts[server].record(); c != nil || v != nil {
		s.Heartbeats = &record.AppHeartbeats{Client: c, Server: v}
	}
}

// waits reports whether a side waits for an answer of the key.
func (l *ledger) waits(from side, key string) bool {
	return l.pending.find(from, key) >= 0
}
