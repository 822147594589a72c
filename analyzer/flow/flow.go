package flow

import (
	"wscope/analyzer/record"
	"wscope/assembly"
	"wscope/assembly/list"
	"wscope/assembly/quic"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// flow is one WebSocket while it lives: it takes the two directions from package upgrade
// and keeps what its record will say. The larger part of it, state, is packed while the flow is
// silent; see idle.go.
type flow struct {
	// What each message touches stands first, for the sake of the processor's cache.

	table      *Table
	tcp        *assembly.Conn
	*state     // nil while the flow is packed
	app        record.Conversation
	clientSide assembly.Side
	unwanted   bool // Options.Select did not choose it
	seeks      bool // a direction may be looking for a frame boundary
	draft      bool // a draft before RFC 6455 is spoken, whose frames are not read
	recent     bool // bytes came since the last scan for one to pack
	changed    bool // bytes came since the last update
	unopened   bool // app waits for the first message
	closed     bool // its record was made
	ended      uint8
	endedFirst uint8 // the direction that ended before the other, see earlier; valid with ended
	number     int64 // ref.Number, once it was seen

	packed    []byte // the state, while the flow is packed
	ref       Ref
	findings  findings
	pings     pings
	terms     terms
	ws        *upgrade.WebSocket // nil for an encrypted one, and where handshake has it; see socket
	handshake string             // ws, packed
	known     *record.Flow       // what the handshake says, where somebody asks for it at each message
	leak      *leak              // nil but in TLS with compression
	quic      *quic.Stream       // that carries it; nil over TCP
	sealed    *tlsConn           // nil but for an encrypted one

	order *reorder // nil unless a direction looks for a frame boundary

	links list.Links[flow] // in Table.flows
}

// Links is for package list.
func (f *flow) Links() *list.Links[flow] { return &f.links }

// state is what changes with each message.
type state struct {
	// What each message touches stands first, and in dirs; see direction.

	messages int64
	frames   int64
	activity activity
	ending   assembly.Mark // of the last end
	dirs     [2]direction  // by the sender: fromClient, fromServer
	closing  closing
	slot     int // index in idle.active
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

var fromNames = [2]record.Peer{record.Client, record.Server}

func newFlow(s *Table, ws *upgrade.WebSocket) *flow {
	f := &flow{table: s, tcp: ws.Conn, quic: ws.Stream, clientSide: ws.Client, ws: ws, state: s.idle.newState()}
	f.activity.begin = f.started()
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
	return &flow{table: w.table, tcp: w.conn, clientSide: w.client, sealed: w, state: w.table.idle.newState()}
}

// begin emits the flow, so that it gets its number.
func (f *flow) begin() {
	f.table.flows.Push(f)
	f.table.idle.add(f)
	f.emit(ItemBegun)
	if f.ws != nil && f.ws.Handshake == nil {
		f.handshakeKnown() // midstream: no answer will come
	}
}

// handshakeKnown is called when all is known that the handshake will say.
func (f *flow) handshakeKnown() {
	s := f.table
	if s.opt.Select == nil && s.opt.Apps == nil && s.opt.KeepMessage == nil && s.opt.KeepFrame == nil {
		return
	}
	known := f.describe()
	if s.opt.Select != nil && !s.opt.Select(known) {
		f.unwanted = true
		return
	}
	if s.opt.KeepMessage != nil || s.opt.KeepFrame != nil {
		f.known = known
	}
	if s.opt.Apps != nil {
		f.unopened = true
	}
}

// emit emits the flow's record as it stands.
func (f *flow) emit(kind Kind) {
	if f.unwanted && kind == ItemUpdate {
		return
	}
	if f.table.over && kind == ItemEnded {
		f.table.emit(Item{Kind: kind, Flow: &f.ref, Body: f}) // its record is made when its turn comes: a million at once would not fit into memory
		return
	}
	if kind == ItemBegun && !f.table.opt.Updates { // skip the counts, which are all zero
		r := f.describe()
		r.Findings = []record.Finding{}
		f.table.emit(Item{Kind: kind, Flow: &f.ref, Body: r})
		return
	}
	f.table.emit(Item{Kind: kind, Flow: &f.ref, Body: f.record()})
}

// Answered takes the handshake's outcome.
func (f *flow) Answered(at *assembly.Mark) {
	f.handshakeFindings()
	f.checkHandshake()
	f.open()
	f.handshakeKnown()
	f.table.emit(Item{Kind: ItemAnswered, Flow: &f.ref})
	if f.table.opt.Updates {
		f.emit(ItemUpdate) // what the answer says, before the first message
	}
	if f.known != nil || len(f.table.idle.active) > fewActive {
		f.packHandshake()
	}
}

// Data takes the next bytes of a direction.
func (f *flow) Data(from wsparse.Role, b []byte, at *assembly.Mark) { f.data(sender(from), b, at) }

func (f *flow) data(from int, b []byte, at *assembly.Mark) {
	if f.unwanted || f.closed {
		return
	}
	if f.state == nil {
		f.unpack()
	}
	f.recent, f.changed = true, true
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
	f.unpack()
	f.inOrder(sender(from), at, func() { f.emitGap(sender(from), n, why, at) })
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
	if f.state == nil {
		if f.endsPacked(why) {
			return
		}
		f.unpack()
		if f.ended == 2 { // the first end left it packed
			f.dirs[1-sender(from)].end(assembly.CaptEnd, &f.table.last)
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

// Leap is how far a packet's time may lie beyond what was reached and be believed at once, in nanoseconds.
const Leap = int64(2e9)

// earlier reports whether a comes before b: by the clock, which is right where packets changed places
// in the capture, unless the two are so far apart that one time may be damaged.
func earlier(a, b *assembly.Mark) bool {
	if d := a.Time - b.Time; d != 0 && -Leap < d && d < Leap {
		return d < 0
	}
	return a.Index < b.Index
}

// finish emits the finished record.
func (f *flow) finish() {
	f.table.flows.Remove(f)
	f.checkEnd(&f.ending)
	f.emit(ItemEnded)
	if !f.table.over {
		f.close()
	}
}

// close drops what a flow whose record was made no longer needs: the merger may keep the flow for a while.
func (f *flow) close() {
	f.closed = true
	f.table.idle.remove(f)
	f.tcp, f.quic, f.ws, f.handshake, f.known, f.app, f.leak, f.sealed, f.packed = nil, nil, nil, "", nil, nil, nil, nil, nil
	f.findings, f.pings, f.unopened = findings{}, pings{}, false
}

// wire is a flow as the assembler sees it, where its WebSocket has the connection to itself.
type wire flow

// Handler implements upgrade.Whole.
func (f *flow) Handler() assembly.Handler { return (*wire)(f) }

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

// Prefetch implements assembly.Prefetcher.
func (w *wire) Prefetch(s assembly.Side) int64 {
	f := (*flow)(w)
	if f.state == nil {
		return 0
	}
	d := &f.dirs[s^f.clientSide]
	return f.messages + d.sizes.Min() + d.frames + d.stream.Prefetch()
}
