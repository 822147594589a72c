package record

// Summary is what a run saw over the whole capture.
type Summary struct {
	Files       []string     `json:"files" redact:"open"`
	Packets     int64        `json:"packets"`
	Bytes       int64        `json:"bytes" unit:"bytes"` // on the wire
	Start       *Time        `json:"start"`
	End         *Time        `json:"end"`
	Duration    Seconds      `json:"duration"`
	TCP         int64        `json:"tcp_segments"`
	Connections int64        `json:"tcp_connections"`
	QUIC        int64        `json:"quic_connections,omitempty"`
	CutPackets  int64        `json:"cut_packets"`                           // by snaplen
	Other       []Named      `json:"other_packets,omitempty" redact:"open"` // packets without TCP, by what they are
	Unsupported []Named      `json:"unsupported_packets,omitempty" redact:"open"`
	Malformed   int64        `json:"malformed_packets"`
	Elsewhere   []Named      `json:"other_connections,omitempty" redact:"open"` // connections without a WebSocket, by what they are
	Flows       int64        `json:"flows"`                                     // WebSockets, and the TLS connections that could not be opened
	ByPickup    []Named      `json:"by_pickup,omitempty" redact:"open"`
	ByResult    []Named      `json:"by_result,omitempty" redact:"open"`
	Encrypted   []Named      `json:"encrypted_ports,omitempty" redact:"open"` // encrypted flows by the server's port
	Sealed      *SealedSum   `json:"sealed,omitempty"`                        // TLS connections that could not be opened
	Closes      []Named      `json:"closes,omitempty" redact:"open"`          // by code, or by how where there is none
	Client      Direction    `json:"client_to_server,omitzero"`               // of the WebSockets that could be read; absent where there are only TLS connections that could not be opened
	Server      Direction    `json:"server_to_client,omitzero"`
	Findings    []RuleCount  `json:"findings,omitempty"`
	Hosts       []Named      `json:"hosts,omitempty" redact:"open"`
	Paths       []Named      `json:"paths,omitempty" redact:"target"`
	Protocols   []Named      `json:"subprotocols,omitempty" redact:"target"`
	Clients     []Named      `json:"clients,omitempty" redact:"open"`
	Apps        []AppTotal   `json:"apps,omitempty"`     // what the subprotocols said, with Options.Apps
	Problems    []Problem    `json:"problems,omitempty"` // inputs that could not be read whole
	MaxOpen     int64        `json:"max_open"`           // flows open at once
	Concurrency *Concurrency `json:"concurrency,omitempty"`
	LetGo       int64        `json:"let_go,omitempty"`   // connections that were ended because memory was short
	NotKept     int64        `json:"not_kept,omitempty"` // messages whose payload was not kept because too much was unfinished at once; they are counted, checked and hashed
	Endings     []Ending     `json:"endings,omitempty"`  // how flows ended otherwise than in good order, the most first
}

// Ending is what several flows' ends have in common: those of one side, one kind and one cause.
type Ending struct {
	Flows         int64           `json:"flows"`                                            // that ended so
	Of            int64           `json:"of"`                                               // flows whose ends were compared
	By            Peer            `json:"by,omitempty" redact:"open"`                       // client, server, both, proxy (between the two; both its sides were captured), middlebox (a RST whose TTL is not its sender's); absent where nobody knows
	How           How             `json:"how" redact:"open"`                                // handshake, half, fin, rst, refused, unanswered, silence; gone (one side no longer answered), full (its window is zero); several; of TCP connections without a byte: syn refused, syn unanswered, dropped
	Code          *int            `json:"code,omitempty"`                                   // of the first Close
	Status        int             `json:"status,omitempty"`                                 // of a refusal
	Reason        string          `json:"reason,omitempty" redact:"secret" parquet:"plain"` // of the first Close, or what a refusal says (where to, or the first line of its body), where all have the same
	SilenceMin    *Seconds        `json:"silence_min,omitempty"`                            // shortest time from the last frame to the end
	SilenceMedian *Seconds        `json:"silence_median,omitempty"`                         // median of it
	SilenceMax    *Seconds        `json:"silence_max,omitempty"`                            // longest of it
	Pattern       string          `json:"pattern,omitempty" redact:"open"`                  // what they share: idle, age, moment, ping, size; forgotten (by what is on the way), gone, window, violation, unfinished; absent where nothing was found
	Sentence      string          `json:"sentence" redact:"prose" parquet:"plain"`          // all of it for people
	Examples      []EndingExample `json:"examples,omitempty"`                               // where to look, three at most
}

// EndingExample is a flow that ended so.
type EndingExample struct {
	Flow   int64  `json:"flow"`                         // its number
	Packet int64  `json:"packet,omitempty"`             // the packet of its end
	File   string `json:"file,omitempty" redact:"open"` // where there are several
}

// SealedSum is the TLS connections that could not be opened: flows whose pickup is encrypted.
type SealedSum struct {
	Connections int64    `json:"connections"`
	WebSockets  int64    `json:"likely_websockets"`               // those that are likely WebSockets
	Likely      []Named  `json:"likely" redact:"open"`            // what they are likely to be
	Why         []WhyNot `json:"why,omitempty"`                   // why they could not be opened
	Clients     []Named  `json:"clients,omitempty" redact:"open"` // what their ClientHello look like
	KeysGiven   bool     `json:"keys_given,omitempty"`            // secrets of other connections were at hand
}

// WhyNot is a reason for which TLS connections could not be opened.
type WhyNot struct {
	Name  string `json:"name" redact:"open"`           // tls.why, without what names the connection
	Kind  string `json:"kind,omitempty" redact:"open"` // tls.why_kind
	Count int64  `json:"count"`
}

// Concurrency is how many flows were open over time.
type Concurrency struct {
	Begin Time    `json:"begin"` // of the first step
	Step  Seconds `json:"step"`  // width of a bar
	Open  []int64 `json:"open"`  // flows that were open at some time in each step
}

// Problem is an input that could not be read whole.
type Problem struct {
	File   string `json:"file" redact:"open"`
	Offset int64  `json:"offset" unit:"bytes"`
	Reason string `json:"reason" redact:"open"`
}

// Named is a count by name.
type Named struct {
	Name  string `json:"name" redact:"parent"`
	Count int64  `json:"count"`
}

// RuleCount is how often a rule was broken over the capture.
type RuleCount struct {
	Rule     string   `json:"rule" redact:"open"`
	Severity Severity `json:"severity" redact:"open"`
	RFC      string   `json:"rfc,omitempty" redact:"open"`
	Flows    int64    `json:"flows"`
	Count    int64    `json:"count"`
}
