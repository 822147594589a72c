package record

// UnusualBytes counts payload bytes that the capture holds, of both sides.
type UnusualBytes struct {
	Captured   int64 `json:"captured" unit:"bytes"`              // all: those read, and the others below
	Read       int64 `json:"read" unit:"bytes"`                  // in their place in the streams
	Repeated   int64 `json:"repeated,omitempty" unit:"bytes"`    // their place was taken: sent again, or captured twice
	Conflict   int64 `json:"conflict,omitempty" unit:"bytes"`    // of those repeated: known to differ from what was read
	Probes     int64 `json:"probes,omitempty" unit:"bytes"`      // keep-alive probes' bytes, which are no data
	BehindEnd  int64 `json:"behind_end,omitempty" unit:"bytes"`  // behind the end of their stream
	Reason     int64 `json:"reason,omitempty" unit:"bytes"`      // text in a RST
	Foreign    int64 `json:"foreign,omitempty" unit:"bytes"`     // of another connection or time: their numbers do not fit
	Dropped    int64 `json:"dropped,omitempty" unit:"bytes"`     // waiting for bytes before them when the connection was let go
	AfterReset int64 `json:"after_reset,omitempty" unit:"bytes"` // of those read: captured after the receiver's RST, so nobody knows whether they were received
}

// TCP is TCP's part in a flow (of its whole connection, where several flows share one).
type TCP struct {
	SYNACK        *Seconds `json:"syn_ack,omitempty"`         // SYN to SYN-ACK
	RTT           *Seconds `json:"rtt,omitempty"`             // round trip of TCP's handshake, or the smallest of its acknowledgements
	Retransmitted int64    `json:"retransmitted"`             // segments sent again, also those whose first copy was lost before it was captured
	OutOfOrder    int64    `json:"out_of_order"`              // segments that others overtook on the way
	Duplicates    int64    `json:"duplicates"`                // segments seen twice
	ZeroWindows   int64    `json:"zero_windows"`              // times that a receiver was full
	ZeroWindow    Seconds  `json:"zero_window"`               // time that a sender was held by it
	Stall         Seconds  `json:"stall"`                     // time that bytes waited for a missing segment
	CaptureLoss   int64    `json:"capture_loss" unit:"bytes"` // bytes that the capture lacks though the peer had them

	// ClockSetBack is by how much the capture's clock went back at once within the connection, at the
	// most, as the order of its bytes proves: times and durations are then not what they seem.
	ClockSetBack *Seconds `json:"clock_set_back,omitempty"`
	// ResetsIgnored is how many RSTs ended nothing: outside the window, or followed by more.
	ResetsIgnored int64 `json:"resets_ignored,omitempty"`
	// Subflows is how many subflows of Multipath TCP carried the connection; absent for plain TCP. With
	// SubflowsMissing the capture lacks others, or does not tie this one to its connection.
	Subflows        int  `json:"subflows,omitempty"`
	SubflowsMissing bool `json:"subflows_missing,omitempty"`
	// Unusual is where captured bytes of the connection are that its streams do not have as they were
	// sent; absent where there are none but retransmissions.
	Unusual *UnusualBytes `json:"unusual,omitempty"`

	// What Zeek's conn.log asks for, of the client and of the server. They are no part of the contract.
	History string   `json:"-" redact:"open"` // assembly.Conn.History
	Packets [2]int64 `json:"-"`               // captured until the flow's end
	Bytes   [2]int64 `json:"-"`               // of payload, those that the capture lacks among them; -1 where nobody counted
}
