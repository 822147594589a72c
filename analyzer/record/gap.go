package record

// Gap is a hole in what one side sent: bytes of the stream that the capture lacks.
type Gap struct {
	Flow   int64  `json:"flow"`
	From   Peer   `json:"from" redact:"open"`
	Time   Time   `json:"time"` // of the packet that showed the hole
	Packet int64  `json:"packet"`
	File   string `json:"file,omitempty" redact:"open"`
	Bytes  int64  `json:"bytes"`             // -1 where nobody can know
	Why    string `json:"why" redact:"open"` // lost, cut (by snaplen), before (the capture begins inside), limit (of memory)
}
