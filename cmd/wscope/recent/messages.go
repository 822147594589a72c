package recent

import (
	"container/list"
	"strings"

	"wscope/analyzer/record"
)

// Message is a message that is kept: its own copy, with the beginning of its payload. It is not changed any more.
type Message struct {
	record.Message
	place *list.Element // among the messages of all flows
	size  int64
}

// beyond is how many more bytes are kept of a payload than Limits.Payload: whoever shows so many sees that there are more,
// and where the last character ends.
const beyond = 4

// overhead is about what a message takes besides its texts.
const overhead = 500

// Message keeps a message of a flow that is kept. The oldest ones make room.
func (t *Traffic) Message(m *record.Message) error {
	t.mu.Lock()
	r := t.flows[m.Flow]
	t.mu.Unlock()
	if r == nil {
		return nil
	}
	own := t.copy(m)
	t.mu.Lock()
	defer t.mu.Unlock()
	r.messages = append(r.messages, own)
	r.listed++
	own.place = t.all.PushBack(own)
	t.bytes += own.size
	if len(r.messages) > t.limits.Messages {
		t.forgetMessage(r)
	}
	for t.bytes > t.limits.Bytes {
		t.forgetMessage(t.flows[t.all.Front().Value.(*Message).Flow])
	}
	return nil
}

// forgetMessage forgets the first message of a flow.
func (t *Traffic) forgetMessage(r *Row) {
	m := r.messages[0]
	r.messages[0] = nil
	r.messages = r.messages[1:]
	t.all.Remove(m.place)
	t.bytes -= m.size
}

// copy makes a message that shares nothing with the analyzer's.
func (t *Traffic) copy(m *record.Message) *Message {
	own := &Message{Message: *m}
	own.Data = append([]byte(nil), m.Data[:min(len(m.Data), t.limits.Payload+beyond)]...)
	own.File, own.Reason = strings.Clone(m.File), strings.Clone(m.Reason)
	own.Code, own.Compressed, own.Stream = clone(m.Code), clone(m.Compressed), clone(m.Stream)
	own.size = overhead + int64(len(own.Data)+len(own.File)+len(own.Reason))
	if m.App != nil {
		a := *m.App
		a.Decoded, a.DecodedCut = nil, false // which is as long as the message
		for _, s := range [...]*string{&a.Protocol, &a.Kind, &a.Name, &a.ID, &a.Topic, &a.Error, &a.Gist, &a.Credential} {
			*s = strings.Clone((*s)[:min(len(*s), t.limits.Payload)])
			own.size += int64(len(*s))
		}
		a.Answers, a.After = clone(a.Answers), clone(a.After)
		own.App = &a
	}
	return own
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// Conversation is what is kept of a flow's messages.
type Conversation struct {
	Messages []*Message // those asked for, oldest first
	Left     int64      // messages before them that are no longer kept
	More     bool       // there are more than those asked for
	Listed   int64      // messages that came, whether they are kept or not
}

// Conversation returns the messages of a flow after one, by its number, and no more than fit in some bytes (but one at least).
func (t *Traffic) Conversation(flow, after, bytes int64) Conversation {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.flows[flow]
	if r == nil {
		return Conversation{}
	}
	c := Conversation{Left: r.listed - int64(len(r.messages)), Listed: r.listed}
	first := len(r.messages)
	for first > 0 && r.messages[first-1].Message.Message > after { // most ask for what came last
		first--
	}
	last := first
	for size := int64(0); last < len(r.messages); last++ {
		if size += r.messages[last].size; size > bytes && last > first {
			c.More = true
			break
		}
	}
	c.Messages = append(c.Messages, r.messages[first:last]...)
	return c
}
