package record

// Closing says how a flow ended.
type Closing struct {
	By        Peer     `json:"by,omitempty" redact:"open"`                    // client, server, both, middlebox (a RST whose TTL is not that of its sender); who ended TCP where there was no Close frame
	How       How      `json:"how" redact:"open"`                             // handshake, half, fin, rst, none; of WebTransport capsule where CLOSE_WEBTRANSPORT_SESSION did it
	Code      *int     `json:"code"`                                          // the first closer's; null where empty
	Name      string   `json:"name,omitempty" redact:"open"`                  // of the code: "normal closure"
	Reason    string   `json:"reason" redact:"secret" parquet:"plain"`        // the first closer's
	ReplyCode *int     `json:"reply_code"`                                    // the other's; null where there is none or it was empty
	Delay     *Seconds `json:"delay,omitempty"`                               // from the Close to its reply
	TCP       string   `json:"tcp,omitempty" redact:"open"`                   // what TCP did in the end: "fin by server", "rst by client", "capture ended", "silence"
	Stream    string   `json:"stream,omitempty" redact:"open"`                // HTTP/2: what ended the stream, in order: "END_STREAM by client, RST_STREAM CANCEL by server"; HTTP/3: "FIN by client, RESET_STREAM H3_REQUEST_CANCELLED by server"
	Story     string   `json:"story,omitempty" redact:"open" parquet:"plain"` // one sentence for an abnormal ending
	DataAfter int64    `json:"data_after,omitempty" unit:"bytes"`             // bytes after a Close

	At              *Time    `json:"at,omitempty"`                          // of the first Close, or of what ended TCP where there was none; absent for how none
	Packet          int64    `json:"packet,omitempty"`                      // the packet that At is of
	File            string   `json:"file,omitempty" redact:"open"`          // where there are several: the one that the packet is in
	Silence         *Seconds `json:"silence,omitempty"`                     // from the frame before, of either side, to At
	PeerSilence     *Seconds `json:"peer_silence,omitempty"`                // from the latest frame of the side that did not end it to At
	SilenceBefore   *Seconds `json:"silence_before,omitempty"`              // without a frame before the first one that stayed without any answer: where the other side is gone or reset the connection
	SilenceSurvived *Seconds `json:"silence_survived,omitempty"`            // the longest silence before that one
	Gone            Peer     `json:"gone,omitempty" redact:"open"`          // client, server: nothing more was captured of it, though the other side repeated itself
	GoneFor         *Seconds `json:"gone_for,omitempty"`                    // from its last packet to At, or to the other's last
	Full            Peer     `json:"full,omitempty" redact:"open"`          // client, server: its receive window was zero at the end
	FullFor         *Seconds `json:"full_for,omitempty"`                    // for how long it had been
	Unfinished      Peer     `json:"unfinished,omitempty" redact:"open"`    // client, server, both: who was in the middle of a message
	TTL             *int     `json:"ttl,omitempty"`                         // of all packets of the side that the RST seems to be from, where the RST has another
	ResetTTL        *int     `json:"reset_ttl,omitempty"`                   // of the RST then: it is from somewhere else
	Largest         int64    `json:"largest_before,omitempty" unit:"bytes"` // of the largest data message that the other side had begun before the first Close
}

// Proxied names the other hop of a conversation that a reverse proxy passes on.
type Proxied struct {
	Flow int64  `json:"flow"`
	Role string `json:"role" redact:"open"` // of this flow: front (the client's hop) or back (the proxy's own)
	By   string `json:"by" redact:"open"`   // key (both asked with the same Sec-WebSocket-Key), or time and path
	Sure string `json:"sure" redact:"open"` // certain, likely
}

// Polling is what an Engine.IO session did over plain HTTP, before its WebSocket or instead of it.
type Polling struct {
	Start       Time       `json:"start"`                // of the first request that was captured
	End         Time       `json:"end"`                  // of the last answer
	Requests    int64      `json:"requests"`             // GET and POST
	Failed      int64      `json:"failed,omitempty"`     // answered by a status of 400 or more
	Unanswered  int64      `json:"unanswered,omitempty"` // whose answer was not seen to its end
	Unread      int64      `json:"unread,omitempty"`     // whose messages are not all counted: compressed, JSONP, cut or lost
	Client      int64      `json:"client"`               // messages that the client sent
	Server      int64      `json:"server"`               // messages that the server sent
	Connections []Endpoint `json:"connections"`          // the client's ends of them, the first 16
}

// Pace is how a flow's data messages were spread over time.
type Pace struct {
	FirstMessage   *Seconds `json:"first_message,omitempty"`      // from the answer to the handshake
	LongestSilence Seconds  `json:"longest_silence"`              // with no frame of either side
	ClientGap      *Seconds `json:"longest_client_gap,omitempty"` // between two data messages of the client, with nothing missing between; absent where there were not two
	ServerGap      *Seconds `json:"longest_server_gap,omitempty"` // between two data messages of the server, with nothing missing between; absent where there were not two
	Step           Seconds  `json:"step"`                         // width of a bar of the two below
	Client         []int64  `json:"client"`                       // messages that the client sent, by step from the flow's start
	Server         []int64  `json:"server"`
	Delayed        int64    `json:"delayed,omitempty"` // messages during which TCP waited for a lost segment
}
