package behaviour

import (
	"maps"
	"slices"
)

// Version is of the baseline's format.
const Version = 2

// Limits; what is beyond them is summed up under "(others)", or left out.
const (
	maxRoles   = 500
	maxKinds   = 200  // of a role and sender
	maxOrdered = 32   // kinds of a role and sender whose order is followed
	maxFields  = 400  // of a kind
	maxValues  = 12   // of a place of JSON: beyond them it is no enumeration
	maxPending = 1024 // requests of a flow that wait for their answer
	maxSeen    = 4096 // messages of a side that are known when they come again
	maxRuns    = 100  // of a sample
)

// Behaviour is how the peers of one run behave, or those of several runs of the same program, which are then a sample of what its runs
// are like.
type Behaviour struct {
	Version int     `json:"wscope_baseline"`
	Runs    int     `json:"runs,omitempty"` // 0 in baselines of before it was kept: one
	Roles   []*Role `json:"roles"`          // by name
}

// Role is the flows that have the same part in a program: those to the same host and path.
type Role struct {
	Name         string            `json:"role"`
	Flows        Counts            `json:"flows"`                  // in each run
	Open         int64             `json:"open,omitempty"`         // of them, those that did not end before the capture did
	NamedBy      map[string]string `json:"named_by,omitempty"`     // what tells kinds of messages apart, by sender: "client": "header.msg_type"
	Transport    Tally             `json:"transport"`              // "tls 1.3, http 1.1"
	Requests     Tally             `json:"requests,omitempty"`     // what the opening handshakes ask with: "Origin https://app.example.org", "query token"
	Handshakes   Tally             `json:"handshakes,omitempty"`   // "accepted", "rejected 503"
	Subprotocols Tally             `json:"subprotocols,omitempty"` // as agreed; "none"
	Extensions   Tally             `json:"extensions,omitempty"`   // as agreed; "none"
	Pings        Tally             `json:"pings,omitempty"`        // "answered by client"
	Closes       Tally             `json:"closes,omitempty"`       // "1000 by client"
	Findings     Tally             `json:"findings,omitempty"`     // "error text-not-utf8 by server"
	Reconnects   Counts            `json:"reconnects,omitempty"`   // flows of a client that came back after an abnormal end
	Lasts        *Band             `json:"lasts,omitempty"`        // seconds from a flow's begin to its end
	Answer       *Band             `json:"answer,omitempty"`       // seconds of the opening handshake
	Sealed       *Sealed           `json:"sealed,omitempty"`       // of TLS connections that could not be opened
	Messages     []*Kind           `json:"messages,omitempty"`     // by sender and name
	// Crossing are the second Closes of flows in which both sides closed for reasons of their own, as their codes show: which of
	// the two comes first is a race.
	Crossing Tally `json:"crossing_closes,omitempty"`
	// Order says how often a kind came before another that the same side sends: within one burst, in
	// which the other side says nothing, or where both are the first of their flow: "server: welcome < news".
	Order Tally `json:"order,omitempty"`
	// AtOnce is of those the ones that came within ten milliseconds.
	AtOnce Tally `json:"at_once,omitempty"`
	// Sequences are numbers that a side counts its messages with: "server $.seq", and how often the next was one more, or not.
	Sequences map[string]Steps `json:"sequences,omitempty"`
}

// Tally is how many flows of all runs show something.
type Tally map[string]int64

// Steps is how often a number was one more than the one before it, and how often not.
type Steps struct {
	Next int64 `json:"next"`
	Skip int64 `json:"skip,omitempty"`
}

