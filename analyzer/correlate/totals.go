package correlate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"wscope/analyzer/diagnose"
	"wscope/analyzer/flow"
	"wscope/analyzer/record"
)

// maxNames bounds each list of names; what comes after is counted as "(others)".
const maxNames = 10000

// Counts counts by name, within a bound on the number of names.
type Counts map[string]int64

// Add counts n of a name.
func (t *Counts) Add(name string, n int64) {
	if *t == nil {
		*t = Counts{}
	}
	if _, ok := (*t)[name]; !ok && len(*t) >= maxNames {
		name = "(others)"
	}
	(*t)[name] += n
}

// Sorted lists the largest count first, and by name within a number.
func (t Counts) Sorted() []record.Named {
	list := make([]record.Named, 0, len(t))
	for name, n := range t {
		list = append(list, record.Named{Name: name, Count: n})
	}
	slices.SortFunc(list, func(a, b record.Named) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Totals adds up the flows of a run.
type Totals struct {
	flows                                               int64
	pickups, results, closes, sealed, likely, libraries Counts
	whys                                                map[whyNot]int64
	hosts, paths, protocols, clients                    Counts
	client, server                                      record.Direction
	rules                                               map[string]*record.RuleCount
	open, maxOpen                                       int64
	apps                                                appTotals
	together                                            concurrency
	ends                                                diagnose.Diagnosis
}

// Begun counts a flow that begins, unless it is a connection that may or may not be a WebSocket.
func (t *Totals) Begun(f *record.Flow) {
	if f.Pickup == record.PickupEncrypted {
		return
	}
	t.open++
	t.maxOpen = max(t.maxOpen, t.open)
}

// Dropped takes a flow that ended from those that are open.
func (t *Totals) Dropped(f *record.Flow) {
	if f.Pickup != record.PickupEncrypted {
		t.open--
	}
}

// Open is how many flows are open.
func (t *Totals) Open() int64 { return t.open }

// Flows is how many flows have ended.
func (t *Totals) Flows() int64 { return t.flows }

// Attempt adds a TCP connection without a byte.
func (t *Totals) Attempt(a *flow.Attempt) {
	t.ends.Attempt(&diagnose.Attempt{Client: a.Client, Server: a.Server, Start: a.Start, End: a.End, Packet: a.Packet, File: a.File, How: a.How, By: a.By})
}

// Flow adds a finished flow.
func (t *Totals) Flow(f *record.Flow) {
	t.Dropped(f)
	t.ends.Add(f)
	t.flows++
	t.pickups.Add(string(f.Pickup), 1)
	if f.Pickup == record.PickupEncrypted {
		t.sealed.Add(strconv.Itoa(int(f.Server.Port)), 1)
		likely := "unknown"
		if f.Sealed != nil {
			likely = f.Sealed.Likely
		}
		t.likely.Add(likely, 1)
		if f.TLS != nil {
			why, _, _ := strings.Cut(f.TLS.Why, " for client random ")
			if t.whys == nil {
				t.whys = map[whyNot]int64{}
			}
			t.whys[whyNot{why, f.TLS.WhyKind}]++
			if f.TLS.Client != "" {
				t.libraries.Add(f.TLS.Client, 1)
			}
		}
		t.clients.Add(f.Client.IP, 1)
		for i := range f.Findings {
			t.finding(&f.Findings[i])
		}
		return
	}
	if f.Handshake != nil {
		t.results.Add(string(f.Handshake.Result), 1)
		if f.Handshake.Subprotocol != "" {
			t.protocols.Add(f.Handshake.Subprotocol, 1)
		}
	}
	if f.HTTP != nil {
		t.hosts.Add(f.HTTP.Host, 1)
		path := f.HTTP.Path
		for i := range path {
			if path[i] == '?' {
				path = path[:i]
				break
			}
		}
		t.paths.Add(path, 1)
	}
	t.clients.Add(f.Client.IP, 1)
	t.together.flow(int64(f.Start), int64(f.End), f.Close != nil && f.Close.TCP == flow.StillOpen)
	if f.Close != nil {
		t.closes.Add(closeName(f.Close), 1)
	}
	t.client.Add(&f.ClientToServer)
	t.server.Add(&f.ServerToClient)
	t.apps.add(f)
	for i := range f.Findings {
		t.finding(&f.Findings[i])
	}
}

func closeName(c *record.Closing) string {
	if c.Code == nil {
		return string(c.How)
	}
	return strconv.Itoa(*c.Code)
}

func (t *Totals) finding(f *record.Finding) {
	if t.rules == nil {
		t.rules = map[string]*record.RuleCount{}
	}
	r := t.rules[f.Rule]
	if r == nil {
		r = &record.RuleCount{Rule: f.Rule, Severity: f.Severity, RFC: f.RFC}
		t.rules[f.Rule] = r
	}
	r.Flows++
	r.Count += f.Count
}

// Summary is what the flows add up to. last is the capture time of the last packet.
func (t *Totals) Summary(last record.Time) *record.Summary {
	s := &record.Summary{
		Flows: t.flows, ByPickup: t.pickups.Sorted(), ByResult: t.results.Sorted(), Encrypted: t.sealed.Sorted(), Closes: t.closes.Sorted(),
		Client: t.client, Server: t.server, MaxOpen: t.maxOpen,
		Hosts: t.hosts.Sorted(), Paths: t.paths.Sorted(), Protocols: t.protocols.Sorted(), Clients: t.clients.Sorted(), Apps: t.apps.sorted(),
	}
	if n := t.pickups["encrypted"]; n > 0 {
		s.Sealed = &record.SealedSum{Connections: n, WebSockets: t.likely["websocket"], Likely: t.likely.Sorted(), Why: t.whyNot(), Clients: t.libraries.Sorted()}
		if n == t.flows { // nothing could be counted
			s.Client, s.Server = record.Unknown(), record.Unknown()
		}
	}
	s.Endings = t.ends.Endings()
	s.Concurrency = t.together.record(int64(last))
	for _, r := range t.rules {
		s.Findings = append(s.Findings, *r)
	}
	slices.SortFunc(s.Findings, func(a, b record.RuleCount) int {
		return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(a.Rule, b.Rule))
	})
	return s
}

// whyNot is a reason for which a connection could not be opened, and its kind.
type whyNot struct{ name, kind string }

// whyNot lists the reasons, the most frequent first.
func (t *Totals) whyNot() []record.WhyNot {
	list := make([]record.WhyNot, 0, len(t.whys))
	for w, n := range t.whys {
		list = append(list, record.WhyNot{Name: w.name, Kind: w.kind, Count: n})
	}
	slices.SortFunc(list, func(a, b record.WhyNot) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind))
	})
	return list
}
