package protoschema

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// descriptorSet is the FileDescriptorProtos of a FileDescriptorSet; nil where b is none. Its only
// field is 1, and each file begins with its name.
func descriptorSet(b []byte) (files [][]byte) {
	for len(b) > 0 {
		num, kind, n := protowire.ConsumeTag(b)
		if n < 0 || num != 1 || kind != protowire.BytesType {
			return nil
		}
		b = b[n:]
		file, n := protowire.ConsumeBytes(b)
		if n < 0 || descriptorText(file, 1) == "" {
			return nil
		}
		files = append(files, file)
		b = b[n:]
	}
	return files
}

// set takes a FileDescriptorSet. What other files of it import is not its own.
func (l *loader) set(files [][]byte) error {
	imported := map[string]bool{}
	here := map[string]bool{}
	for _, file := range files {
		here[descriptorText(file, 1)] = true
		each(file, func(num protowire.Number, _ uint64, b []byte) {
			if num == 3 {
				imported[string(b)] = true
			}
		})
	}
	for name := range imported {
		if text, ok := wellKnown[name]; ok && !here[name] {
			if err := l.source([]byte(text), name, false); err != nil {
				return err
			}
		}
	}
	for _, file := range files {
		name := descriptorText(file, 1)
		d := &described{schema: l.schema, own: !imported[name]}
		scope := descriptorText(file, 2)
		each(file, func(num protowire.Number, _ uint64, b []byte) {
			switch num {
			case 4:
				d.message(b, scope, 0)
			case 5:
				d.enum(b, scope)
			case 7:
				d.extensions = append(d.extensions, b)
			}
		})
		d.extend()
		if d.err != nil {
			return fmt.Errorf("%s: %w", name, d.err)
		}
	}
	return nil
}

// described takes the declarations of one file's descriptor: the numbers are descriptor.proto's.
type described struct {
	schema     *Schema
	own        bool
	extensions [][]byte
	err        error
}

// message takes a DescriptorProto.
func (d *described) message(b []byte, scope string, depth int) {
	if depth > maxNested {
		d.err = errors.New("messages are nested too deeply")
		return
	}
	m := d.schema.message(inside(scope, descriptorText(b, 1)))
	m.own = d.own
	var oneofs []string
	each(b, func(num protowire.Number, _ uint64, v []byte) {
		switch num {
		case 3:
			d.message(v, m.Name, depth+1)
		case 4:
			d.enum(v, m.Name)
		case 6:
			d.extensions = append(d.extensions, v)
		case 7: // MessageOptions: map_entry
			each(v, func(num protowire.Number, v uint64, _ []byte) { m.entry = m.entry || num == 7 && v != 0 })
		case 8:
			oneofs = append(oneofs, descriptorText(v, 1))
		}
	})
	each(b, func(num protowire.Number, _ uint64, v []byte) {
		if num == 2 {
			d.field(m, v, oneofs)
		}
	})
}

// field takes a FieldDescriptorProto.
func (d *described) field(m *Message, b []byte, oneofs []string) {
	f := &field{}
	oneof, optional := -1, false
	each(b, func(num protowire.Number, v uint64, text []byte) {
		switch num {
		case 1:
			f.name = string(text)
		case 3:
			f.number = int32(v)
		case 4:
			f.repeated = v == 3
		case 5:
			f.kind = kind(min(v, 255))
		case 6:
			f.ref = string(text)
		case 9:
			oneof = int(min(v, 1<<20))
		case 17: // a proto3 optional is in a oneof of its own, which nobody wrote
			optional = v != 0
		}
	})
	if oneof >= 0 && oneof < len(oneofs) && !optional {
		f.oneof = oneofs[oneof]
	}
	if f.kind == 0 || f.kind > kindSint64 {
		d.err = fmt.Errorf("%s.%s is of no known type", m.Name, f.name)
		return
	}
	m.fields[f.number] = f
}

// extend adds the extensions to their messages, where these are known.
func (d *described) extend() {
	for _, b := range d.extensions {
		if m := d.schema.messages[strings.TrimPrefix(descriptorText(b, 2), ".")]; m != nil {
			d.field(m, b, nil)
		}
	}
}

// enum takes an EnumDescriptorProto.
func (d *described) enum(b []byte, scope string) {
	names := map[int32]string{}
	each(b, func(num protowire.Number, _ uint64, value []byte) {
		if num != 2 {
			return
		}
		number := int32(0)
		each(value, func(num protowire.Number, v uint64, _ []byte) {
			if num == 2 {
				number = int32(v)
			}
		})
		if names[number] == "" {
			names[number] = descriptorText(value, 1)
		}
	})
	d.schema.enums[inside(scope, descriptorText(b, 1))] = &enum{names}
}

// each gives the fields of a message that are varints or bytes; it stops where b is none.
func each(b []byte, f func(num protowire.Number, v uint64, bytes []byte)) {
	for len(b) > 0 {
		num, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return
		}
		b = b[n:]
		if n = protowire.ConsumeFieldValue(num, kind, b); n < 0 {
			return
		}
		switch kind {
		case protowire.VarintType:
			v, _ := protowire.ConsumeVarint(b)
			f(num, v, nil)
		case protowire.BytesType:
			v, _ := protowire.ConsumeBytes(b)
			f(num, 0, v)
		}
		b = b[n:]
	}
}

// descriptorText is a field of a descriptor that is a text.
func descriptorText(b []byte, number protowire.Number) (text string) {
	each(b, func(num protowire.Number, _ uint64, v []byte) {
		if num == number {
			text = string(v)
		}
	})
	return text
}
