package protoschema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Schema is message types that refer to each other. It does not change once it is loaded.
type Schema struct {
	messages map[string]*Message
	enums    map[string]*enum
	absent   []string // imports that were not found
}

// Message is a message type.
type Message struct {
	Name   string // with its package: "shop.Order"
	fields map[int32]*field
	own    bool // declared in what Load was given, not in an import
	inside bool // it is a field of another message
	entry  bool // of a map: key 1, value 2
}

type enum struct {
	names map[int32]string
}

// field is a field of a message type.
type field struct {
	name     string
	number   int32
	kind     kind
	repeated bool
	oneof    string // the oneof that it is of; "" if none

	ref     string   // the type as it is written, and
	scope   string   // where; both until it is linked
	message *Message // of a message or group
	enum    *enum
}

// kind is a field's type by its number in descriptor.proto.
type kind uint8

const (
	kindDouble kind = iota + 1
	kindFloat
	kindInt64
	kindUint64
	kindInt32
	kindFixed64
	kindFixed32
	kindBool
	kindString
	kindGroup
	kindMessage
	kindBytes
	kindUint32
	kindEnum
	kindSfixed32
	kindSfixed64
	kindSint32
	kindSint64
)

var scalars = map[string]kind{
	"double": kindDouble, "float": kindFloat, "int64": kindInt64, "uint64": kindUint64, "int32": kindInt32, "fixed64": kindFixed64,
	"fixed32": kindFixed32, "bool": kindBool, "string": kindString, "bytes": kindBytes, "uint32": kindUint32,
	"sfixed32": kindSfixed32, "sfixed64": kindSfixed64, "sint32": kindSint32, "sint64": kindSint64,
}

// message is the type of a full name, made where it is new.
func (s *Schema) message(name string) *Message {
	m := s.messages[name]
	if m == nil {
		m = &Message{Name: name, fields: map[int32]*field{}}
		s.messages[name] = m
	}
	return m
}

// link joins the fields with the types that they name.
func (s *Schema) link() error {
	for _, name := range s.names() {
		m := s.messages[name]
		for _, number := range slices.Sorted(maps.Keys(m.fields)) {
			f := m.fields[number]
			if f.kind != 0 && f.kind != kindEnum && f.kind != kindMessage && f.kind != kindGroup {
				continue
			}
			if err := s.find(f); err != nil {
				return fmt.Errorf("%s.%s: %w", m.Name, f.name, err)
			}
			if f.message != nil && f.message != m {
				f.message.inside = true
			}
		}
	}
	return nil
}

// find looks a field's type up in the scope where it is written, then in those around it.
func (s *Schema) find(f *field) error {
	name, absolute := strings.CutPrefix(f.ref, ".")
	for scope := f.scope; ; {
		full := name
		if scope != "" && !absolute {
			full = scope + "." + name
		}
		if m := s.messages[full]; m != nil {
			if f.message = m; f.kind != kindGroup {
				f.kind = kindMessage
			}
			return nil
		}
		if e := s.enums[full]; e != nil {
			f.enum, f.kind = e, kindEnum
			return nil
		}
		if scope == "" || absolute {
			break
		}
		scope = scope[:max(strings.LastIndexByte(scope, '.'), 0)]
	}
	if len(s.absent) > 0 {
		return fmt.Errorf("there is no type %s, and no file %s", f.ref, strings.Join(s.absent, ", "))
	}
	return fmt.Errorf("there is no type %s", f.ref)
}

func (s *Schema) names() []string {
	return slices.Sorted(maps.Keys(s.messages))
}

// tops is the types that may be a whole message: those that are not inside another, or all,
// where each is inside another.
func (s *Schema) tops() []*Message {
	var tops, all []*Message
	for _, name := range s.names() {
		m := s.messages[name]
		if !m.own || m.entry {
			continue
		}
		all = append(all, m)
		if !m.inside {
			tops = append(tops, m)
		}
	}
	if len(tops) == 0 {
		return all
	}
	return tops
}
