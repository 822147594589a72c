package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"wscope/analyzer"
	"wscope/analyzer/apps"
	"wscope/analyzer/apps/protoschema"
)

// appsFlag is whether subprotocols are looked for, and by which schema. Where they are by default, --no-apps
// turns that off; where they are not, since it costs collecting every message, --apps turns it on.
type appsFlag struct {
	on         bool
	proto      string
	protoTypes []string
	own        []string
}

func (a *appsFlag) flags(f *pflag.FlagSet, byDefault bool) {
	if a.on = byDefault; byDefault {
		f.BoolFunc("no-apps", "look for no subprotocols inside the WebSockets", func(string) error { a.on = false; return nil })
	} else {
		f.BoolVar(&a.on, "apps", false, "look for the subprotocols inside the WebSockets")
	}
	f.StringVar(&a.proto, "proto", "", "read binary messages of no subprotocol by this Protocol Buffers schema: `FILE` is a .proto source or a FileDescriptorSet")
	f.Var(repeatable{&a.own}, "app", "read a protocol of your own as `FILE` says, a small YAML of expressions (repeatable)")
	f.Var(repeatable{&a.protoTypes}, "proto-type", "message `TYPE` of the schema that they are of, or client=TYPE, server=TYPE (repeatable; default: the one that fits)")
}

func (a *appsFlag) set(opt *analyzer.Options) error {
	switch {
	case a.proto != "":
		schema, err := protoschema.Load(a.proto, func(name string) ([]byte, error) { return readPlain(name, 16<<20) })
		if err != nil {
			return fmt.Errorf("--proto: %w", err)
		}
		types, err := schema.Choose(a.protoTypes)
		if err != nil {
			return fmt.Errorf("--proto-type: %w", err)
		}
		opt.Apps = apps.WithSchema(types)
	case len(a.protoTypes) > 0:
		return fmt.Errorf("--proto-type names a type of the schema, which --proto gives")
	case a.on || len(a.own) > 0:
		opt.Apps = apps.New
	}
	if len(a.own) == 0 {
		return nil
	}
	var own []*apps.Own
	for _, name := range a.own {
		source, err := readPlain(name, 1<<20)
		if err != nil {
			return fmt.Errorf("--app: %w", err)
		}
		o, err := apps.ReadOwn(source)
		if err != nil {
			return fmt.Errorf("--app %s: %w", name, err)
		}
		own = append(own, o)
	}
	opt.Apps = apps.WithOwn(own...)(opt.Apps)
	return nil
}