// Kind is the messages of one sender that mean the same.
type Kind struct {
	From    string `json:"from"`
	Name    string `json:"kind"`
	Answers string `json:"answers,omitempty"` // the kind of the other side's that Reply is about: the one most often answered
	First   bool   `json:"first,omitempty"`   // and that request is always what its flow begins with
	Count   Counts `json:"count"`             // messages, in each run
	Flows   Counts `json:"in_flows"`          // flows that have any, in each run
	PerFlow int64  `json:"per_flow"`          // median, in the flows that have any
	Least   int64  `json:"least"`             // in one of those flows
	Most    int64  `json:"most"`              //
	Replies int64  `json:"replies,omitempty"` // of them, those that carry the identifier of the request that they answer
	Caused  int64  `json:"caused,omitempty"`  // of them, those that came soon after something that the other side said
	// Turns is how many turns of its sender's have it: rows of messages that the other side does not interrupt. Of says in how many turns
	// with a kind of the other side's this one came of it: where each such turn led to it, it is no matter of chance.
	Turns   int64 `json:"turns,omitempty"`
	Of      Tally `json:"of,omitempty"`
	Asked   int64 `json:"asked,omitempty"`    // of them, those whose identifier asks for an answer
	Lacking int64 `json:"no_reply,omitempty"` // of those, the ones that nobody answered while there was time
	// Repeated is how many messages were the same as one that the same side had sent just before, in one burst.
	Repeated int64 `json:"repeated,omitempty"`
	// Alike is how many others were the same as one of their kind earlier in their flow: where they are, it
	// says nothing that two of them meet.
	Alike int64   `json:"alike,omitempty"`
	Tail  float64 `json:"tail,omitempty"`  // seconds from the last of them to the last message of the flow, where they are the least
	Size  *Band   `json:"size"`            // bytes
	Reply *Band   `json:"reply,omitempty"` // seconds from the message that it answers
	Burst *Band   `json:"burst,omitempty"` // how many came of one thing that the client said
	Every *Band   `json:"every,omitempty"` // seconds since the one before it, or since the flow began
	// Words says that Fields are of a line of text: name=value.
	Words bool `json:"words,omitempty"`
	// Fields are the places of its JSON, "$.items[].price", and how often they hold which
	// type: string, number, boolean, null, object, list.
	Fields map[string]Tally `json:"fields,omitempty"`
	// Lengths are those of texts, in bytes, and of lists, in elements, where they are not short.
	Lengths map[string]Length `json:"lengths,omitempty"`
	// Values are those of places that hold few different ones, and how often each.
	Values map[string]Tally `json:"values,omitempty"`

	packet int64 // that the first of them is in; 0 of several runs, and of a baseline
}

// Length is how long what a place holds is.
type Length struct {
	N    int64   `json:"n"`
	Mean float64 `json:"mean"`
	Most float64 `json:"most"`
}

// Band is where the middle half of some values lies, the least of them and the most.
type Band struct {
	N   int64   `json:"n"`
	Min float64 `json:"min"`
	P25 float64 `json:"p25"`
	P50 float64 `json:"p50"`
	P75 float64 `json:"p75"`
	Max float64 `json:"max,omitempty"` // 0 in baselines of before it was kept
	// Low and High are the least and the greatest of the runs' medians; 0 where there is one run.
	Low  float64 `json:"low,omitempty"`
	High float64 `json:"high,omitempty"`
	// Runs are those of each run, of latencies and where there are several runs; null where a run has none.
	Runs []*Band `json:"runs,omitempty"`
}

// most is the largest value, as far as it is known.
func (b *Band) most() float64 { return max(b.Max, b.P75) }

// lowest and highest are the runs' medians that are farthest apart.
func (b *Band) lowest() float64 {
	if b.Low > 0 {
		return b.Low
	}
	return b.P50
}

func (b *Band) highest() float64 { return max(b.High, b.P50) }

// runs is how many runs are in the sample.
func (b *Behaviour) runs() int { return max(b.Runs, 1) }

// tallies are a role's tallies with the area of the behaviour that each is about.
func (r *Role) tallies() []areaTally {
	return []areaTally{
		{"transport", &r.Transport}, {"request", &r.Requests}, {"handshake", &r.Handshakes}, {"subprotocol", &r.Subprotocols}, {"extensions", &r.Extensions},
		{"pings", &r.Pings}, {"close", &r.Closes}, {"finding", &r.Findings},
	}
}

type areaTally struct {
	area  string
	tally *Tally
}

func (t *Tally) add(name string) {
	if *t == nil {
		*t = Tally{}
	}
	(*t)[name]++
}

// most is the name that is there most often; "" where there is none.
func (t Tally) most() (name string) {
	for _, is := range slices.Sorted(maps.Keys(t)) {
		if name == "" || t[is] > t[name] {
			name = is
		}
	}
	return name
}

func (t Tally) sum() (n int64) {
	for _, v := range t {
		n += v
	}
	return n
}
