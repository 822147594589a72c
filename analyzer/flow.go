package analyzer

import (
	"wscope/assembly"
	"wscope/assembly/tunnel"
	"wscope/wsparse"
)

// flow is one WebSocket while it lives: it takes the two directions from the tunnel room
// and keeps what its record will say.
type flow struct {
	// What each message touches stands first, for the sake of the processor's cache.

	shard    *shard
	tcp      *assembly.Conn
	number   *numbered
	chat     Conversation
	messages int64
	frames   int64
	told     int64 // frames at the last update
	pace     pace

	clientSide assembly.Side
	unwanted   bool // Options.Select did not choose it
	ended      uint8
	dirs       [2]direction // by the sender: fromClient, fromServer

	findings findings
	pings    pings
	closing  closing
	ending   assembly.Mark     // of the last end
	ws       *tunnel.WebSocket // nil for an encrypted one
	sealed   *sealed           // nil but for an encrypted one
	known    Flow              // what the handshake says; the record without its counts

	before, after *flow
}

// Indexes of flow.dirs.
const (
	fromClient = 0
	fromServer = 1
)

// sender is the index of the direction that a role sends.
func sender(r wsparse.Role) int {
	if r == wsparse.FromServer {
		return fromServer
	}
	return fromClient
}

var fromNames = [2]string{"client", "server"}

func newFlow(s *shard, ws *tunnel.WebSocket) *flow {
	f := &flow{shard: s, tcp: ws.Conn, clientSide: ws.Client, ws: ws, number: new(numbered)}
	f.closing.first, f.closing.reply = -1, -1
	f.pings.keep = s.opt.Updates
	f.describe()
	f.pace.begin = int64(f.known.Start)
	f.open()
	return f
}

// open makes both directions ready; again once the handshake is answered, before which
// no byte comes.
func (f *flow) open() {
	f.dirs[fromClient].open(f, wsparse.FromClient)
	f.dirs[fromServer].open(f, wsparse.FromServer)
}

func newSealedFlow(w *sealed) *flow {
	f := &flow{shard: w.shard, tcp: w.conn, clientSide: w.client, sealed: w, number: new(numbered)}
	f.closing.first, f.closing.reply = -1, -1
	f.describeSealed()
	return f
}

// begin tells of the flow, so that it gets its number.
func (f *flow) begin() {
	f.shard.flows.add(f)
	f.say(itemBegun)
	if f.ws != nil && f.ws.Handshake == nil {
		f.settle() // midstream: no answer will come
	}
}

// settle is called when all is known that the handshake will say.
func (f *flow) settle() {
	s := f.shard
	if s.selects != nil && !s.selects(&f.known) {
		f.unwanted = true
		return
	}
	if s.apps != nil {
		f.chat = s.apps.Open(&f.known)
	}
}

// say tells of the flow as it is now.
func (f *flow) say(kind itemKind) {
	if f.unwanted && kind == itemUpdate {
		return
	}
	it := item{kind: kind, flow: f.number}
	if f.shard.over && kind == itemEnded {
		it.live = f // its record is made when its turn comes: a million at once would not fit
	} else {
		it.record = f.record()
	}
	if f.ws != nil {
		it.asked = Time(f.ws.Asked.Time)
	}
	f.shard.say(it)
}

// Answered takes the handshake's outcome.
func (f *flow) Answered(at *assembly.Mark) {
	f.describe()
	f.handshakeFindings()
	f.judgeHandshake()
	f.open()
	f.settle()
	f.shard.say(item{kind: itemAnswered, flow: f.number})
	if f.shard.opt.Updates {
		f.say(itemUpdate) // what the answer says, before the first message
	}
}

// Data takes the next bytes of a direction.
func (f *flow) Data(from wsparse.Role, b []byte, at *assembly.Mark) {
	if f.unwanted {
		return
	}
	f.dirs[sender(from)].bytes(b, at)
}

// Gap takes a hole in a direction.
func (f *flow) Gap(from wsparse.Role, n int64, why assembly.Cause, at *assembly.Mark) {
	if f.unwanted {
		return
	}
	f.tellGap(sender(from), n, why, at)
	f.dirs[sender(from)].gap(n, why, at)
}

// End takes the end of a direction.
func (f *flow) End(from wsparse.Role, why assembly.Cause, code uint32, at *assembly.Mark) {
	f.dirs[sender(from)].end(why, code, at)
	f.ending = *at
	if f.ended++; f.ended == 2 {
		f.finish()
	}
}

// finish gives the finished record.
func (f *flow) finish() {
	f.shard.flows.remove(f)
	f.judge(&f.ending)
	f.say(itemEnded)
}
