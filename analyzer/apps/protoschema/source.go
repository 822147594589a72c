package protoschema

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/emicklei/proto"
)

// Load reads a schema from a file: a .proto source with those that it imports, or a
// FileDescriptorSet (protoc -o), told apart by their content. read reads a file by its name, and bounds
// what it reads. An import is looked for beside the first source, and in as many folders above it as its package
// has parts, since the folders of a source are named after its package; one that leaves that folder is refused.
func Load(name string, read func(name string) ([]byte, error)) (*Schema, error) {
	text, err := read(name)
	if err != nil {
		return nil, err
	}
	s := &Schema{messages: map[string]*Message{}, enums: map[string]*enum{}}
	l := &loader{schema: s, read: read, folder: path.Dir(strings.ReplaceAll(name, `\`, "/")), seen: map[string]bool{}}
	if set := descriptorSet(text); set != nil {
		err = l.set(set)
	} else {
		if err = l.source(text, name, true); err == nil {
			l.extend()
		}
	}
	if err == nil {
		err = s.link()
	}
	if err == nil && len(s.tops()) == 0 {
		err = errors.New("it declares no message")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// loader fills a Schema.
type loader struct {
	schema *Schema
	read   func(name string) ([]byte, error)
	folder string // of the first source, with slashes
	above  int    // folders above it in which imports are looked for
	seen   map[string]bool
	later  []extension
}

// extension is an extend block, which may stand before what it extends.
type extension struct {
	block *proto.Message
	scope string
}

// source takes a .proto source and its imports.
func (l *loader) source(text []byte, name string, own bool) error {
	if len(text) > maxSource {
		return fmt.Errorf("a source of %d bytes", len(text))
	}
	if depth(text) > maxDepth {
		return fmt.Errorf("%s: declarations nested deeper than %d", path.Base(name), maxDepth)
	}
	p := proto.NewParser(bytes.NewReader(text))
	p.Filename(path.Base(name))
	file, err := p.Parse()
	if err != nil {
		return err
	}
	scope := ""
	for _, e := range file.Elements {
		if p, ok := e.(*proto.Package); ok {
			scope = p.Name
		}
	}
	if own && scope != "" {
		l.above = min(strings.Count(scope, ".")+1, maxAbove)
	}
	for _, e := range file.Elements {
		if e, ok := e.(*proto.Import); ok {
			if err := l.imported(e.Filename); err != nil {
				return err
			}
		}
	}
	for _, e := range file.Elements {
		l.element(e, scope, own)
	}
	return nil
}

// imported takes an import. One that is nowhere may be needed for options alone: link tells.
func (l *loader) imported(name string) error {
	if l.seen[name] {
		return nil
	}
	if l.seen[name] = true; len(l.seen) > maxFiles {
		return fmt.Errorf("more than %d imports", maxFiles)
	}
	if text, ok := wellKnown[name]; ok {
		return l.source([]byte(text), name, false)
	}
	if strings.Contains(name, `\`) || path.IsAbs(name) || path.Clean(name) != name || name == ".." || strings.HasPrefix(name, "../") {
		return fmt.Errorf("import %q leaves the folder of the schema", name)
	}
	folder := l.folder
	for up := 0; ; up, folder = up+1, path.Dir(folder) {
		text, err := l.read(path.Join(folder, name))
		if err == nil {
			return l.source(text, name, false)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if up == l.above || folder == path.Dir(folder) {
			l.schema.absent = append(l.schema.absent, name)
			return nil
		}
	}
}

// element takes what is declared in a file or in a message.
func (l *loader) element(e proto.Visitee, scope string, own bool) {
	switch e := e.(type) {
	case *proto.Message:
		if !e.IsExtend {
			m := l.schema.message(inside(scope, e.Name))
			m.own = own
			l.members(m, e.Elements, m.Name, "", own)
			return
		}
		l.later = append(l.later, extension{e, scope})
	case *proto.Enum:
		names := map[int32]string{}
		for _, v := range e.Elements {
			if v, ok := v.(*proto.EnumField); ok && names[int32(v.Integer)] == "" {
				names[int32(v.Integer)] = v.Name
			}
		}
		l.schema.enums[inside(scope, e.Name)] = &enum{names}
	}
}

// extend adds the extensions to the messages that they extend, where these are known: those of
// options are not.
func (l *loader) extend() {
	for _, x := range l.later {
		f := &field{ref: x.block.Name, scope: x.scope}
		if l.schema.find(f) == nil && f.message != nil {
			l.members(f.message, x.block.Elements, x.scope, "", false)
		}
	}
}

// members takes what stands inside a message.
func (l *loader) members(m *Message, elements []proto.Visitee, scope, oneof string, own bool) {
	add := func(f *proto.Field, repeated bool) {
		m.fields[int32(f.Sequence)] = &field{
			name: f.Name, number: int32(f.Sequence), kind: scalars[f.Type], repeated: repeated, oneof: oneof, ref: f.Type, scope: scope,
		}
	}
	for _, e := range elements {
		switch e := e.(type) {
		case *proto.NormalField:
			add(e.Field, e.Repeated)
		case *proto.OneOfField:
			add(e.Field, false)
		case *proto.Oneof:
			l.members(m, e.Elements, scope, e.Name, own)
		case *proto.Group:
			inner := l.schema.message(inside(scope, e.Name))
			l.members(inner, e.Elements, inner.Name, "", own)
			m.fields[int32(e.Sequence)] = &field{
				name: strings.ToLower(e.Name), number: int32(e.Sequence), kind: kindGroup, repeated: e.Repeated, oneof: oneof,
				ref: "." + inner.Name, scope: scope,
			}
		case *proto.MapField:
			entry := l.schema.message(inside(scope, e.Name+"Entry"))
			entry.entry = true
			entry.fields[1] = &field{name: "key", number: 1, kind: scalars[e.KeyType], ref: e.KeyType, scope: scope}
			entry.fields[2] = &field{name: "value", number: 2, kind: scalars[e.Type], ref: e.Type, scope: scope}
			m.fields[int32(e.Sequence)] = &field{name: e.Name, number: int32(e.Sequence), kind: kindMessage, repeated: true, ref: "." + entry.Name}
		default:
			l.element(e, scope, own)
		}
	}
}

func inside(scope, name string) string {
	if scope == "" {
		return name
	}
	return scope + "." + name
}

// depth is how deep braces stand in each other, at least: those in strings and comments count too, which
// only a source that is made for it has many of. The parser calls itself for each.
func depth(text []byte) int {
	now, most := 0, 0
	for _, c := range text {
		switch c {
		case '{':
			now++
			most = max(most, now)
		case '}':
			now = max(now-1, 0)
		}
	}
	return most
}
