package apps

import "wscope/analyzer"

// side is who sends.
type side uint8

const (
	client side = iota
	server
)

var sideNames = [2]string{"client", "server"}

func sideOf(from string) side {
	if from == sideNames[server] {
		return server
	}
	return client
}

func (s side) other() side { return 1 - s }

// unit is one thing said in a dialect. Most messages hold one, some several.
type unit struct {
	kind, name, id, topic, err, gist string

	part part
	beat bool   // asks, and is a heartbeat
	key  string // what joins a request and its answer; id where empty
	op   string // a request's operation; name, or else kind, where empty
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
)

// dialect reads one subprotocol in one conversation.
type dialect interface {
	// read appends the units of one data message by c.add. It returns false where the
	// message is none of the dialect's: what it added is then forgotten.
	read(c *conversation, m *analyzer.Message) bool
	// lost says that bytes of a side are missing: what was kept of it is worth nothing.
	lost(from side)
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
	schema   *schemed // for what is of no dialect; nil where none was given
	decoded  []byte   // the message in hand as JSON, by the schema; nil where it was not read so
	cut      bool     // not all of it

	from  side // of the message in hand
	units []unit
	extra int64 // units of the message in hand beyond maxUnits
	ledger
	app analyzer.App
}

// add tells a unit of the message in hand.
func (c *conversation) add(u unit) {
	if len(c.units) == maxUnits {
		c.extra++
		return
	}
	c.units = append(c.units, u)
}

// Message reads one message; control messages are none of a subprotocol's.
func (c *conversation) Message(m *analyzer.Message) *analyzer.App {
	if m.Type != "text" && m.Type != "binary" {
		return nil
	}
	c.from = sideOf(m.From)
	if !m.Complete {
		c.unread++
		c.Lost(m.From)
		return nil
	}
	if !c.read(m) {
		c.unread++
		return nil
	}
	for i := range c.units {
		c.enter(&c.units[i], c.from, m)
	}
	c.messages += c.extra
	return c.describe()
}

// read leaves the message's units in c.units.
func (c *conversation) read(m *analyzer.Message) bool {
	c.decoded, c.cut = nil, false
	if c.schema != nil && m.Type == "binary" && c.byBytes() && c.bySchema(m) {
		return true
	}
	if c.seeker.left > 0 && c.seeker.seek(c, m) {
		return true
	}
	return c.try(c.dialect, m)
}

func (c *conversation) try(d dialect, m *analyzer.Message) bool {
	if c.units, c.extra = c.units[:0], 0; cap(c.units) > maxSpare {
		c.units = nil
	}
	return d != nil && d.read(c, m)
}

// Over says that no dialect was recognised and none is looked for any more.
func (c *conversation) Over() bool {
	return c.dialect == nil && c.schema == nil && c.seeker.left <= 0
}

// describe is the message in hand as its first unit, and how many more there are.
func (c *conversation) describe() *analyzer.App {
	if len(c.units) == 0 {
		return nil // a part of a packet
	}
	u := &c.units[0]
	c.app = analyzer.App{
		Protocol: c.protocol, Kind: u.kind, Name: u.name, ID: u.id, Topic: u.topic, Error: u.err, Gist: u.gist,
		Decoded: c.decoded, DecodedCut: c.cut,
	}
	if n := int64(len(c.units)-1) + c.extra; n > 0 {
		c.app.Gist = more(c.app.Gist, n)
	}
	return &c.app
}

// Lost forgets what waited for the bytes that are missing.
func (c *conversation) Lost(from string) {
	c.forget(sideOf(from))
	if c.dialect != nil {
		c.dialect.lost(sideOf(from))
	}
}

// Done completes the flow's record.
func (c *conversation) Done(f *analyzer.Flow) {
	if c.dialect == nil || c.messages == 0 {
		return
	}
	s := &analyzer.AppSummary{
		Protocol: c.protocol, Version: c.version, By: c.by, Session: c.session, Unread: c.unread,
	}
	c.sum(s)
	f.App = s
}
