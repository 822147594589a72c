package protoschema

import (
	"fmt"
	"strings"
)

// Choice is the message types that a conversation may speak, by its two sides.
type Choice struct {
	types [2][]*Message
}

// Side tells the two sides of a conversation apart.
const (
	Client = iota
	Server
)

// Choose makes a Choice of named types. A name is whole (shop.Order) or the end of one
// (Order), and "client=" or "server=" before it says whose messages are of it. A side that no name is for
// speaks any of the types that are inside no other.
func (s *Schema) Choose(names []string) (*Choice, error) {
	c := &Choice{}
	for _, name := range names {
		who, what, one := strings.Cut(name, "=")
		if !one {
			who, what = "", name
		}
		m, err := s.named(what)
		if err != nil {
			return nil, err
		}
		switch who {
		case "":
			c.types[Client], c.types[Server] = append(c.types[Client], m), append(c.types[Server], m)
		case "client":
			c.types[Client] = append(c.types[Client], m)
		case "server":
			c.types[Server] = append(c.types[Server], m)
		default:
			return nil, fmt.Errorf("%q: only client and server send messages", name)
		}
	}
	for side := range c.types {
		if len(c.types[side]) == 0 {
			c.types[side] = s.tops()
		}
	}
	return c, nil
}

// named is the type of a name.
func (s *Schema) named(name string) (*Message, error) {
	if m := s.messages[name]; m != nil {
		return m, nil
	}
	var found []string
	for _, full := range s.names() {
		if strings.HasSuffix(full, "."+name) && !s.messages[full].entry {
			found = append(found, full)
		}
	}
	switch len(found) {
	case 0:
		var tops []string
		for _, m := range s.tops() {
			tops = append(tops, m.Name)
		}
		return nil, fmt.Errorf("the schema has no message %s; it has %s", name, strings.Join(tops, ", "))
	case 1:
		return s.messages[found[0]], nil
	}
	return nil, fmt.Errorf("the message %s is one of %s", name, strings.Join(found, ", "))
}

// Fit is the type that a message of a side is of; nil where that cannot be told. Where only one may be,
// fields that it does not know do no harm: a newer peer may have them. Of several it is the one that knows all
// fields, and of several such the one that the side spoke before, if it is among them.
func (c *Choice) Fit(side int, b []byte, before *Message) *Message {
	types := c.types[side]
	if len(types) == 1 {
		if ok, _ := types[0].fits(b, 0); ok {
			return types[0]
		}
		return nil
	}
	var found *Message
	several := false
	for _, m := range types {
		if ok, known := m.fits(b, 0); ok && known {
			if m == before {
				return m
			}
			several = several || found != nil
			found = m
		}
	}
	if several {
		return nil
	}
	return found
}
