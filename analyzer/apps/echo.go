package apps

import (
	"bytes"
	"hash/maphash"

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
	sides  [2]utterances
	pairs  []echoPair
}

const (
	maxUttered   = 128 // messages of a side that may still be answered
	maxEchoed    = 8   // members of a message that are looked at
	maxPairs     = 24
	maxHindsight = 8
)

// echoed is a member and its value, by their hashes.
type echoed struct {
	path, value uint64
}

// uttered is a message that may be answered.
type uttered struct {
	serial          int64
	few             [2]echoed
	more            []echoed // beyond those
	n               int8
	known           uint8 // by index, whether a member's name is one that ties answers to requests
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
	known   uint8
	n       int
	answers bool
	asks    bool
	failed  bool
}

func (e *echoes) lost(from side) {
	e.sides[from.other()] = utterances{} // what it answered to cannot be known
	for i := range e.pairs {
		e.pairs[i].before = nil
	}
}

// members gathers the members whose values may come back: of the object in hand, and of those members of it that are heads.
func (l *echoLook) members(list []member) {
	for i := range list {
		m := &list[i]
		if m.info.head && isObject(m.value) {
			l.hint(m.info, m.value)
			for it := (members{b: m.value}); ; {
				name, val := it.next()
				if name == nil {
					break
				}
				name = name[1 : len(name)-1]
				info := nameOf(name)
				if info == nil {
					info = &noName
				}
				l.member(name, val, info, 1)
			}
			continue
		}
		l.member(m.name, m.value, m.info, 0)
	}
}

// hint notes what a member says by its name.
func (l *echoLook) hint(info *nameInfo, val []byte) {
	if info.answers {
		l.answers = true
		name := info.name
		if name[0] == 'e' && string(val) != "null" && string(val) != "false" && string(val) != `""` && string(val) != "0" ||
			string(val) == "false" && (name == "ok" || name == "success") ||
			is(val, "error") || is(val, "failed") || is(val, "fail") {
			l.failed = true
		}
	}
	if info.asks {
		l.asks = true
	}
}

func (l *echoLook) member(name, val []byte, info *nameInfo, depth uint64) {
	l.hint(info, val)
	if l.n == maxEchoed || info.noID || len(val) > 66 {
		return
	}
	if isString(val) && len(val) > 2 || isNumber(val) && bytes.IndexByte(val, '.') < 0 {
		l.values[l.n] = echoed{maphash.Bytes(echoSeed, name) + depth, maphash.Bytes(echoSeed, bytes.Trim(val, `"`))}
		if info.isID {
			l.known |= 1 << l.n
		}
		l.n++
	}
}

// echo gives a unit its part: it answers what the other side said, or may be answered by it.
func (e *echoes) echo(c *conversation, u *unit) {
	var l echoLook
	l.members(c.scratch.members)
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
	said := &e.sides[c.from]
	for j := range l.n {
		said.withdraw(&l.values[j])
	}
	e.serial++
	w := said.next()
	*w = uttered{serial: e.serial, n: int8(l.n), known: l.known, op: opName(u), name: u.name, id: u.id, at: c.in.Time, packet: c.in.Packet, message: c.in.Message}
	if copy(w.few[:], l.values[:l.n]); l.n > len(w.few) {
		w.more = append([]echoed(nil), l.values[len(w.few):l.n]...)
	}
	said.added(w)
}

func opName(u *unit) string {
	if u.name != "" {
		return u.name
	}
	return u.kind
}

// answer looks for what the message answers.
func (e *echoes) answer(c *conversation, u *unit, l *echoLook) bool {
	asked := &e.sides[c.from.other()]
	for j := range l.n {
		a := &l.values[j]
		if a.value == 0 || !asked.mayHold(a.value) {
			continue
		}
		for i := range asked.len() {
			w := asked.at(i)
			for k := range w.n {
				if w.value(k).value != a.value {
					continue
				}
				if e.agree(c, u, w, int(k), j, l) {
					return true
				}
			}
		}
	}
	return false
}

// agree takes a member that repeats one of the other side's. It reports whether that makes the message an answer.
func (e *echoes) agree(c *conversation, u *unit, w *uttered, k, j int, l *echoLook) bool {
	answer := &l.values[j]
	p := e.pair(c.from.other(), w.value(int8(k)).path, answer.path, w.known>>k&1 != 0 && l.known>>j&1 != 0, l)
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
	for i := range e.sides[from].len() {
		if w := e.sides[from].at(i); w.serial == serial && !w.answered {
			w.answered = true
			return true
		}
	}
	return false
}

// pair is the pair of two members; nil where there are too many.
func (e *echoes) pair(from side, ask, answer uint64, known bool, l *echoLook) *echoPair {
	for i := range e.pairs {
		if p := &e.pairs[i]; p.from == from && p.ask == ask && p.answer == answer {
			if l.answers && known {
				p.need = 1
			}
			return p
		}
	}
	if len(e.pairs) == maxPairs {
		return nil
	}
	p := echoPair{from: from, ask: ask, answer: answer, need: 3}
	switch {
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
		for i := range e.sides[s].len() {
			w := e.sides[s].at(i)
			if w.answered {
				continue
			}
			for k := range w.n {
				if w.value(k).value != 0 && e.usual(side(s), w.value(k).path) {
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
	for i := range e.sides[from].len() {
		w := e.sides[from].at(i)
		for k := range w.n {
			if w.value(k).path == path {
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
