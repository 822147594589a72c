package apps

import "wscope/analyzer/record"

// side is who sends.
type side uint8

const (
	client side = iota
	server
)

var sideNames = [2]record.Peer{record.Client, record.Server}

func sideOf(from record.Peer) side {
	if from == sideNames[server] {
		return server
	}
	return client
}

func (s side) other() side { return 1 - s }

// unit is one thing said in a dialect. Most messages hold one, some several.
type unit struct {
	kind, name, id, topic, err, gist string

	said []byte // JSON whose words are the gist, where gist is not set

	part part
	beat bool   // asks, and is a heartbeat
	soft bool   // an answer is not owed: many may hear it
	key  string // what joins a request and its answer; id where empty
	op   string // a request's operation; name, or else kind, where empty

	answered match       // what it answers, where the dialect found that out itself
	earlier  []hindsight // answers that were not known to be some
}

// part is a unit's part in an exchange.
type part uint8

const (
	says    part = iota
	asks         // waits for an answer of the other side
	answers      // answers what the other side asked
	fails        // answers it with an error
	beats        // a heartbeat that the other side answers
	returns      // that answer
	drops        // gives up what the sender itself asked
	shows        // a heartbeat that nobody answers
	pulses       // a heartbeat that may be answered
)

// dialect reads one subprotocol in one conversation.
type dialect interface {
	// read appends the units of one data message by c.add. It returns false where the
	// message is none of the dialect's: what it added is then forgotten.
	read(c *conversation, m *record.Message) bool
	// lost says that bytes of a side are missing: what was kept of it is worth nothing.
	lost(from side)
}

// completer is a dialect that knows more when the flow is over.
type completer interface {
	complete(s *record.AppSummary)
}

// stateless is a dialect's lost where nothing is kept between messages.
type stateless struct{}

func (stateless) lost(side) {}

// conversation follows one flow.
type conversation struct {
	target   request
	seeker   seeker
	dialect  dialect // nil while none is recognised
	protocol string
	version  string
	session  string
	by       string
	unread   int64
	own      []*Own   // that any conversation may be in
	schema   *schemed // for what is of no dialect; nil where none was given
	decoded  []byte   // the message in hand as JSON, by the schema; nil where it was not read so
	cut      bool     // not all of it
	scratch  *scratch // shared with others of the goroutine
	terse    bool     // nobody asks what a message says

	in     *record.Message // in hand
	from   side            // who sends it
	units  []unit          // of it; those counted already are no more among them
	first  unit            // the first of those counted
	to     match           // what it answers
	told   int64           // how many were counted
	trying bool            // whether it is of a dialect is being found out: nothing is counted
	outer  *conversation   // that this one is inside of; nil for a flow's own
	ledger
	lostMessages int64  // those that were not whole
	secret       string // what kind of credential the message in hand holds
	jwts         int    // messages with tokens
	app          record.App
}

// add takes a unit of the message in hand.
func (c *conversation) add(u unit) {
	if len(c.units) == maxUnits {
		if c.trying {
			return
		}
		c.commit() // as many as these are no mistake
	}
	c.units = append(c.units, u)
}

// commit counts the units of the message in hand, or hands them to the conversation around this one.
func (c *conversation) commit() {
	for i := range c.units {
		u := &c.units[i]
		if c.outer != nil {
			c.outer.add(*u)
			continue
		}
		to := c.enter(u, c.from, c.in)
		if c.told == 0 {
			c.first, c.to = *u, to
		}
		c.told++
	}
	c.units = c.units[:0]
}

// Message reads one message; control messages are none of a subprotocol's.
func (c *conversation) Message(m *record.Message) *record.App {
	if m.Type != "text" && m.Type != "binary" {
		return nil
	}
	c.from, c.in, c.told, c.secret = sideOf(m.From), m, 0, ""
	c.scratch.forget()
	if !m.Complete {
		c.unread++
		c.lostMessages++
		c.Lost(m.From)
		return nil
	}
	if !c.read(m) {
		c.unread++
		c.in, c.units = nil, c.units[:0]
		return nil
	}
	c.commit()
	c.credentials(m)
	c.in = nil
	return c.describe()
}

// read leaves the message's units in c.units.
func (c *conversation) read(m *record.Message) bool {
	c.decoded, c.cut = nil, false
	if c.own != nil && c.byOwn(m) {
		return true
	}
	if c.schema != nil && m.Type == "binary" && c.byBytes() && c.bySchema(m) {
		return true
	}
	if !c.seeker.seeks(c) {
		if c.seeker.held != nil || c.seeker.scores != nil {
			c.seeker.stop()
		}
		return c.try(c.dialect, m) || c.dialect != nil && m.Type == "text" && c.try(pings{}, m)
	}
	if c.dialect != nil && !c.seeker.loose && c.try(c.dialect, m) {
		if len(c.units) > 0 {
			c.seeker.stop()
		}
		return true
	}
	return c.seeker.seek(c, m) || c.seeker.loose && c.try(c.dialect, m)
}

// byOwn takes up the first protocol of one's own that reads the message in hand, where no other is known.
func (c *conversation) byOwn(m *record.Message) bool {
	if !c.byBytes() {
		c.own = nil
		return false
	}
	for _, o := range c.own {
		if d := (own{Own: o}); c.trial(d, m) {
			c.adopt(&language{protocol: o.file.Protocol}, d, "file")
			c.seeker.stop()
			c.seeker.loose, c.own, c.schema = false, nil, nil
			return c.try(d, m)
		}
	}
	return false
}

func (c *conversation) try(d dialect, m *record.Message) bool {
	if c.units = c.units[:0]; cap(c.units) > maxSpare {
		c.units = nil
	}
	return d != nil && d.read(c, m)
}

// Terse implements record.Terse.
func (c *conversation) Terse() { c.terse = true }

// Over says that no dialect was recognised and none is looked for any more.
func (c *conversation) Over() bool {
	return c.dialect == nil && c.schema == nil && !c.seeker.seeks(c)
}

// describe is the message in hand as its first unit, and how many more there are.
func (c *conversation) describe() *record.App {
	if c.told == 0 {
		return nil // a part of a packet
	}
	u := &c.first
	if c.terse {
		c.app = record.App{Protocol: c.protocol, Kind: u.kind, Credential: c.secret}
		c.first = unit{}
		return &c.app
	}
	if u.gist == "" && u.said != nil {
		u.gist = textOf(u.said)
	}
	c.app = record.App{
		Protocol: c.protocol, Kind: u.kind, Name: u.name, ID: u.id, Topic: u.topic, Error: u.err, Gist: u.gist,
		Decoded: c.decoded, DecodedCut: c.cut, Credential: c.secret,
	}
	if c.to.found {
		to := c.to
		c.app.After = &to.after
		if to.message > 0 {
			c.app.Answers = &to.message
		}
	}
	if c.told > 1 {
		c.app.Gist = more(c.app.Gist, c.told-1)
	}
	c.first = unit{}
	return &c.app
}

// Lost forgets what waited for the bytes that are missing.
func (c *conversation) Lost(from record.Peer) {
	c.forget(sideOf(from))
	if c.dialect != nil {
		c.dialect.lost(sideOf(from))
	}
}

// Done completes the flow's record.
func (c *conversation) Done(f *record.Flow) {
	if c.dialect == nil || c.messages == 0 {
		return
	}
	s := &record.AppSummary{
		Protocol: c.protocol, Version: c.version, By: c.by, Session: c.session, Unread: c.unread,
	}
	c.sum(s)
	if d, ok := c.dialect.(completer); ok {
		d.complete(s)
	}
	f.App = s
}
