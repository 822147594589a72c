package record

// AppSummary is what the messages of a flow said in the subprotocol that they speak.
type AppSummary struct {
	Protocol string `json:"protocol" redact:"open"`          // "socket.io", "mqtt", "graphql-ws", … "json"
	Version  string `json:"version,omitempty" redact:"open"` // of the protocol, as the peers wrote it
	By       string `json:"by" redact:"open"`                // what it was recognised by: subprotocol, path, bytes
	Session  string `json:"session,omitempty" redact:"said"` // what the peers call the session: an Engine.IO sid, an MQTT client identifier
	Messages int64  `json:"messages"`                        // things said: a WebSocket message may hold several, or a part of one
	Unread   int64  `json:"unread,omitempty"`                // data messages that are none of the protocol's, or were not whole

	Kinds []AppCount `json:"kinds"`           // by kind, the most frequent first
	Names []AppCount `json:"names,omitempty"` // by kind and name (or topic), the most frequent first; the rest is "(others)"

	Operations []AppOperation `json:"operations,omitempty"` // requests by operation, the slowest first
	Unanswered int64          `json:"unanswered"`           // requests without an answer when the flow ended
	Untracked  int64          `json:"untracked,omitempty"`  // requests whose answers were not looked for: too many at once, or a loss
	Waiting    []AppCall      `json:"waiting,omitempty"`    // the first of the unanswered

	Errors     int64          `json:"errors"`
	Failures   []string       `json:"failures,omitempty" redact:"said"` // the first different errors
	Heartbeats *AppHeartbeats `json:"heartbeats,omitempty"`
}

// AppCount is how often each side said a kind, or a name.
type AppCount struct {
	Kind   string `json:"kind" redact:"open"`
	Name   string `json:"name,omitempty" redact:"said"`
	Client int64  `json:"client"`
	Server int64  `json:"server"`
}

// AppOperation is the requests of one operation and the times until they were answered:
// from a request's first byte to the last one of its first answer, as the capture shows them.
type AppOperation struct {
	Name   string  `json:"name" redact:"said"`
	From   Peer    `json:"from" redact:"open"` // who asks
	Count  int64   `json:"count"`              // answered ones
	Failed int64   `json:"failed"`
	P50    Seconds `json:"p50"`
	P90    Seconds `json:"p90"`
	P99    Seconds `json:"p99"`
	Max    Seconds `json:"max"`

	// Latencies is what the quantiles are of, in nanoseconds.
	Latencies *Sketch `json:"-"`
}

// AppCall is a request that nobody answered.
type AppCall struct {
	From   Peer   `json:"from" redact:"open"`
	Name   string `json:"name" redact:"said"`
	ID     string `json:"id,omitempty" redact:"said"`
	Packet int64  `json:"packet"`
	Time   Time   `json:"time"`
}

// AppHeartbeats is the pings of the subprotocol itself, by who sent them.
type AppHeartbeats struct {
	Client *AppHeartbeat `json:"client,omitempty"`
	Server *AppHeartbeat `json:"server,omitempty"`
}

// AppHeartbeat is the pings of one side.
type AppHeartbeat struct {
	Sent     int64    `json:"sent"`
	Answered *int64   `json:"answered,omitempty"` // nil where the subprotocol knows no answer
	Interval *Seconds `json:"interval,omitempty"` // mean between them
	Jitter   *Seconds `json:"jitter,omitempty"`   // mean difference between one interval and the next
	RTTMin   *Seconds `json:"rtt_min,omitempty"`
	RTTP50   *Seconds `json:"rtt_p50,omitempty"`
	RTTP99   *Seconds `json:"rtt_p99,omitempty"`
	RTTMax   *Seconds `json:"rtt_max,omitempty"`
}

// AppTotal is what one subprotocol said over the capture.
type AppTotal struct {
	Protocol   string  `json:"protocol" redact:"open"`
	Flows      int64   `json:"flows"`
	Messages   int64   `json:"messages"`
	Errors     int64   `json:"errors"`
	Unanswered int64   `json:"unanswered"`
	Slowest    []AppOp `json:"slowest,omitempty"` // operations by p99, the slowest first
}

// AppOp is an operation over all flows.
type AppOp struct {
	Name   string  `json:"name" redact:"said"`
	From   Peer    `json:"from" redact:"open"` // who asks
	Count  int64   `json:"count"`
	Failed int64   `json:"failed"`
	P50    Seconds `json:"p50"`
	P90    Seconds `json:"p90"`
	P99    Seconds `json:"p99"`
	Max    Seconds `json:"max"`
	Flow   int64   `json:"flow"` // the flow of the slowest
}
