package simulate

import (
	"bytes"
	"encoding/json"
	"slices"
)

// pair is a named value, and object an object whose names have an order.
type pair struct {
	name  string
	value any // string, int, float64, bool, nil, []any, object
}

type object []pair

// MarshalJSON keeps the order of names.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// message is what one side says, before it is encoded.
type message struct {
	client bool
	kind   string // what it is called
	id     string // of the request, where it is one or answers one
	reply  bool
	code   string // of an error
	topic  string
	seq    int
	body   object
}

func (m *message) clone() *message {
	c := *m
	c.body = slices.Clone(m.body)
	return &c
}

// set replaces a field's value, and reports whether there was one.
func (o object) set(name string, value any) bool {
	for i := range o {
		if o[i].name == name {
			o[i].value = value
			return true
		}
	}
	return false
}

func (o object) index(name string) int {
	return slices.IndexFunc(o, func(p pair) bool { return p.name == name })
}

func text(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it is made of the types above alone
	}
	return b
}
