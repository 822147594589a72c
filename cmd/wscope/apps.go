package main

import (
	"github.com/spf13/pflag"

	"wscope/analyzer"
	"wscope/analyzer/apps"
)

// appsFlag is whether subprotocols are looked for. Where they are by default, --no-apps
// turns that off; where they are not, since it costs collecting every message, --apps turns it on.
type appsFlag struct{ on bool }

func (a *appsFlag) flags(f *pflag.FlagSet, byDefault bool) {
	if a.on = byDefault; byDefault {
		f.BoolFunc("no-apps", "look for no subprotocols inside the WebSockets", func(string) error { a.on = false; return nil })
		return
	}
	f.BoolVar(&a.on, "apps", false, "look for the subprotocols inside the WebSockets")
}

func (a *appsFlag) set(opt *analyzer.Options) {
	if a.on {
		opt.Apps = apps.New
	}
}
