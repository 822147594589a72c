package analyzer

import (
	"cmp"
	"slices"

	"wscope/analyzer/diagnose"
	"wscope/assembly/link"
	"wscope/assembly/packet"
)

// maxNames bounds each list of names; what comes after is counted as "(others)".
const maxNames = 10000

// tally counts by name within maxNames.
type tally map[string]int64

func (t *tally) add(name string, n int64) {
	if *t == nil {
		*t = tally{}
	}
	if _, ok := (*t)[name]; !ok && len(*t) >= maxNames {
		name = "(others)"
	}
	(*t)[name] += n
}

// sorted is the tally with the largest first, and by name within a number.
func (t tally) sorted() []Named {
	list := make([]Named, 0, len(t))
	for name, n := range t {
		list = append(list, Named{Name: name, Count: n})
	}
	slices.SortFunc(list, func(a, b Named) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Totals adds up a run: packets in the reader's goroutine, flows in the merger's.
type Totals struct {
	packets, bytes, cut int64
	first, last         int64
	seen                bool

	flows                                    int64
	pickups, results, closes, sealed, likely tally
	hosts, paths, protocols, clients         tally
	client, server                           Direction
	rules                                    map[string]*RuleCount
	open, maxOpen                            int64
	apps                                     appTotals
	together                                 concurrency
	ends                                     diagnose.Diagnosis
}

// saw counts a packet.
func (t *Totals) saw(p *packet.Packet) {
	t.packets++
	t.bytes += int64(p.Length)
	if p.Length > len(p.Data) {
		t.cut++
	}
	if !t.seen || p.Time < t.first {
		t.first = p.Time
	}
	if !t.seen || p.Time > t.last {
		t.last = p.Time
	}
	t.seen = true
}

// begun counts a flow that begins, unless it is a connection of which nobody knows whether it is a WebSocket.
func (t *Totals) begun(f *Flow) {
	if f.Pickup == "encrypted" {
		return
	}
	t.open++
	t.maxOpen = max(t.maxOpen, t.open)
}

// dropped takes a flow that ended from those that are open.
func (t *Totals) dropped(f *Flow) {
	if f.Pickup != "encrypted" {
		t.open--
	}
}

// flow adds a finished flow.
func (t *Totals) flow(f *Flow) {
	t.dropped(f)
	t.ends.Add(f)
	t.flows++
	t.pickups.add(f.Pickup, 1)
	if f.Pickup == "encrypted" {
		t.sealed.add(decimal(int(f.Server.Port)), 1)
		likely := "unknown"
		if f.Sealed != nil {
			likely = f.Sealed.Likely
		}
		t.likely.add(likely, 1)
		t.clients.add(f.Client.IP, 1)
		return
	}
	if f.Handshake != nil {
		t.results.add(f.Handshake.Result, 1)
		if f.Handshake.Subprotocol != "" {
			t.protocols.add(f.Handshake.Subprotocol, 1)
		}
	}
	if f.HTTP != nil {
		t.hosts.add(f.HTTP.Host, 1)
		path := f.HTTP.Path
		for i := range path {
			if path[i] == '?' {
				path = path[:i]
				break
			}
		}
		t.paths.add(path, 1)
	}
	t.clients.add(f.Client.IP, 1)
	t.together.flow(int64(f.Start), int64(f.End), f.Close != nil && f.Close.TCP == stillOpen)
	if f.Close != nil {
		t.closes.add(closeName(f.Close), 1)
	}
	t.client.Add(&f.ClientToServer)
	t.server.Add(&f.ServerToClient)
	t.apps.add(f)
	for i := range f.Findings {
		t.finding(&f.Findings[i])
	}
}

func closeName(c *Closing) string {
	if c.Code == nil {
		return c.How
	}
	return decimal(*c.Code)
}

func (t *Totals) finding(f *Finding) {
	if t.rules == nil {
		t.rules = map[string]*RuleCount{}
	}
	r := t.rules[f.Rule]
	if r == nil {
		r = &RuleCount{Rule: f.Rule, Severity: f.Severity, RFC: f.RFC}
		t.rules[f.Rule] = r
	}
	r.Flows++
	r.Count += f.Count
}

// summary puts it all together.
func (t *Totals) summary(src packet.Source, l *link.Stats, shards []*shard) *Summary {
	s := &Summary{
		Files: src.Files(), Packets: t.packets, Bytes: t.bytes, CutPackets: t.cut,
		TCP: l.TCP, Malformed: l.Malformed, Other: tally(l.Other).sorted(), Unsupported: tally(l.Unsupported).sorted(),
		Flows: t.flows, ByPickup: t.pickups.sorted(), ByResult: t.results.sorted(), Encrypted: t.sealed.sorted(), Closes: t.closes.sorted(),
		Client: t.client, Server: t.server, MaxOpen: t.maxOpen,
		Hosts: t.hosts.sorted(), Paths: t.paths.sorted(), Protocols: t.protocols.sorted(), Clients: t.clients.sorted(), Apps: t.apps.sorted(),
	}
	if n := t.pickups["encrypted"]; n > 0 {
		s.Sealed = &SealedSum{Connections: n, WebSockets: t.likely["websocket"], Likely: t.likely.sorted()}
	}
	if t.seen {
		first, last := Time(t.first), Time(t.last)
		s.Start, s.End, s.Duration = &first, &last, Seconds(last-first)
	}
	s.Endings = t.ends.Endings()
	s.Concurrency = t.together.record(t.last)
	var elsewhere tally
	for _, sh := range shards {
		s.Connections += sh.conns
		s.LetGo += sh.letGo
		for what, n := range sh.other {
			elsewhere.add(what, n)
		}
	}
	s.Elsewhere = elsewhere.sorted()
	for _, r := range t.rules {
		s.Findings = append(s.Findings, *r)
	}
	slices.SortFunc(s.Findings, func(a, b RuleCount) int {
		return cmp.Or(cmp.Compare(severityRank(a.Severity), severityRank(b.Severity)), cmp.Compare(a.Rule, b.Rule))
	})
	for _, p := range src.Problems() {
		s.Problems = append(s.Problems, Problem{File: p.File, Offset: p.Offset, Reason: p.Reason})
	}
	return s
}

// severityRank puts errors first.
func severityRank(s string) int {
	return slices.Index([]string{"error", "warning", "note"}, s)
}
