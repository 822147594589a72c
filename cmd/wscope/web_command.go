package main

import (
	"errors"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wscope/analyzer"
	"wscope/cmd/wscope/web"
)

// webFlag is the flag --web, whose address may be left out.
type webFlag struct{ addr string }

const webDefault = "127.0.0.1:0"

func (w *webFlag) flag(f *pflag.FlagSet, usage string) {
	f.StringVar(&w.addr, "web", "", usage+" on the loopback `ADDR`, by default a free port of 127.0.0.1; the address printed has a token in it")
	f.Lookup("web").NoOptDefVal = webDefault
}

// take takes an address that stands behind --web as a word of its own from the arguments.
func (w *webFlag) take(args []string) []string {
	if w.addr != webDefault || len(args) == 0 {
		return args
	}
	if host, _, err := net.SplitHostPort(args[0]); err == nil && (strings.EqualFold(host, "localhost") || net.ParseIP(host) != nil) {
		w.addr = args[0]
		return args[1:]
	}
	return args
}

// serveReport serves the live page of captures as they grow, until the user ends it.
func serveReport(cmd *cobra.Command, env *environment, in *input, w *webFlag, paths []string) error {
	paths = w.take(paths)
	if !in.tail && (len(paths) != 1 || paths[0] != "-") {
		return errors.New("--web shows what is still being written: add --tail, or - for standard input; -o FILE.html writes the page of a capture that is complete")
	}
	opt, err := in.options()
	if err != nil {
		return err
	}
	server, err := web.Listen(w.addr)
	if err != nil {
		return err
	}
	defer server.Close()
	source := strings.Join(paths, ", ")
	if source == "-" {
		source = "standard input"
	}
	p := web.New(web.Limits(0), func() web.Status { return web.Status{Source: source} })
	opt.Want(p.Wants())
	opt.UpdateEvery = analyzer.Seconds(time.Second)
	server.Serve(p)
	env.notice("the live page is %s", server.URL())
	sum, err := in.run(cmd, paths, opt, p)
	p.End()
	if err != nil {
		return err
	}
	return incompleteRun(sum)
}
