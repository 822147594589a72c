package flow

import (
	"wscope/analyzer/record"
	"wscope/analyzer/sealed"
	"wscope/assembly"
	"wscope/assembly/list"
	"wscope/assembly/packet"
	"wscope/assembly/quic"
	"wscope/assembly/tlsopen"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// Table holds the flows of one shard. It is given the shard's connections, finds the WebSockets in them and puts
// their records into an Output. One goroutine uses it at a time.
type Table struct {
	// Connections counts those that were given, and Other those without a WebSocket by what they were.
	Connections int64 // over TCP
	QUICs       int64
	Other       map[string]int64

	opt   Options
	keys  *tlsopen.Keys
	env   *Environment
	hooks upgrade.Hooks
	out   *Output
	index int64 // of the packet in hand: the place of what is emitted now

	flows   list.List[flow, *flow]  // those alive, in the order in which they began
	idle    idle                    // which of them are packed
	parked  parking                 // ends of TLS connections that wait for secrets
	sealed  map[*quic.Conn]*session // QUIC connections that could not be opened
	over    bool                    // the capture is over
	last    packet.Mark             // its last packet; with over
	message record.Message          // the record in hand
	frame   record.Frame            // the same
	event   wsparse.Event
	budget  *wsparse.Budget  // of messages that are read
	look    *wsparse.Budget  // of those that are only looked into
	waiting *upgrade.Waiting // of what connections keep until they know what they speak
	room    wsparse.Room     // of searches for frame boundaries
}

// lookMost is how long a message may be that is only looked into; see record.InspectedFirst.
const lookMost = 256 << 10

// searchRoom is how many bytes the searches for frame boundaries of a Table keep in all, beyond
// what each of them may.
const searchRoom = 8 << 20

// keptFreely is how many bytes of messages that have not ended a Table keeps of each sort before it asks for room.
const keptFreely = 512 << 10

// Kept returns how many bytes are kept of what is unfinished: messages, heads, and what waits to be understood.
func (t *Table) Kept() int { return t.budget.Kept() + t.look.Kept() + t.waiting.Kept() }

// NotKept returns how many messages were not kept for lack of room.
func (t *Table) NotKept() int64 { return t.budget.GivenUp() }

// NewTable makes a Table that opens TLS with keys.
func NewTable(opt Options, keys *tlsopen.Keys, env *Environment) *Table {
	t := &Table{
		Other: map[string]int64{}, opt: opt, keys: keys, env: env, sealed: map[*quic.Conn]*session{},
		room: wsparse.Room{Left: searchRoom}, budget: wsparse.NewBudget(keptFreely), look: wsparse.NewLook(keptFreely, lookMost),
	}
	t.budget.SetMore(func() int { return t.opt.Room(t.budget.Kept()) })
	t.look.SetMore(func() int { return t.opt.Room(t.look.Kept()) })
	t.waiting = upgrade.NewWaiting(keptFreely, t.opt.Room)
	t.hooks = upgrade.Hooks{
		Waiting:  t.waiting,
		Found:    t.found,
		Session:  t.session,
		Security: t.security,
		Sealed:   t.midwayTLS,
		Other:    func(_ *assembly.Conn, what string) { t.Other[what]++ },
		Polled:   t.polled,
		DecodeAs: opt.DecodeAs,
		NoMidway: opt.NoMidway,
	}
	return t
}

// SetOutput says where records go from now on.
func (t *Table) SetOutput(out *Output) { t.out = out }

// SetPacket says which packet is in hand, by its Mark.Index.
func (t *Table) SetPacket(index int64) { t.index = index }

// TCP takes a new TCP connection, as an assembly.Assembler's New.
func (t *Table) TCP(c *assembly.Conn) assembly.Handler {
	t.Connections++
	return upgrade.New(c, &t.hooks)
}

// Secrets is called when the store of keys has got more.
func (t *Table) Secrets(at *packet.Mark) {
	if t.opt.Live {
		t.parked.retry(at)
	}
}

// Tick tells the capture's time.
func (t *Table) Tick(now int64) {
	if t.opt.Live {
		t.parked.release(now - parkLive)
	}
}

// Update emits the flows that had bytes since the last update.
func (t *Table) Update() {
	for f := range t.flows.All() {
		if f.changed {
			f.changed = false
			f.unpack()
			f.emit(ItemUpdate)
		}
	}
}

// Finish is called when the capture is over, before the assemblers end the connections. last is its last packet.
func (t *Table) Finish(last *packet.Mark) {
	t.index = last.Index
	t.over, t.last = true, *last
	t.parked.close()
}

// PackIdle packs every flow that can be.
func (t *Table) PackIdle() { t.idle.packAll() }

// found begins a flow.
func (t *Table) found(ws *upgrade.WebSocket, at *assembly.Mark) upgrade.Receiver {
	f := newFlow(t, ws)
	f.begin()
	f.checkConnect(ws)
	return f
}

// security opens a TLS connection, and begins an encrypted flow where that cannot be done.
func (t *Table) security(c *assembly.Conn, client assembly.Side, inner assembly.Handler) (assembly.Handler, any) {
	w := &tlsConn{table: t, conn: c, client: client}
	w.estimate = sealed.New(w.facts, false)
	w.showRecords()
	o := tlsopen.Options{Keys: t.keys, Encrypted: w.encrypted, Ended: w.finish, Watch: (*recordWatcher)(w), Wait: t.opt.WaitKeys}
	if o.Wait {
		o.Park = w.park
	}
	w.handler, w.info = tlsopen.New(c, client, inner, o)
	return w.handler, w.info
}

// emit adds an item for the merger.
func (t *Table) emit(it Item) {
	it.Index = t.index
	t.out.Items = append(t.out.Items, it)
}
