package record

// TCP is TCP's part in a flow (of its whole connection, where several flows share one).
type TCP struct {
	SYNACK        *Seconds `json:"syn_ack,omitempty"` // SYN to SYN-ACK
	RTT           *Seconds `json:"rtt,omitempty"`     // round trip of TCP's handshake, or the smallest of its acknowledgements
	Retransmitted int64    `json:"retransmitted"`     // segments sent again, also those whose first copy was lost before it was captured
	OutOfOrder    int64    `json:"out_of_order"`      // segments that others overtook on the way
	Duplicates    int64    `json:"duplicates"`        // segments seen twice
	ZeroWindows   int64    `json:"zero_windows"`      // times that a receiver was full
	ZeroWindow    Seconds  `json:"zero_window"`       // time that a sender was held by it
	Stall         Seconds  `json:"stall"`             // time that bytes waited for a missing segment
	CaptureLoss   int64    `json:"capture_loss"`      // bytes that the capture lacks though the peer had them

	// What Zeek's conn.log asks for, of the client and of the server. They are no part of the contract.
	History string   `json:"-"` // assembly.Conn.History
	Packets [2]int64 `json:"-"` // captured until the flow's end
	Bytes   [2]int64 `json:"-"` // of payload, those that the capture lacks among them; -1 where nobody counted
}
