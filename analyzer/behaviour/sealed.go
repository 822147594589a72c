package behaviour

import (
	"fmt"

	"wscope/analyzer/record"
	"wscope/analyzer/stat"
)

// Sealed is what a role's TLS connections that could not be opened seem to be and to carry, by the lengths and times of their
// records: of those that are thought to be so with a confidence of record.SealedSure or more.
type Sealed struct {
	Likely    Tally      `json:"likely"`              // "websocket", "http1"
	Heartbeat *Band      `json:"heartbeat,omitempty"` // seconds, of the WebSockets that show one
	Client    SealedSide `json:"client"`
	Server    SealedSide `json:"server"`
}

// SealedSide is what one side seems to send in a WebSocket that could not be opened.
type SealedSide struct {
	Messages *Band   `json:"messages,omitempty"` // about, in one connection
	Payload  *Band   `json:"payload,omitempty"`  // bytes, in one connection
	Error    float64 `json:"error,omitempty"`    // bytes by which one payload may be off at most
}

// sealedWatch gathers a Sealed.
type sealedWatch struct {
	Sealed
	heartbeat         stat.Spread
	messages, payload [2]stat.Spread
}

func (w *sealedWatch) add(s *record.Sealed) {
	if s.Confidence < record.SealedSure {
		return
	}
	w.Likely.add(s.Likely)
	if !s.IsWebSocket() {
		return
	}
	if s.Heartbeat != nil {
		w.heartbeat.Add(s.Heartbeat.Float())
	}
	for i, d := range []*record.SealedDirection{s.ClientToServer, s.ServerToClient} {
		if d == nil || d.About == nil || d.Payload == nil {
			continue
		}
		w.messages[i].Add(float64(*d.About))
		w.payload[i].Add(float64(*d.Payload))
		if side := w.sides()[i]; d.PayloadError != nil {
			side.Error = max(side.Error, float64(*d.PayloadError))
		}
	}
}

// sealed is what was gathered; nil where there is nothing.
func (w *sealedWatch) sealed() *Sealed {
	if len(w.Likely) == 0 {
		return nil
	}
	s := w.Sealed
	s.Heartbeat = band(&w.heartbeat)
	for i, side := range s.sides() {
		side.Messages, side.Payload = band(&w.messages[i]), band(&w.payload[i])
	}
	return &s
}

func (s *Sealed) sides() [2]*SealedSide { return [2]*SealedSide{&s.Client, &s.Server} }

// joinSealed is two samples as one.
func joinSealed(a, b *Sealed) *Sealed {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	s := &Sealed{Likely: plus(a.Likely, b.Likely), Heartbeat: joinBands(a.Heartbeat, b.Heartbeat)}
	mine, theirs := a.sides(), b.sides()
	for i, side := range s.sides() {
		*side = SealedSide{joinBands(mine[i].Messages, theirs[i].Messages), joinBands(mine[i].Payload, theirs[i].Payload), max(mine[i].Error, theirs[i].Error)}
	}
	return s
}

// In whole connections counts and sums vary more than the messages in them.
var (
	sealedMessages  = tolerance{ratio: 0.25, floor: 3, score: 4}
	sealedPayload   = tolerance{ratio: 0.25, floor: 64, score: 4}
	sealedHeartbeat = tolerance{ratio: 0.2, floor: 0.05, score: 4}
)

// sealed tells how what could not be opened seems to differ. What may be the estimate's error is let pass.
func (c *comparison) sealed(a, b *Sealed) {
	if a == nil || b == nil {
		return
	}
	n, m := a.Likely.sum(), b.Likely.sum()
	c.tally("sealed", missing(a.Likely, b.Likely, n, m), missing(b.Likely, a.Likely, m, n))
	n, m = a.Likely["websocket"], b.Likely["websocket"]
	switch was, is := a.Heartbeat, b.Heartbeat; {
	case was != nil && is == nil && was.N == n && m > 0:
		c.tell("sealed", "heartbeat", "vanished", period(was.P50), "", "as far as the lengths of records show", "warning")
	case was == nil && is != nil && is.N == m && n > 0:
		c.tell("sealed", "heartbeat", "appeared", "", period(is.P50), "as far as the lengths of records show", "note")
	case sealedHeartbeat.moved(was, is):
		c.tell("sealed", "heartbeat", "changed", period(was.P50), period(is.P50), numbers(was, is, period), "warning")
	}
	theirs := b.sides()
	for i, was := range a.sides() {
		is, from := theirs[i], senders[i]
		if sealedMessages.moved(was.Messages, is.Messages) {
			c.tell("sealed", string(from)+" messages", "changed", "about "+whole(was.Messages.P50), "about "+whole(is.Messages.P50), numbers(was.Messages, is.Messages, whole), "warning")
		}
		t := sealedPayload
		t.floor += was.Error + is.Error
		if t.moved(was.Payload, is.Payload) {
			c.tell("sealed", string(from)+" payload", "changed", "about "+bytesUnit(was.Payload.P50), "about "+bytesUnit(is.Payload.P50), numbers(was.Payload, is.Payload, bytesUnit), "warning")
		}
	}
}

// period is a time between heartbeats.
func period(v float64) string {
	if v < 1 {
		return milliseconds(v)
	}
	return fmt.Sprintf("%.3g s", v)
}

func whole(v float64) string { return fmt.Sprintf("%.0f", v) }

// SealedAlone reports whether no WebSocket could be read, but some connections that could not be opened are likely WebSockets, so
// that what they seem to carry can be compared.
func (b *Behaviour) SealedAlone() bool {
	for _, r := range b.Roles {
		if r.Sealed != nil && r.Sealed.Likely["websocket"] > 0 {
			return b.Empty()
		}
	}
	return false
}
