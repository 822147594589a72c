package analyzer

import (
	"wscope/assembly"
	"wscope/assembly/quic"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// flow is one WebSocket while it lives: it takes the two directions from the tunnel room
// and keeps what its record will say. The larger part of it, talk, is put away while
// nothing is said; see sleep.go.
type flow struct {
	// What each message touches stands first, for the sake of the processor's cache.

	shard      *shard
	tcp        *assembly.Conn
	*talk      // nil while the flow sleeps
	chat       Conversation
	clientSide assembly.Side
	unwanted   bool // Options.Select did not choose it
	seeks      bool // a direction may be looking for a frame boundary
	draft      bool // a draft before RFC 6455 is spoken, whose frames are not read
	recent     bool // bytes came since the last look for one to put to sleep
	news       bool // bytes came since the last update
	closed     bool // its record was made
	ended      uint8
	endedFirst uint8 // the direction that ended before the other, see earlier; valid with ended
	told       int64 // number.flow, once it was seen

	rest     []byte // what talk was, while the flow sleeps
	number   numbered
	findings findings
	pings    pings
	terms    terms
	ws       *upgrade.WebSocket // nil for an encrypted one, and after sleep; see socket
	asked    string             // what ws was, then
	known    *Flow              // what the handshake says, where somebody asks for it at each message
	leak     *leak              // nil but in TLS with compression
	quic     *quic.Stream       // that carries it; nil over TCP
	sealed   *tlsConn           // nil but for an encrypted one

	order *reorder // nil unless a direction looks for a frame boundary

	before, after *flow
}

// talk is what changes with each message.
type talk struct {
	// What each message touches stands first, and in dirs; see direction.

	messages int64
	frames   int64
	pace     pace
	ending   assembly.Mark // of the last end
	dirs     [2]direction  // by the sender: fromClient, fromServer
	closing  closing
	place    int // in sleepers.awake
}

// terms is what of the handshake decides how frames are read.
type terms struct {
	deflate   *wsparse.DeflateParams
	refused   bool
	extended  bool
	midstream bool
	agreed    bool // midstream: the answer was seen, without its request
	aligned   [2]bool
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

func newFlow(s *shard, ws *upgrade.WebSocket) *flow {
	f := &flow{shard: s, tcp: ws.Conn, quic: ws.Stream, clientSide: ws.Client, ws: ws, talk: s.sleepers.talk()}
	f.pace.begin = f.started()
	f.open()
	return f
}

// open makes both directions ready; again once the handshake is answered, before which
// no byte comes.
func (f *flow) open() {
	if h := f.ws.Handshake; h != nil {
		f.draft = h.Draft != ""
		f.terms = terms{
			deflate:  h.Deflate,
			refused:  h.Result == wsparse.Rejected,
			extended: len(h.Extensions) > 1 || len(h.Extensions) == 1 && h.Deflate == nil,
		}
		if h.Result == wsparse.Unanswered && len(h.ExtensionsOffered) > 0 {
			// What the answer took of the extensions is not known: frames that come without
			// one are read as those of which no handshake was seen.
			f.terms.midstream, f.terms.aligned = true, [2]bool{true, true}
		}
	} else {
		f.terms = terms{midstream: true, aligned: f.ws.Aligned}
		if a := f.ws.Answer; a != nil && !a.Cut {
			f.terms.agreed = true
			f.terms.deflate, f.terms.extended = a.InForce()
		}
	}
	for i, role := range roles {
		d := &f.dirs[i]
		d.init(f, role)
		d.stream.Init(d.config())
		f.seeks = f.seeks || d.stream.Seeks()
	}
}

// roles are those of the senders.
var roles = [2]wsparse.Role{wsparse.FromClient, wsparse.FromServer}

func newSealedFlow(w *tlsConn) *flow {
	return &flow{shard: w.shard, tcp: w.conn, clientSide: w.client, sealed: w, talk: w.shard.sleepers.talk()}
}

// begin tells of the flow, so that it gets its number.
func (f *flow) begin() {
	f.shard.flows.add(f)
	f.shard.sleepers.add(f)
	f.say(itemBegun)
	if f.ws != nil && f.ws.Handshake == nil {
		f.settle() // midstream: no answer will come
	}
}

// settle is called when all is known that the handshake will say.
func (f *flow) settle() {
	s := f.shard
	if s.selects == nil && s.apps == nil && s.keepMessage == nil && s.keepFrame == nil {
		return
	}
	known := f.describe()
	if s.selects != nil && !s.selects(known) {
		f.unwanted = true
		return
	}
	if s.keepMessage != nil || s.keepFrame != nil {
		f.known = known
	}
	if s.apps != nil {
		f.chat = s.apps.Open(known)
	}
}

// say tells of the flow as it is now.
func (f *flow) say(kind itemKind) {
	if f.unwanted && kind == itemUpdate {
		return
	}
	if f.shard.over && kind == itemEnded {
		f.shard.say(item{kind: kind, flow: &f.number, body: f}) // its record is made when its turn comes: a million at once would not fit
		return
	}
	if kind == itemBegun && !f.shard.opt.Updates { // nobody looks at counts that are all zero
		r := f.describe()
		r.Findings = []Finding{}
		f.shard.say(item{kind: kind, flow: &f.number, body: r})
		return
	}
	f.shard.say(item{kind: kind, flow: &f.number, body: f.record()})
}

// Answered takes the handshake's outcome.
func (f *flow) Answered(at *assembly.Mark) {
	f.handshakeFindings()
	f.judgeHandshake()
	f.open()
	f.settle()
	f.shard.say(item{kind: itemAnswered, flow: &f.number})
	if f.shard.opt.Updates {
		f.say(itemUpdate) // what the answer says, before the first message
	}
	if f.chat != nil || f.known != nil || len(f.shard.sleepers.awake) > fewAwake {
		f.packHandshake()
	}
}

// Data takes the next bytes of a direction.
func (f *flow) Data(from wsparse.Role, b []byte, at *assembly.Mark) { f.data(sender(from), b, at) }

func (f *flow) data(from int, b []byte, at *assembly.Mark) {
	if f.unwanted || f.closed {
		return
	}
	if f.talk == nil {
		f.wake()
	}
	f.recent, f.news = true, true
	if f.draft {
		f.dirs[from].unread(int64(len(b)), at)
		return
	}
	f.dirs[from].bytes(b, at)
}

// Gap takes a hole in a direction.
func (f *flow) Gap(from wsparse.Role, n int64, why assembly.Cause, at *assembly.Mark) {
	if f.unwanted || f.closed {
		return
	}
	f.wake()
	f.inOrder(sender(from), at, func() { f.tellGap(sender(from), n, why, at) })
	if f.draft {
		f.dirs[sender(from)].gaps++
		return
	}
	f.dirs[sender(from)].gap(n, at)
}

// End takes the end of a direction.
func (f *flow) End(from wsparse.Role, why assembly.Cause, code uint64, at *assembly.Mark) {
	if f.closed {
		return
	}
	f.ended++
	if f.talk == nil {
		if f.sleepsOn(why) {
			return
		}
		f.wake()
		if f.ended == 2 { // the first end was slept over
			f.dirs[1-sender(from)].end(assembly.CaptEnd, &f.shard.last)
		}
	}
	f.dirs[sender(from)].end(why, at)
	if f.ended == 1 || earlier(at, &f.ending) {
		f.endedFirst = uint8(sender(from))
	}
	f.ending = *at
	if f.ended == 2 {
		f.finish()
	}
}

// earlier says whether a comes before b: by the clock, which is right where packets changed places
// in the capture, unless it tells them so far apart that one time may be damaged.
func earlier(a, b *assembly.Mark) bool {
	if d := a.Time - b.Time; d != 0 && -leap < d && d < leap {
		return d < 0
	}
	return a.Index < b.Index
}

// finish gives the finished record.
func (f *flow) finish() {
	f.shard.flows.remove(f)
	f.judge(&f.ending)
	f.say(itemEnded)
	if !f.shard.over {
		f.close()
	}
}

// close lets go of what a flow whose record was made no longer needs: the merger may
// remember it for a while.
func (f *flow) close() {
	f.closed = true
	f.shard.sleepers.leave(f)
	f.tcp, f.quic, f.ws, f.asked, f.known, f.chat, f.leak, f.sealed, f.rest = nil, nil, nil, "", nil, nil, nil, nil, nil
	f.findings, f.pings = findings{}, pings{}
}

// wire is a flow as the assembler sees it, where its WebSocket has the connection to itself.
type wire flow

// Whole implements upgrade.Whole.
func (f *flow) Whole() assembly.Handler { return (*wire)(f) }

// Data implements assembly.Handler.
func (w *wire) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	f := (*flow)(w)
	f.data(int(s^f.clientSide), b, at)
}

// Gap implements assembly.Handler.
func (w *wire) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	f := (*flow)(w)
	f.Gap(roles[s^f.clientSide], n, why, at)
}

// End implements assembly.Handler.
func (w *wire) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	f := (*flow)(w)
	f.End(roles[s^f.clientSide], why, 0, at)
}

// Warm implements assembly.Warmer.
func (w *wire) Warm(s assembly.Side) int64 {
	f := (*flow)(w)
	if f.talk == nil {
		return 0
	}
	d := &f.dirs[s^f.clientSide]
	return f.messages + d.sizes.Min() + d.frames + d.stream.Warm()
}
