package sealed

import (
	"fmt"
	"math"
	"slices"
)

// What a connection can be.
const (
	WebSocket = "websocket"
	HTTP1     = "http1"
	HTTP2     = "http2"
	HTTP3     = "http3"
	SSE       = "sse"
	GRPC      = "grpc"
	Other     = "other"
	Unknown   = "unknown"
)

// judge weighs what speaks for and against each protocol.
type judge struct {
	c *Conn
	o *opening
	t *counts
	p *protection
	r *Estimate
}

func (j *judge) conclude(likely string, confidence float64, why ...string) {
	j.r.Likely, j.r.Confidence = likely, math.Round(confidence*100)/100
	j.r.Why = append(j.r.Why, why...)
}

// deflateField is how much longer a 101 is that agrees to permessage-deflate (RFC 7692).
const deflateField = int32(len("Sec-WebSocket-Extensions: permessage-deflate\r\n"))

const silentClient = "one request, and the server kept speaking in pauses: events, or a WebSocket whose client is silent"

// closing looks for the two Close frames at the end: the codes that are used most make the client's
// eight bytes and the server's four, and the answer repeats what it answers.
func (j *judge) closing() {
	const together = int64(5e9)
	cl, se := &j.t.dirs[Client], &j.t.dirs[Server]
	k := &j.r.Closing
	if j.c.ended[Client] == Open && j.c.ended[Server] == Open || cl.records == 0 {
		return
	}
	n, m := cl.chain, se.chain
	late := j.endsLate()
	clientClose := (n == 8 || n == 6 || n > 8 && n <= 131) && !(late && (n > 8 || j.repeated(Client)))
	serverClose := (m == 4 || m == 2 || m > 4 && m <= 127) && !(late && (m > 4 || j.repeated(Server)))
	apart := cl.lastAt - se.lastAt
	near := apart > -together && apart < together
	switch {
	case clientClose && serverClose && near && (n-m == 4 || n == 8 || n == 6 || m == 4 || m == 2):
		k.Frames = true
		k.By = Client
		k.At = cl.lastAt
		if apart > 0 {
			k.By, k.At = Server, se.lastAt
		}
	case n == 8 && clientClose:
		k.Half, k.By, k.At = true, Client, cl.lastAt
	case m == 4 && serverClose:
		k.Half, k.By, k.At = true, Server, se.lastAt
	}
}

// repeated reports whether the last record of a side is one of several of its length, as heartbeats are: a Close comes once.
func (j *judge) repeated(s Side) bool {
	d := &j.t.dirs[s]
	return d.chain == int64(d.last) && j.t.pairs.seen(s, d.last) > 1
}

// endsLate reports whether TCP ends later than it does behind a Close handshake, which ends with the server's FIN
// (RFC 6455 §7.1.1).
func (j *judge) endsLate() bool {
	const soon = int64(100e6)
	last := max(j.t.dirs[Client].lastAt, j.t.dirs[Server].lastAt)
	for s, how := range j.c.ended {
		if how != Open && j.c.endedAt[s]-last < soon {
			return false
		}
	}
	return true
}

// decide gives the verdict.
func (j *judge) decide() {
	f := &j.c.facts
	hint := j.c.handshake.protocol(j.p)
	protocol := f.ALPN
	if protocol == "" && len(f.Offered) == 1 && f.Version != "1.3" {
		protocol = "" // offered, not chosen
	} else if protocol == "" && slices.Contains(f.Offered, hint) {
		protocol = hint
	}
	h2 := protocol == "h2"
	switch {
	case h2 && len(f.Offered) == 1:
		j.conclude(GRPC, 0.6, "ALPN is h2, and the client offered nothing else, as gRPC does; what its streams carry is not told apart")
		return
	case h2:
		sure := 0.95
		if f.ALPN == "" {
			sure = 0.85
		}
		j.conclude(HTTP2, sure, "ALPN is h2; what its streams carry is not told apart")
		return
	case protocol != "" && protocol != "http/1.1":
		j.conclude(Other, 0.95, "ALPN is "+protocol)
		return
	case len(f.Offered) > 0 && !slices.Contains(f.Offered, "http/1.1") && !slices.Contains(f.Offered, "h2"):
		j.conclude(Other, 0.9, "the client offered no ALPN protocol of the web")
		return
	}
	if j.c.records[Client]+j.c.records[Server] == 0 {
		j.conclude(Unknown, 0, "no application data")
		return
	}
	if j.c.records[Client] == 0 || j.c.records[Server] == 0 && j.c.readers[Server].lost == 0 && j.o.request >= leastRequest && j.t.dirs[Client].records > 0 {
		j.conclude(Unknown, 0, "one side alone is in the capture")
		return
	}
	if !j.c.whole() {
		j.midway()
		return
	}
	j.fromOpening(protocol)
}

