package apps

import (
	"bytes"
	"hash/maphash"
	"slices"

	"wscope/analyzer/record"
)

// echoes learns how a protocol of nobody's ties answers to requests: by the member of a message whose value comes
// back in a message of the other side. {"req":7,…} and {"re":7,…} need no names that anybody knows; what they need is to
// come back once each, soon, and more than once in a conversation.
//
// What each side said lately is kept by the hashes of the values that it may be answered by. A pair of members whose values agree
// is believed at once where both look the part, else after the second or third time; what agreed until then is
// counted in hindsight. A pair whose value comes back again and again is a topic, and is believed no more.
type echoes struct {
	serial int64
	sides  [2][]uttered
	pairs  []echoPair
}

const (
	maxUttered   = 128 // messages of a side that may still be answered
	maxEchoed    = 8   // members of a message that are looked at
	maxPairs     = 24
	maxHindsight = 8
)

// echoed is a member and its value.
type echoed struct {
	path, value uint64
	name        string // the member's, for the few that are known
}

// uttered is a message that may be answered.
type uttered struct {
	serial          int64
	values          [maxEchoed]echoed
	n               int8
	answered        bool
	op, name, id    string
	at              record.Time
	packet, message int64
}

// echoPair is a member of a side's messages and the member of the other side's that repeats it.
type echoPair struct {
	from        side // who asks
	ask, answer uint64
	need        int8 // times that it must agree to be believed
	agreed      int64
	repeats     int64
	last        uint64 // the value that agreed last
	before      []hindsight
	trusted     bool
}

// hindsight is an answer that was seen before it was known to be one.
type hindsight struct {
	serial int64
	op     string
	after  record.Seconds
	failed bool
}

var echoSeed = maphash.MakeSeed()

// idNames are the members that usually tie an answer to its request.
var idNames = []string{
	"id", "request_id", "requestId", "req_id", "reqid", "reqId", "rid", "ref", "msg_id", "msgId", "messageId", "message_id", "mid", "cid", "callId", "call_id",
	"correlationId", "correlation_id", "seq", "nonce", "tid", "txid", "transaction", "transactionId", "uuid", "guid", "tag", "echo", "callback", "cb", "i", "I", "k", "n",
	"reply_to", "replyTo", "in_reply_to", "inReplyTo", "response_to", "responseTo", "re", "req", "ack", "ackId", "ack_id", "request", "reply", "invocationId", "sequence",
	"client_msg_id", "clientMsgId", "opaque", "token", "qid", "queryId", "query_id", "jobId", "job_id", "taskId", "serial", "num", "Id", "ID", "RequestId", "RequestID", "MessageId",
}

// notIDs are members that agree by their nature.
var notIDs = []string{
	"type", "event", "op", "action", "method", "cmd", "command", "kind", "msg", "e", "t", "channel", "topic", "room", "ts", "time", "timestamp", "version", "v",
	"user", "username", "user_id", "userId", "name", "text", "symbol", "status", "code", "error", "ok", "success", "data", "content", "message", "body", "value", "jsonrpc",
}

// answering are members that an answer has and a request has not.
var answering = []string{"result", "error", "ok", "success", "status", "response", "reply", "ack", "err", "code", "answer", "returned", "ret", "rc"}

// asking are members that a request has.
var asking = []string{"method", "params", "args", "arguments", "cmd", "command", "action", "query"}

// echoHeads are members whose own members are looked at as if they stood at the top.
var echoHeads = []string{"header", "head", "meta", "metadata", "envelope", "headers"}

// look is what is seen of a message.
type echoLook struct {
	values  [maxEchoed]echoed
	n       int
	answers bool
	asks    bool
	failed  bool
}

func (e *echoes) lost(from side) {
	e.sides[from.other()] = nil // what it answered to cannot be known
	for i := range e.pairs {
		e.pairs[i].before = nil
	}
}

// lookAtMembers gathers the members whose values may come back.
func lookAtMembers(v []byte, l *echoLook, depth int) {
	for it := (members{b: v}); ; {
		name, val := it.next()
		if name == nil {
			return
		}
		name = name[1 : len(name)-1]
		has := func(list []string) bool { return slices.Contains(list, string(name)) }
		if has(answering) {
			l.answers = true
			if name[0] == 'e' && string(val) != "null" && string(val) != "false" && string(val) != `""` && string(val) != "0" ||
				string(val) == "false" && (string(name) == "ok" || string(name) == "success") ||
				is(val, "error") || is(val, "failed") || is(val, "fail") {
				l.failed = true
			}
		}
		if has(asking) {
			l.asks = true
		}
		if depth == 0 && isObject(val) && has(echoHeads) {
			lookAtMembers(val, l, 1)
			continue
		}
		if l.n == maxEchoed || has(notIDs) || len(val) > 66 {
			continue
		}
		if isString(val) && len(val) > 2 || isNumber(val) && bytes.IndexByte(val, '.') < 0 {
			var known string
			if i := slices.Index(idNames, string(name)); i >= 0 {
				known = idNames[i]
			}
			l.values[l.n] = echoed{maphash.Bytes(echoSeed, name) + uint64(depth), maphash.Bytes(echoSeed, bytes.Trim(val, `"`)), known}
			l.n++
		}
	}
}

// echo gives a unit its part: it answers what the other side said, or may be answered by it.
func (e *echoes) echo(c *conversation, u *unit, v []byte) {
	var l echoLook
	lookAtMembers(v, &l, 0)
	if answerName(u.name) {
		l.answers = true
	}
	if u.err != "" {
		l.failed = true
	}
	if l.n == 0 {
		return
	}
	if !l.asks || l.answers {
		if e.answer(c, u, &l) {
			return
		}
	}
	e.utter(c, u, &l)
}

