package apps

import (
	"cmp"
	"slices"

	"wscope/analyzer"
)

// ledger counts what a conversation says and joins requests with their answers.
type ledger struct {
	messages   int64
	kinds      counts
	names      counts
	pending    []pending // in the order asked
	operations []operation
	untracked  int64
	errors     int64
	failures   []string
	hearts     [2]heart
}

// pending is a request that waits.
type pending struct {
	from     side
	beat     bool
	key, id  string
	name, op string
	at       analyzer.Time
	packet   int64
}

// operation is one side's answered requests of one name.
type operation struct {
	from      side
	name      string
	failed    int64
	latencies *analyzer.Sketch
}

// enter books a unit, and completes the name of an answer by what was asked.
func (l *ledger) enter(u *unit, from side, m *analyzer.Message) {
	l.messages++
	key := u.key
	if key == "" {
		key = u.id
	}
	switch u.part {
	case asks:
		l.asked(u, key, from, m)
	case answers, fails:
		if name := l.answered(key, from, u.part == fails, m.End); u.name == "" {
			u.name = name
		}
	case drops:
		l.pending = slices.DeleteFunc(l.pending, func(p pending) bool { return p.from == from && p.key == key })
	case shows:
		l.hearts[from].beat(m.Time)
	case beats:
		l.hearts[from].beat(m.Time)
		l.hearts[from].await(m.Time)
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
}

func (l *ledger) asked(u *unit, key string, from side, m *analyzer.Message) {
	if len(l.pending) == maxPending {
		l.untracked++
		l.pending = slices.Delete(l.pending, 0, 1)
	}
	if u.beat {
		l.hearts[from].beat(m.Time)
		l.hearts[from].answerable = true
	}
	l.pending = append(l.pending, pending{
		from: from, beat: u.beat, key: key, id: u.id, name: u.name, op: cmp.Or(u.op, u.name, u.kind), at: m.Time, packet: m.Packet,
	})
}

// answered joins an answer with the latest request of its key, and returns that one's
// name; "" where there is none.
func (l *ledger) answered(key string, from side, failed bool, at analyzer.Time) string {
	for i := len(l.pending) - 1; i >= 0; i-- {
		p := l.pending[i]
		if p.from == from || p.key != key {
			continue
		}
		l.pending = slices.Delete(l.pending, i, i+1)
		o := l.operation(p.from, p.op)
		o.latencies.Add(analyzer.Seconds(at - p.at))
		if failed {
			o.failed++
		}
		if p.beat {
			l.hearts[p.from].answered++
			l.hearts[p.from].rtt.Add(analyzer.Seconds(at - p.at))
		}
		return p.name
	}
	return ""
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
	l.operations = append(l.operations, operation{from: from, name: name, latencies: new(analyzer.Sketch)})
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
	n := len(l.pending)
	l.pending = slices.DeleteFunc(l.pending, func(p pending) bool { return p.from != from })
	l.untracked += int64(n - len(l.pending))
	l.hearts[from].lost()
	l.hearts[from.other()].lost()
}

// sum writes the ledger into a flow's summary.
func (l *ledger) sum(s *analyzer.AppSummary) {
	s.Messages, s.Untracked, s.Errors, s.Failures = l.messages, l.untracked, l.errors, l.failures
	s.Kinds, s.Names = l.kinds.sorted(maxNames), l.names.sorted(maxListed)
	s.Unanswered = int64(len(l.pending))
	for i := range l.pending[:min(len(l.pending), maxWaiting)] {
		p := &l.pending[i]
		s.Waiting = append(s.Waiting, analyzer.AppCall{From: sideNames[p.from], Name: p.op, ID: p.id, Packet: p.packet, Time: p.at})
	}
	for i := range l.operations {
		o := &l.operations[i]
		q := o.latencies
		s.Operations = append(s.Operations, analyzer.AppOperation{
			Name: o.name, From: sideNames[o.from], Count: q.Count(), Failed: o.failed,
			P50: q.Quantile(0.5), P90: q.Quantile(0.9), P99: q.Quantile(0.99), Max: q.Max(), Latencies: q,
		})
	}
	slices.SortFunc(s.Operations, func(a, b analyzer.AppOperation) int {
		return cmp.Or(cmp.Compare(b.P99, a.P99), cmp.Compare(a.Name, b.Name), cmp.Compare(a.From, b.From))
	})
	if c, v := l.hearts[client].record(), l.hearts[server].record(); c != nil || v != nil {
		s.Heartbeats = &analyzer.AppHeartbeats{Client: c, Server: v}
	}
}

// waits is whether a side waits for an answer of the key.
func (l *ledger) waits(from side, key string) bool {
	return slices.ContainsFunc(l.pending, func(p pending) bool { return p.from == from && p.key == key })
}
