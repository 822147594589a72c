// Package extcap lets Wireshark capture through wscope: as one of its external capture programs it offers "WebSocket of eth0" beside
// eth0, and hands over the packets with what they carry as comments on them. It speaks Wireshark's extcap interface
// (wireshark.org/docs/man-pages/extcap.html). TLS is not opened here.
//
// Start reading at Run; annotate.go puts the comments in place.
package extcap

import (
	"fmt"
	"io"
	"strings"
)

// prefix begins the names of our interfaces.
const prefix = "wscope-"

// Interface is one that can be captured on.
type Interface struct{ Name, Description string }

// Host is what a Run needs.
type Host struct {
	Version    string
	Interfaces func() ([]Interface, error)
	Capture    func(name, filter, fifo string) error
}

// Run does what Wireshark asks for by args.
func Run(args []string, out io.Writer, h Host) error {
	flags := map[string]string{}
	for i := 0; i < len(args); i++ {
		name, value, ok := strings.Cut(args[i], "=")
		if !ok && i+1 < len(args) && !strings.HasPrefix(args[i+1], "--") {
			i++
			value = args[i]
		}
		flags[name] = value
	}
	has := func(name string) bool { _, ok := flags[name]; return ok }
	name := strings.TrimPrefix(flags["--extcap-interface"], prefix)
	switch {
	case has("--extcap-interfaces"):
		list, err := h.Interfaces()
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "extcap {version=%s}{display=wscope}\n", plain(h.Version))
		for _, i := range list {
			fmt.Fprintf(out, "interface {value=%s%s}{display=WebSocket of %s}\n", prefix, plain(i.Name), plain(i.Name))
		}
		return nil
	case name == "":
		return fmt.Errorf("extcap run is for Wireshark: wscope extcap install makes it known there")
	case has("--extcap-dlts"):
		fmt.Fprintln(out, "dlt {number=1}{name=EN10MB}{display=as the interface has}")
		return nil
	case has("--extcap-config"):
		return nil // nothing to choose
	case has("--capture"):
		if flags["--fifo"] == "" {
			return fmt.Errorf("--capture needs --fifo")
		}
		return h.Capture(name, flags["--extcap-capture-filter"], flags["--fifo"])
	}
	return fmt.Errorf("nothing is asked for")
}

// plain leaves out what has a meaning in the answers.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '{' || r == '}' {
			return -1
		}
		return r
	}, s)
}