// fromOpening judges a connection whose first request and answer were captured.
func (j *judge) fromOpening(protocol string) {
	o, s := j.o, &j.t.shape
	lost := j.c.readers[Client].lost+j.c.readers[Server].lost > 0
	switch {
	case lost && (o.serverFirst || o.request < leastRequest || o.answer < int32(leastAnswer)):
		j.conclude(Unknown, 0, "the capture lacks records, and its first request and answer are not there whole")
		return
	case o.serverFirst:
		j.conclude(Other, 0.8, "the server spoke first")
		return
	case o.request == 0:
		j.conclude(Unknown, 0, "the client sent nothing")
		return
	case o.answer == 0 && j.c.records[Server] == 0:
		j.conclude(Unknown, 0, "the server's answer is not in the capture")
		return
	case o.request < leastRequest || o.answer < int32(leastAnswer):
		j.tooShort(protocol)
		return
	}
	w := j.weigh()
	if protocol == "http/1.1" {
		w.add(0.5, "ALPN is http/1.1")
	} else if len(j.c.facts.Offered) == 1 {
		w.add(0.5, "the client offered http/1.1 alone")
	}
	if o.answer == int32(leastAnswer) || o.answer == int32(leastAnswer)+deflateField {
		w.add(1, "the answer is exactly as long as the usual 101")
		w.notOther, w.notHTTP = true, w.notHTTP || s.serverSmall > 0
	}
	w.add(0.5, fmt.Sprintf("a request of %d bytes and an answer of %d, as an upgrade has", o.request, o.answer))
	if protocol == "http/1.1" || slices.Contains(j.c.facts.Offered, "http/1.1") {
		w.notOther = true
	}
	cl, se := &j.t.dirs[Client], &j.t.dirs[Server]
	switch likely := w.sum >= 2.5 && w.against == 0 && w.notHTTP; {
	case likely && w.notOther:
		j.conclude(WebSocket, w.confidence(), append(w.why, j.bounds()...)...)
	case likely:
		j.conclude(Unknown, 0.4, "both sides speak as in a WebSocket, but nothing in it is a WebSocket's alone: it may be a protocol of its own")
	case cl.records == 0 && s.pushes >= 2:
		j.conclude(SSE, 0.6, silentClient)
	case w.against > 0 && (s.clientShort > 0 || s.clientSmall > 2):
		j.conclude(Other, 0.6, w.not...)
	case s.pushes >= 2 && cl.records > 0 && cl.shortest < int32(smallRequest):
		j.conclude(Unknown, 0.3, "both sides speak, but not as WebSockets do")
	case cl.records == 0 && se.records == 0:
		j.conclude(HTTP1, 0.5, "one request and one answer")
	default:
		j.conclude(HTTP1, 0.6, "requests as long as the first, each with its answer")
	}
}

// bounds says what makes the counts bounds.
func (j *judge) bounds() (why []string) {
	joined, holes := int64(0), int64(0)
	for s := range j.t.dirs {
		joined += j.t.dirs[s].joined
		holes += j.c.readers[s].holes
	}
	if joined > 0 {
		why = append(why, fmt.Sprintf("%d records came so soon after another that they may hold several messages: the counts are bounds", joined))
	}
	if holes > 0 {
		why = append(why, "the capture lacks records: there were more messages than are counted")
	}
	return why
}

// tooShort judges a connection whose first exchange is too short for an upgrade.
func (j *judge) tooShort(protocol string) {
	o := j.o
	if j.t.dirs[Client].records == 0 && j.t.shape.pushes >= 2 && o.answer >= smallResponse {
		j.conclude(SSE, 0.6, silentClient)
		return
	}
	why := fmt.Sprintf("the first exchange, %d bytes and %d, is too short for an upgrade", o.request, o.answer)
	if protocol == "http/1.1" || o.request >= 37 && o.answer >= smallResponse && j.t.shape.clientSmall == 0 && j.t.shape.clientShort == 0 {
		sure := 0.5
		if protocol == "http/1.1" {
			sure = 0.9
		}
		j.conclude(HTTP1, sure, why)
		return
	}
	j.conclude(Other, 0.7, why)
}

// midway judges a connection that was joined after its beginning.
func (j *judge) midway() {
	w := j.weigh()
	const begin = "its handshake is not in the capture whole"
	switch {
	case w.against > 0:
		j.conclude(Unknown, 0, append([]string{begin}, w.not...)...)
	case w.sum >= 4 && (j.r.Closing.Frames && j.t.dirs[Client].chain-j.t.dirs[Server].chain == 4 || j.sizes() >= 2):
		j.conclude(WebSocket, min(w.confidence(), 0.9), append([]string{begin}, append(w.why, j.bounds()...)...)...)
	default:
		j.conclude(Unknown, 0, begin, "nothing in it is a WebSocket's alone")
	}
}

