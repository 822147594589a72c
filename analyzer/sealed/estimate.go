package sealed

// Estimate is what is thought of a connection so far.
type Estimate struct {
	Likely     string   // websocket, http1, http2, http3, sse, grpc, other, unknown
	Confidence float64  // 0 to 1
	Why        []string // what speaks for it, and what makes the counts bounds

	Heartbeat int64        // nanoseconds between the most regular short messages; 0 where there are none
	Trips     int64        // messages and the answers that repeat them
	TripMin   int64        // nanoseconds
	TripMean  int64        // nanoseconds
	TripMax   int64        // nanoseconds
	Silence   int64        // nanoseconds; the longest time in which neither side sent, of what was captured
	Sides     [2]Direction // by sender
	Closing   Closing
}

// Direction is what one side sent.
type Direction struct {
	Seen      bool  // its records are in the capture
	Records   int64 // of application data
	Bytes     int64 // of their plaintext, the opening among them
	LostBytes int64 // of the TLS stream, that the capture lacks
	Holes     int64 // places at which an unknown number of records is missing

	// What follows is about a WebSocket, and valid where Messages is.
	Messages     bool
	AtLeast      int64
	About        int64
	Payload      int64
	PayloadError int64 // it may be off by so much
	LastBytes    int64 // of the plaintext of the last record
	First, Last  int64 // capture times of the first and the last record behind the opening
}

// Closing is how the WebSocket seems to have been closed.
type Closing struct {
	Frames bool // both sides' last messages are Close frames by their lengths
	Half   bool // one side's is
	By     Side // who sent the first one; valid with Frames or Half
	At     int64
	Notify [2]bool // TLS's close_notify was sent, or an alert that cannot be told from it
}

// Estimate returns what is thought of the connection so far.
func (c *Conn) Estimate() Estimate {
	if !c.hasFacts {
		c.facts = c.readFacts()
	}
	o, t, alerts := c.summary()
	r := Estimate{Silence: c.silence}
	for s := range r.Sides {
		r.Closing.Notify[s] = alerts[s] || c.alerts[s] != 0
		d := &t.dirs[s]
		d.finish()
		t.long.add(Side(s), d.whole)
		r.Sides[s] = Direction{
			Seen: c.records[s] > 0, Records: c.records[s], Bytes: d.bytes,
			LostBytes: c.readers[s].lost, Holes: c.readers[s].holes,
			AtLeast: d.least, About: max(d.about, d.least), Payload: d.payload, PayloadError: d.doubt + d.slack,
			First: d.firstAt, Last: d.lastAt, LastBytes: int64(d.last),
		}
	}
	if !c.whole() {
		for s := range r.Sides { // the first may be of the handshake, tickets, the request or its answer
			d := &r.Sides[s]
			d.AtLeast, d.PayloadError = max(d.AtLeast-3, 0), d.PayloadError+min(t.dirs[s].begin, d.Payload)
		}
	}
	r.Sides[Client].Bytes += int64(o.request)
	r.Sides[Server].Bytes += int64(o.answer)
	j := judge{c: c, o: &o, t: &t, p: t.protect, r: &r}
	j.closing()
	j.decide()
	if r.Likely == WebSocket {
		r.Heartbeat = t.pairs.heartbeat()
		for s := range r.Sides {
			r.Sides[s].Messages = r.Sides[s].Seen
		}
	}
	if n := t.pairs.trips; n > 0 && r.Likely == WebSocket {
		r.Trips, r.TripMin, r.TripMean, r.TripMax = n, t.pairs.tripLo, t.pairs.tripsT/n, t.pairs.tripHi
	}
	return r
}
