package record

// Summary is what a run saw over the whole capture.
type Summary struct {
	Files       []string     `json:"files"`
	Packets     int64        `json:"packets"`
	Bytes       int64        `json:"bytes"` // on the wire
	Start       *Time        `json:"start"`
	End         *Time        `json:"end"`
	Duration    Seconds      `json:"duration"`
	TCP         int64        `json:"tcp_segments"`
	Connections int64        `json:"tcp_connections"`
	CutPackets  int64        `json:"cut_packets"`             // by snaplen
	Other       []Named      `json:"other_packets,omitempty"` // packets without TCP, by what they are
	Unsupported []Named      `json:"unsupported_packets,omitempty"`
	Malformed   int64        `json:"malformed_packets"`
	Elsewhere   []Named      `json:"other_connections,omitempty"` // TCP connections without a WebSocket, by what they are
	Flows       int64        `json:"flows"`
	ByPickup    []Named      `json:"by_pickup,omitempty"`
	ByResult    []Named      `json:"by_result,omitempty"`
	Encrypted   []Named      `json:"encrypted_ports,omitempty"` // encrypted flows by the server's port
	Closes      []Named      `json:"closes,omitempty"`          // by code, or by how where there is none
	Client      Direction    `json:"client_to_server"`
	Server      Direction    `json:"server_to_client"`
	Findings    []RuleCount  `json:"findings,omitempty"`
	Hosts       []Named      `json:"hosts,omitempty"`
	Paths       []Named      `json:"paths,omitempty"`
	Protocols   []Named      `json:"subprotocols,omitempty"`
	Clients     []Named      `json:"clients,omitempty"`
	Apps        []AppTotal   `json:"apps,omitempty"`     // what the subprotocols said, with Options.Apps
	Problems    []Problem    `json:"problems,omitempty"` // inputs that could not be read whole
	MaxOpen     int64        `json:"max_open"`           // flows open at once
	Concurrency *Concurrency `json:"concurrency,omitempty"`
	LetGo       int64        `json:"let_go,omitempty"` // connections that were ended because memory was short
}

// Concurrency is how many flows were open over time.
type Concurrency struct {
	Begin Time    `json:"begin"` // of the first step
	Step  Seconds `json:"step"`  // width of a bar
	Open  []int64 `json:"open"`  // flows that were open at some time in each step
}

// Problem is an input that could not be read whole.
type Problem struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
}

// Named is a count by name.
type Named struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// RuleCount is how often a rule was broken over the capture.
type RuleCount struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	RFC      string `json:"rfc,omitempty"`
	Flows    int64  `json:"flows"`
	Count    int64  `json:"count"`
}
