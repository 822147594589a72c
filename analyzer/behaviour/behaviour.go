package behaviour

import (
	"maps"
	"slices"
)

// Version is of the baseline's format.
const Version = 1

// Limits; what is beyond them is summed up under "(others)", or left out.
const (
	maxRoles   = 500
	maxKinds   = 200  // of a role and sender
	maxOrdered = 32   // kinds of a role and sender whose order is followed
	maxFields  = 400  // of a kind
	maxPending = 1024 // requests of a flow that wait for their answer
	maxSeen    = 4096 // messages of a side that are known when they come again
)

// Behaviour is how the peers of a capture behave.
type Behaviour struct {
	Version int     `json:"wscope_baseline"`
	Roles   []*Role `json:"roles"` // by name
}

// Role is the flows that have the same part in a program: those to the same host and path.
type Role struct {
	Name         string  `json:"role"`
	Flows        int64   `json:"flows"`
	Transport    Tally   `json:"transport"`              // "tls 1.3, http 1.1"
	Handshakes   Tally   `json:"handshakes,omitempty"`   // "accepted", "rejected 503"
	Subprotocols Tally   `json:"subprotocols,omitempty"` // as agreed; "none"
	Extensions   Tally   `json:"extensions,omitempty"`   // as agreed; "none"
	Pings        Tally   `json:"pings,omitempty"`        // "answered by client"
	Closes       Tally   `json:"closes,omitempty"`       // "1000 by client"
	Findings     Tally   `json:"findings,omitempty"`     // "error text-not-utf8 by server"
	Reconnects   int64   `json:"reconnects,omitempty"`   // flows of a client that came back after an abnormal end
	Lasts        *Band   `json:"lasts,omitempty"`        // seconds from a flow's begin to its end
	Answer       *Band   `json:"answer,omitempty"`       // seconds of the opening handshake
	Messages     []*Kind `json:"messages,omitempty"`     // by sender and name
	// Order says how often a kind came before another that the same side sends: within one burst, in
	// which the other side says nothing, or where both are the first of their flow: "server: welcome < news".
	Order Tally `json:"order,omitempty"`
}

// Tally is how many flows show something.
type Tally map[string]int64

// Kind is the messages of one sender that mean the same.
type Kind struct {
	From    string `json:"from"`
	Name    string `json:"kind"`
	Answers string `json:"answers,omitempty"` // the kind of the other side's that Reply is about: the one most often answered
	First   bool   `json:"first,omitempty"`   // and that request is always what its flow begins with
	Count   int64  `json:"count"`             // messages
	Flows   int64  `json:"in_flows"`          // flows that have any
	PerFlow int64  `json:"per_flow"`          // median, in the flows that have any
	Least   int64  `json:"least"`             // in one of those flows
	Most    int64  `json:"most"`
	// Repeated is how many messages were the same as one that the same side had sent just before, in one burst.
	Repeated int64 `json:"repeated,omitempty"`
	// Alike is how many others were the same as one of their kind earlier in their flow: where they are, it
	// says nothing that two of them meet.
	Alike int64 `json:"alike,omitempty"`
	Size  *Band `json:"size"`            // bytes
	Reply *Band `json:"reply,omitempty"` // seconds from the message that it answers
	// Fields are the places of its JSON, "$.items[].price", and how often they hold which
	// type: string, number, boolean, null, object, list.
	Fields map[string]Tally `json:"fields,omitempty"`
}

// Band is where the middle half of some values lies, the least of them and the most.
type Band struct {
	N   int64   `json:"n"`
	Min float64 `json:"min"`
	P25 float64 `json:"p25"`
	P50 float64 `json:"p50"`
	P75 float64 `json:"p75"`
	Max float64 `json:"max,omitempty"` // 0 in baselines of before it was kept
}

// most is the largest value, as far as it is known.
func (b *Band) most() float64 { return max(b.Max, b.P75) }

// tallies are a role's tallies with the area of the behaviour that each is about.
func (r *Role) tallies() []areaTally {
	return []areaTally{
		{"transport", &r.Transport}, {"handshake", &r.Handshakes}, {"subprotocol", &r.Subprotocols}, {"extensions", &r.Extensions},
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
