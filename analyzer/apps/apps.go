package apps

import (
	"strings"

	"wscope/analyzer/apps/protoschema"
	"wscope/analyzer/record"
	"wscope/wsparse"
)

// New is an analyzer.Options.Apps that knows every dialect of this package.
func New() record.Apps { return apps{scratch: new(scratch)} }

// WithSchema is a New that reads binary messages of no dialect by a schema of Protocol Buffers.
func WithSchema(types *protoschema.Choice) func() record.Apps {
	return func() record.Apps { return apps{schema: types, scratch: new(scratch)} }
}

// WithOwn adds protocols of one's own to a New, or to a WithSchema; nil stands for New.
func WithOwn(protocols ...*Own) func(func() record.Apps) func() record.Apps {
	return func(begin func() record.Apps) func() record.Apps {
		var a apps
		if begin != nil {
			a, _ = begin().(apps)
		}
		a.own = protocols
		return func() record.Apps {
			a := a
			a.scratch = new(scratch) // what is begun is used by one goroutine
			return a
		}
	}
}

type apps struct {
	scratch *scratch
	schema  *protoschema.Choice // nil where none was given
	own     []*Own
}

// Open begins a conversation: the negotiated subprotocol names its dialect, or else the
// path does, or else the first messages will.
func (a apps) Open(f *record.Flow) record.Conversation {
	c := &conversation{seeker: seeker{left: trials}, scratch: a.scratch}
	if a.schema != nil {
		c.schema = &schemed{types: a.schema}
	}
	var target request
	if f.HTTP != nil {
		target.target = f.HTTP.Path
		target.path, _, _ = strings.Cut(f.HTTP.Path, "?")
	}
	if f.Handshake != nil {
		target.subprotocol = f.Handshake.Subprotocol
	}
	c.target = target
	for _, o := range a.own {
		claims, says := o.claims(&target)
		if claims {
			c.adopt(&language{protocol: o.file.Protocol}, own{Own: o}, "file")
			c.seeker.left, c.schema = 0, nil
			return c
		}
		if !says {
			c.own = append(c.own, o)
		}
	}
	for i := range languages {
		l := &languages[i]
		if d, ok := l.named(target.subprotocol); ok {
			c.adopt(l, d, "subprotocol")
			c.schema = nil
			return c
		}
	}
	for i := range languages {
		l := &languages[i]
		if l.path != nil && l.path(&target) {
			c.adopt(l, l.open(), "path")
			return c
		}
	}
	return c
}

// request is what the opening handshake says of the dialect.
type request struct{ target, path, subprotocol string }

// value is the query's value of a name, "" where there is none.
func (r *request) value(name string) string { return wsparse.QueryValue(r.target, name) }

// language is how a dialect is recognised.
type language struct {
	protocol string
	names    []string                          // negotiated subprotocols; one that ends in * is a beginning
	path     func(r *request) bool             // whether the path alone says so; nil if it never does
	spot     func(text []byte, from side) bool // whether a first message alone says so; nil if it never does
	midway   func(g *glance) int               // what a message from the middle says for it, of certain; nil where it never says anything
	stream   bool                              // binary messages cut its packets anywhere
	open     func() dialect
	session  string // query parameter that names the session
}

// named is a dialect for a negotiated subprotocol.
func (l *language) named(subprotocol string) (dialect, bool) {
	if subprotocol == "" {
		return nil, false
	}
	for _, name := range l.names {
		if begin, ok := strings.CutSuffix(name, "*"); ok && strings.HasPrefix(subprotocol, begin) || strings.EqualFold(name, subprotocol) {
			return l.open(), true
		}
	}
	return nil, false
}

// adopt takes a dialect up.
func (c *conversation) adopt(l *language, d dialect, by string) {
	c.ledger = ledger{}
	c.dialect, c.protocol, c.by, c.version = d, l.protocol, by, ""
	if l.session != "" {
		c.session = short(c.target.value(l.session))
	}
}
