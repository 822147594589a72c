package main

import (
	"fmt"
	"os"
	"strings"

	"wscope/analyzer"
	"wscope/analyzer/apps"
	"wscope/analyzer/apps/protoschema"
)

// protocols says which subprotocols the workers look for. It carries the text of the schema
// and of the descriptions, since workers cannot read the files of the machine that starts the job.
type protocols struct {
	On    bool
	Proto string            // name of the schema; "" is none
	Types []string          // of the schema
	Files map[string][]byte // the schema and what it imports, by name
	Own   [][]byte          // descriptions of the user's own protocols
}

// newProtocols reads the files that the flags name.
func newProtocols(on bool, proto, types, own string) (protocols, error) {
	p := protocols{On: on, Proto: proto, Types: list(types), Files: map[string][]byte{}}
	if len(p.Types) > 0 && proto == "" {
		return p, fmt.Errorf("-proto-type names a type of the schema, which -proto gives")
	}
	if proto != "" {
		_, err := protoschema.Load(proto, func(name string) ([]byte, error) {
			text, err := os.ReadFile(name)
			if err == nil {
				p.Files[name] = text
			}
			return text, err
		})
		if err != nil {
			return p, fmt.Errorf("-proto: %w", err)
		}
	}
	for _, name := range list(own) {
		text, err := os.ReadFile(name)
		if err != nil {
			return p, fmt.Errorf("-app: %w", err)
		}
		p.Own = append(p.Own, text)
	}
	_, err := p.factory() // so that a mistake is reported before the job starts
	return p, err
}

// factory returns what Options.Apps needs; nil where no subprotocol is looked for.
func (p *protocols) factory() (func() analyzer.Apps, error) {
	var found func() analyzer.Apps
	switch {
	case p.Proto != "":
		schema, err := protoschema.Load(p.Proto, func(name string) ([]byte, error) {
			if text, ok := p.Files[name]; ok {
				return text, nil
			}
			return nil, &os.PathError{Op: "open", Path: name, Err: os.ErrNotExist}
		})
		if err != nil {
			return nil, fmt.Errorf("-proto: %w", err)
		}
		types, err := schema.Choose(p.Types)
		if err != nil {
			return nil, fmt.Errorf("-proto-type: %w", err)
		}
		found = apps.WithSchema(types)
	case p.On || len(p.Own) > 0:
		found = apps.New
	}
	var own []*apps.Own
	for _, source := range p.Own {
		o, err := apps.ReadOwn(source)
		if err != nil {
			return nil, fmt.Errorf("-app: %w", err)
		}
		own = append(own, o)
	}
	if len(own) > 0 {
		found = apps.WithOwn(own...)(found)
	}
	return found, nil
}

// list splits a flag's value at its commas.
func list(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
}