// sizes is how many lengths of messages were answered as a masking key's difference makes them.
func (j *judge) sizes() int64 {
	n, _ := j.t.pairs.steady()
	return n + j.t.long.hits
}

// weight is evidence for a WebSocket, and against.
type weight struct {
	sum, against float64
	why, not     []string
	notHTTP      bool // something in it is in no exchange of HTTP/1
	notOther     bool // something in it is in no other protocol that begins with two messages as long as an upgrade's
}

func (w *weight) add(n float64, why string) {
	w.sum += n
	w.why = append(w.why, why)
}

func (w *weight) deny(why string) {
	w.against++
	w.not = append(w.not, why)
}

func (w *weight) confidence() float64 {
	switch {
	case w.sum >= 7:
		return 0.98
	case w.sum >= 5:
		return 0.9
	case w.sum >= 3.5:
		return 0.8
	}
	return 0.6
}

// weigh collects the evidence of all that came behind the opening.
func (j *judge) weigh() (w weight) {
	s := &j.t.shape
	cl, se := &j.t.dirs[Client], &j.t.dirs[Server]
	sizes, answers := j.t.pairs.steady()
	switch {
	case sizes >= 2:
		w.add(4, fmt.Sprintf("%d short messages of %d lengths were answered by ones that differ by a masking key's 4 bytes", answers, sizes))
	case answers >= 3:
		w.add(2, fmt.Sprintf("%d short messages of one length were answered by ones that differ by a masking key's 4 bytes", answers))
	case answers > 0:
		w.add(1, "a short message was answered by one that differs by a masking key's 4 bytes")
	}
	mask := answers > 0
	switch {
	case s.clientSmall >= 3:
		w.add(2, fmt.Sprintf("%d records of the client are shorter than any request", s.clientSmall))
	case s.clientSmall > 0:
		w.add(1.5, "a record of the client is shorter than any request")
	}
	l := &j.t.long
	mask = mask || l.hits > 0 && l.hits*6 >= l.seen
	switch {
	case l.hits >= 2 && l.hits*6 >= l.seen:
		w.add(3, fmt.Sprintf("%d long messages were answered by ones that differ by a masking key's 4 bytes", l.hits))
	case l.hits > 0 && l.hits*6 >= l.seen:
		w.add(1, "a long message was answered by one that differs by a masking key's 4 bytes")
	}
	shorter := cl.records > 0 && j.o.request > 0 && cl.shortest*2 < j.o.request
	if shorter && s.clientSmall == 0 {
		w.add(1, "the client's records are far shorter than its first request")
	}
	if s.serverSmall > 0 {
		w.add(1, "records of the server are shorter than any answer")
	}
	if s.again[Server] >= 3 && cl.records > 0 {
		w.add(0.5, "the server speaks unasked")
	}
	if s.again[Client] >= 3 || s.unanswered >= 3 {
		w.add(1, "the client speaks again before it is answered")
	}
	switch k := &j.r.Closing; {
	case k.Frames && cl.chain == 8 && se.chain == 4:
		w.add(3, "the last messages are as long as Close frames with a code: 8 bytes and 4")
	case k.Frames && cl.chain-se.chain == 4:
		w.add(2, "the last messages differ by a masking key's 4 bytes, as Close frames do")
	case k.Frames || k.Half && k.By == Client:
		w.add(1, "the last messages are as short as Close frames")
	}
	if p := &j.t.pairs; p.equal >= 3 && p.equal > 2*p.hits && p.equal*3 >= p.turns {
		w.deny("both sides send records of the same lengths, as no masked frames are")
	}
	if o, p := j.o, &j.t.pairs; o.request > 0 && o.request == o.answer && j.p.block == 0 && (p.hits == 0 || p.equal > p.hits) {
		w.deny("the first answer is as long as what it answers")
	}
	if s.bodies > 0 {
		w.sum -= 1.5 // a request with a body
	}
	if s.clientShort > 0 && !cl.headers {
		w.deny("the client sends records that are shorter than a masked frame")
	}
	k := &j.r.Closing
	answered := cl.chain-se.chain == 4 || se.chain == 4 && k.By == Client || cl.chain == 8 && k.By == Server // with the code alone
	mask = mask || k.Frames && (answered || j.p.block > 0)                                                   // blocks hide four bytes
	w.notOther = mask
	w.notHTTP = mask || shorter || s.clientSmall > 0 || s.serverSmall > 0 && (s.again[Client] >= 3 || s.unanswered >= 3)
	silent := cl.records == 0 && se.records > 0 && !j.r.Closing.Frames
	switch {
	case silent && s.serverTiny >= 3:
		w.add(1.5, "the server sends records that are shorter than an event or a chunk of HTTP")
		w.notHTTP = true
	case silent:
		w.sum = min(w.sum, 1)
	}
	return w
}
