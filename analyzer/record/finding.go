package record

// Finding is something worth telling about a flow.
type Finding struct {
	Rule     string   `json:"rule" redact:"open"`           // stable identifier
	Severity Severity `json:"severity" redact:"open"`       // error, warning, note
	RFC      string   `json:"rfc,omitempty" redact:"open"`  // the section that says so
	From     Peer     `json:"from,omitempty" redact:"open"` // client, server; empty where it is about both or neither
	Packet   int64    `json:"packet,omitempty"`             // the packet to look at
	File     string   `json:"file,omitempty" redact:"open"` // where there are several
	Time     Time     `json:"time"`                         // of that packet
	Offset   int64    `json:"offset" unit:"bytes"`          // in that direction's WebSocket stream
	Detail   string   `json:"detail" redact:"prose"`        // the values of this case
	Count    int64    `json:"count"`                        // how often in this flow and direction; the rest describes the first
	Last     *Time    `json:"last,omitempty"`               // of the last, where there are several
}

// Repeat counts the finding once more.
func (r *Finding) Repeat(at Time) {
	r.Count++
	if r.Last == nil {
		r.Last = new(Time)
	}
	*r.Last = at
}