// answerName reports whether a message's name is that of an answer.
func answerName(name string) bool {
	switch name {
	case "ack", "result", "response", "reply", "error", "ok", "done", "success", "answer", "return", "completed":
		return true
	}
	for _, end := range []string{"_result", "_response", "_reply", "_ack", "Response", "Result", "Reply", "Ack", ".result", ".response", ":response", ":reply", ":ack"} {
		if len(name) > len(end) && name[len(name)-len(end):] == end {
			return true
		}
	}
	return false
}

// utter keeps what may be answered.
func (e *echoes) utter(c *conversation, u *unit, l *echoLook) {
	list := &e.sides[c.from]
	for i := range *list {
		w := &(*list)[i]
		for k := range w.n {
			for j := range l.n {
				if w.values[k].path == l.values[j].path && w.values[k].value == l.values[j].value {
					w.values[k].value = 0 // said again: it names a thing, not a request
					l.values[j].value = 0
				}
			}
		}
	}
	if len(*list) == maxUttered {
		*list = slices.Delete(*list, 0, 1)
	}
	e.serial++
	*list = append(*list, uttered{serial: e.serial, values: l.values, n: int8(l.n), op: opName(u), name: u.name, id: u.id, at: c.in.Time, packet: c.in.Packet, message: c.in.Message})
}

func opName(u *unit) string {
	if u.name != "" {
		return u.name
	}
	return u.kind
}

// answer looks for what the message answers.
func (e *echoes) answer(c *conversation, u *unit, l *echoLook) bool {
	asked := e.sides[c.from.other()]
	for j := range l.n {
		a := &l.values[j]
		for i := range asked {
			w := &asked[i]
			for k := range w.n {
				if a.value == 0 || w.values[k].value != a.value {
					continue
				}
				if e.agree(c, u, w, &w.values[k], a, l) {
					return true
				}
			}
		}
	}
	return false
}

// agree takes a member that repeats one of the other side's. It reports whether that makes the message an answer.
func (e *echoes) agree(c *conversation, u *unit, w *uttered, ask, answer *echoed, l *echoLook) bool {
	p := e.pair(c.from.other(), ask, answer, l)
	if p == nil {
		return false
	}
	if w.answered || p.agreed > 0 && p.last == answer.value {
		p.repeats++
		return w.answered && p.trusted // a second answer, or a stream of them
	}
	p.agreed++
	p.last = answer.value
	if p.repeats > p.agreed || p.need > 2 && 8*p.repeats > p.agreed {
		return false
	}
	h := hindsight{w.serial, w.op, record.Seconds(max(c.in.End-w.at, 0)), l.failed}
	if !p.trusted && p.agreed < int64(p.need) {
		if len(p.before) < maxHindsight {
			p.before = append(p.before, h)
		}
		return false
	}
	p.trusted = true
	w.answered = true
	for _, b := range p.before {
		if e.settle(p.from, b.serial) {
			u.earlier = append(u.earlier, b)
		}
	}
	p.before = nil
	u.answered = match{name: w.name, op: h.op, message: w.message, after: h.after, found: true, failed: h.failed}
	return true
}

// settle marks what a side said as answered; false where it is so already, or is not kept any more.
func (e *echoes) settle(from side, serial int64) bool {
	for i := range e.sides[from] {
		if w := &e.sides[from][i]; w.serial == serial && !w.answered {
			w.answered = true
			return true
		}
	}
	return false
}

// pair is the pair of two members; nil where there are too many.
func (e *echoes) pair(from side, ask, answer *echoed, l *echoLook) *echoPair {
	for i := range e.pairs {
		if p := &e.pairs[i]; p.from == from && p.ask == ask.path && p.answer == answer.path {
			if l.answers && ask.name != "" && answer.name != "" {
				p.need = 1
			}
			return p
		}
	}
	if len(e.pairs) == maxPairs {
		return nil
	}
	p := echoPair{from: from, ask: ask.path, answer: answer.path, need: 3}
	switch known := ask.name != "" && answer.name != ""; {
	case known && l.answers:
		p.need = 1
	case known || l.answers:
		p.need = 2
	}
	e.pairs = append(e.pairs, p)
	return &e.pairs[len(e.pairs)-1]
}

// unanswered calls do for what was asked, as far as most of its kind were answered, and was not.
func (e *echoes) unanswered(do func(from side, w *uttered)) {
	for s := range e.sides {
		for i := range e.sides[s] {
			w := &e.sides[s][i]
			if w.answered {
				continue
			}
			for k := range w.n {
				if w.values[k].value != 0 && e.usual(side(s), w.values[k].path) {
					do(side(s), w)
					break
				}
			}
		}
	}
}

// usual reports whether most that a side asked by a member was answered.
func (e *echoes) usual(from side, path uint64) bool {
	asked, answered := 0, 0
	for i := range e.sides[from] {
		w := &e.sides[from][i]
		for k := range w.n {
			if w.values[k].path == path {
				if asked++; w.answered {
					answered++
				}
			}
		}
	}
	for i := range e.pairs {
		if p := &e.pairs[i]; p.from == from && p.ask == path && p.trusted {
			return 2*answered >= asked
		}
	}
	return false
}

// complete adds to a summary what was asked and not answered.
func (e *echoes) complete(s *record.AppSummary) {
	e.unanswered(func(from side, w *uttered) {
		if s.Unanswered++; len(s.Waiting) < maxWaiting {
			s.Waiting = append(s.Waiting, record.AppCall{From: sideNames[from], Name: w.op, ID: w.id, Packet: w.packet, Time: w.at})
		}
	})
}
