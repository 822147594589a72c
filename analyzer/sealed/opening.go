package sealed

// opening is the first request of a connection and its answer, as far as lengths show them.
type opening struct {
	skip        uint64 // events of the prefix that are tickets, the request or the answer's head
	body        uint64 // events of the client between the request and its answer
	serverFirst bool   // the server spoke before the client
	request     int32  // bytes of the request; 0 where there was none
	answer      int32  // bytes of the answer's first record, or of several until they can be a 101's head
	asked       int64  // capture time of the request's last byte
	answered    int64  // and of the answer's head
	tickets     int
}

const (
	// leastRequest is a little less than the shortest request for a WebSocket, with the six
	// lines that RFC 6455 §4.1 asks for and a host and path of a letter.
	leastRequest = 130
	// leastAnswer is the length of the shortest 101: its status line and three fields (RFC 6455 §4.2.2).
	leastAnswer = len("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \r\n\r\n") + 28

	leastTicket = 60
	mostTicket  = 2200
	mostTickets = 4 // of a server

	atOnce = int64(20e6) // what comes so soon may be one write
)

// readOpening reads the opening from a connection's first events.
func readOpening(events []sized, f *Facts) (o opening) {
	ask := len(events)
	for i := range events {
		if events[i].side == Client {
			ask = i
			break
		}
	}
	// Before the client has spoken a server sends tickets, or speaks first.
	tickets := f.Version == "1.3" && !f.NoTickets
	early := ask
	if tickets {
		for i := 0; i < early; i++ {
			if e := &events[i]; e.n < leastTicket || e.n > mostTicket || o.tickets >= mostTickets || i > 0 && e.n != events[0].n {
				break
			}
			o.tickets++
			o.skip |= 1 << i
		}
	}
	o.serverFirst = o.tickets < early
	if ask == len(events) {
		return o
	}
	o.request, o.asked = events[ask].n, events[ask].at
	o.skip |= 1 << ask
	i := ask + 1
	for ; i < len(events) && events[i].side == Client && events[i-1].n >= 1000 && events[i].at-events[i-1].at < atOnce; i++ {
		o.request += events[i].n
		o.asked = events[i].at
		o.skip |= 1 << i
	}
	// The server's next records, tickets among them.
	next := make([]int, 0, maxPrefix)
	for ; i < len(events); i++ {
		if events[i].side == Server {
			next = append(next, i)
		} else if len(next) > 0 {
			break
		}
	}
	if tickets && len(next) > 0 {
		n := 0
		if o.tickets == 0 {
			n = ticketsBefore(events, next)
		} else {
			for n < len(next)-1 && o.tickets+n < mostTickets && events[next[n]].n == events[0].n {
				n++ // the request came between two of them
			}
		}
		for _, k := range next[:n] {
			o.skip |= 1 << k
		}
		o.tickets, next = o.tickets+n, next[n:]
		if len(next) == 0 {
			for ; i < len(events); i++ {
				if events[i].side == Server {
					next = append(next, i)
				} else if len(next) > 0 {
					break
				}
			}
		}
	}
	for k, at := range next {
		e := &events[at]
		if k > 0 && (o.answer >= int32(leastAnswer) || e.at-events[next[k-1]].at > atOnce) {
			break
		}
		for m := range events[:at] {
			if k == 0 && events[m].side == Client && o.skip>>m&1 == 0 {
				o.body |= 1 << m
			}
		}
		o.answer += e.n
		o.answered = e.at
		o.skip |= 1 << at
	}
	return o
}

// ticketsBefore returns how many of the server's records after the request are session tickets. OpenSSL and
// its kin send two of one length; others send one, which is told from the answer by
// being followed by what can be a 101, however late: nearly every server sends one.
func ticketsBefore(events []sized, next []int) int {
	if len(next) < 2 {
		return 0
	}
	a, b := &events[next[0]], &events[next[1]]
	if a.n < leastTicket || a.n > mostTicket {
		return 0
	}
	if a.n == b.n && b.at-a.at < atOnce {
		return 2
	}
	if a.n < 400 && b.n >= int32(leastAnswer) && b.n < 1500 {
		return 1
	}
	return 0
}
