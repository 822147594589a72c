// Command wscope-gen makes captures of WebSocket traffic for tests and benchmarks, of any
// size and the same for the same flags: 200 MB of 200-byte text messages on 2,000
// connections open at once are
//
//	wscope-gen -kind text -size 200 -conns 2000 -total 200M -o f.pcap
//
// and ten million short connections one after another, straight into a pipe,
//
//	wscope-gen -conns 10000000 -at-once 1 -messages 2 | wscope -
//
// Connections have their TCP handshake, their HTTP upgrade with the right Accept, masked
// client frames, an ACK for every second segment, the close handshake and both FINs, and
// right checksums. Of -reorder, -retransmit and -loss only the messages suffer.
//
// Start reading at plan.go, then conversation.go. It makes no invalid WebSocket traffic.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run gives the exit status: 0 done, 2 trouble.
func run(args []string, stdout, stderr io.Writer) int {
	p, output, keylog, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		err = write(p, output, keylog, stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "wscope-gen:", err)
		return 2
	}
	return 0
}

// write generates into a file, or into stdout where none is named.
func write(p plan, output, keylog string, stdout io.Writer) (err error) {
	out := stdout
	if output != "" && output != "-" {
		f, err := os.Create(output)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		out = f
	}
	keys := io.Discard
	if keylog != "" {
		f, err := os.Create(keylog)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		keys = f
	}
	return p.generate(out, keys)
}

// parse reads the flags.
func parse(args []string, stderr io.Writer) (p plan, output, keylog string, err error) {
	f := flag.NewFlagSet("wscope-gen", flag.ContinueOnError)
	f.SetOutput(stderr)
	var total string
	f.StringVar(&p.kind, "kind", "text", "what the messages are: text, binary or deflate (text, compressed with context takeover), all of -size; or as people use WebSockets, of many sizes: "+useNames())
	f.BoolVar(&p.tls, "tls", false, "inside TLS 1.3; see -keylog")
	f.BoolVar(&p.http2, "http2", false, "over HTTP/2 (RFC 8441), one WebSocket a connection")
	f.BoolVar(&p.http3, "http3", false, "over HTTP/3 (RFC 9220), one WebSocket a QUIC connection; see -keylog")
	f.Float64Var(&p.other, "other", 0, "`percent` of the capture that is other traffic, as on a mirror port")
	f.IntVar(&p.size, "size", 200, "payload `bytes` of a message, before compressing")
	f.IntVar(&p.conns, "conns", 1, "`number` of connections")
	f.IntVar(&p.atOnce, "at-once", 0, "`number` of them open at once; 0 is all")
	f.IntVar(&p.messages, "messages", 0, "`number` of messages of a connection; 0 is as many as -total needs, or 10")
	f.StringVar(&total, "total", "", "stop at about this `size` of the capture, such as 200M or 10G")
	f.IntVar(&p.mss, "mss", 1460, "payload `bytes` of a segment, at most")
	f.IntVar(&p.mtu, "mtu", 0, "fragment IP datagrams longer than these `bytes`; 0 is never")
	f.IntVar(&p.snaplen, "snaplen", 0, "cut captured packets to these `bytes`; 0 is never")
	f.Float64Var(&p.reorder, "reorder", 0, "`percent` of segments that come after the next one")
	f.Float64Var(&p.retransmit, "retransmit", 0, "`percent` of segments that come twice")
	f.Float64Var(&p.loss, "loss", 0, "`percent` of segments that the capture lacks")
	f.Uint64Var(&p.seed, "seed", 1, "another `number`, another capture")
	f.StringVar(&p.format, "format", "pcap", "file `format`: pcap or pcapng")
	f.StringVar(&output, "o", "", "output `file`; standard output where there is none")
	f.StringVar(&keylog, "keylog", "", "`file` for the keys of TLS and QUIC, in the NSS key log format")
	if err = f.Parse(args); err != nil {
		return
	}
	if f.NArg() > 0 {
		return p, "", "", fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if total != "" {
		if p.total, err = parseSize(total); err != nil {
			return
		}
	}
	return p, output, keylog, p.check()
}

// parseSize reads a number of bytes with K, M or G (powers of 1000) behind it.
func parseSize(s string) (int64, error) {
	unit := int64(1)
	if i := strings.IndexByte("KMG", s[len(s)-1]); i >= 0 {
		unit = []int64{1e3, 1e6, 1e9}[i]
		s = s[:len(s)-1]
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("no size: %q", s)
	}
	return int64(n * float64(unit)), nil
}
