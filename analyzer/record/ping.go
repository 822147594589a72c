package record

// PingSum is the pings of a flow and the pongs that answered them.
type PingSum struct {
	Answered    int64     `json:"answered"`              // pings with their pong
	Unanswered  int64     `json:"unanswered"`            // pings without
	Unsolicited int64     `json:"unsolicited,omitempty"` // pongs that answer nothing
	RTTMin      *Seconds  `json:"rtt_min,omitempty"`
	RTTP50      *Seconds  `json:"rtt_p50,omitempty"`
	RTTP99      *Seconds  `json:"rtt_p99,omitempty"`
	RTTMax      *Seconds  `json:"rtt_max,omitempty"`
	Client      *PingSide `json:"client,omitempty"` // pings that the client sent
	Server      *PingSide `json:"server,omitempty"`

	// Fresh is the round trips since the flow's record before, with Options.Updates, 256 at most.
	Fresh []Seconds `json:"-"`
}

// PingSide is one side's pings.
type PingSide struct {
	Sent     int64    `json:"sent"`
	Answered int64    `json:"answered"`
	RTTMin   *Seconds `json:"rtt_min,omitempty"`
	RTTP50   *Seconds `json:"rtt_p50,omitempty"`
	RTTP99   *Seconds `json:"rtt_p99,omitempty"`
	RTTMax   *Seconds `json:"rtt_max,omitempty"`
	Interval *Seconds `json:"interval,omitempty"` // mean between pings
	Jitter   *Seconds `json:"jitter,omitempty"`   // mean deviation from it
}
