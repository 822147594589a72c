package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/report"
	"wscope/assembly/capture"
	"wscope/assembly/packet"
	"wscope/assembly/tlsopen"
	"wscope/cmd/wscope/live"
)

// input is the flags that say what is read and how: those of every command that takes captures.
type input struct {
	env *environment
	choice

	keylogs    []string
	decodeAs   []string
	quicPorts  []string
	noMidway   bool
	vlanAware  bool
	checksum   bool
	tail       bool
	prompt     bool // set by run: packets are waited for, so records are written as they come
	jobs       int
	byFile     bool // jobs share out the files, not the connections
	maxMessage int
	noProgress bool
	apps       appsFlag
	redact     bool
	whole      bool // the command's output comes at the end, so that a progress bar is in nobody's way
}

func (in *input) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(repeatable{&in.keylogs}, "keylog", "TLS key log `FILE` (repeatable; also $SSLKEYLOGFILE)")
	f.Var(repeatable{&in.decodeAs}, "decode-as", "take what `PORT` carries for WebSocket frames from the first byte (repeatable)")
	f.Var(repeatable{&in.quicPorts}, "quic-port", quicPortUsage)
	f.BoolVar(&in.noMidway, "no-midstream", false, "look for no WebSocket whose upgrade is not in the capture")
	f.BoolVar(&in.vlanAware, "vlan-aware", false, "the same addresses on two VLANs are two connections")
	f.BoolVar(&in.checksum, "checksum", false, "pass over segments with a wrong TCP checksum")
	f.BoolVar(&in.tail, "tail", false, "wait for more at the end of a file that is still being written")
	f.IntVarP(&in.jobs, "jobs", "j", runtime.GOMAXPROCS(0), "goroutines that analyse; the output is the same for any number (default: one a processor)")
	f.Lookup("jobs").DefValue = "0" // help and manual pages are the same on every machine
	f.BoolVar(&in.noProgress, "no-progress", false, "show no progress bar")
	f.BoolVar(&in.redact, "redact", false, redactUsage)
	in.choice.flags(cmd)
	f.IntVar(&in.maxMessage, "max-message", 0, "bytes of a message that are kept at most (default 16 MiB)")
}

const quicPortUsage = "look for QUIC on this UDP `PORT` too, besides 443 (repeatable); in files QUIC is found on all ports"

const redactUsage = "put tokens in the place of payloads, query values, cookies, credentials and names that look like tokens"

// options are the analyzer's options by the flags.
func (in *input) options() (analyzer.Options, error) {
	opt := analyzer.Options{
		Workers: in.jobs, NoMidway: in.noMidway, VLANAware: in.vlanAware, Checksum: in.checksum, MaxMessage: in.maxMessage,
	}
	if in.jobs == 1 {
		opt.Workers = 0
	}
	for _, s := range in.decodeAs {
		port, err := strconv.ParseUint(s, 10, 16)
		if err != nil || port == 0 {
			return opt, fmt.Errorf("--decode-as %q is not a port", s)
		}
		if opt.DecodeAs == nil {
			opt.DecodeAs = map[uint16]bool{}
		}
		opt.DecodeAs[uint16(port)] = true
	}
	for _, s := range in.quicPorts {
		port, err := strconv.ParseUint(s, 10, 16)
		if err != nil || port == 0 {
			return opt, fmt.Errorf("--quic-port %q is not a port", s)
		}
		opt.QUICPorts = append(opt.QUICPorts, uint16(port))
	}
	if err := in.apps.set(&opt); err != nil {
		return opt, err
	}
	if err := in.choice.apply(&opt); err != nil {
		return opt, err
	}
	for _, doubt := range in.choice.doubts {
		in.env.notice("--filter: %s", doubt)
	}
	opt.Keys = tlsopen.NewKeys()
	for _, name := range in.keyFiles() {
		n, bad, err := addKeys(opt.Keys, name)
		if err != nil {
			return opt, fmt.Errorf("--keylog: %w", err)
		}
		if bad > 0 {
			fmt.Fprintf(in.env.stderr, "wscope: %s: %d lines are no key log lines, %d secrets taken\n", name, bad, n)
		}
	}
	return opt, nil
}

// keyFiles are the key logs by the flags, or the environment's.
func (in *input) keyFiles() []string {
	if env := os.Getenv("SSLKEYLOGFILE"); env != "" && len(in.keylogs) == 0 {
		if _, err := os.Stat(env); err == nil {
			return []string{env}
		}
	}
	return in.keylogs
}

// run analyses the captures into a sink. Problems of the inputs are told on standard
// error, and make the error errTrouble once everything readable has been told.
func (in *input) run(cmd *cobra.Command, paths []string, opt analyzer.Options, sink analyzer.Sink) (*analyzer.Summary, error) {
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s needs a capture: a file, a folder, or - for standard input", cmd.CommandPath())
	}
	opt, sink, hide, err := in.wrapSink(paths, opt, sink)
	if err != nil {
		return nil, err
	}
	if in.byFile {
		return in.runByFile(cmd, paths, opt, sink, hide)
	}
	bar := in.progress()
	src, err := in.open(cmd.Context(), paths, bar)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	in.prompt, opt.Live = packet.Waits(src), in.tail
	bar.start(src)
	sum, err := analyzer.Run(cmd.Context(), src, opt, sink)
	bar.stop()
	for _, p := range src.Problems() {
		in.problem(p)
	}
	if err == nil && cmd.Context().Err() != nil && !in.tail {
		err = errInterrupted
	}
	hide(sum)
	in.env.detail("%s, %s, %s of TCP, %s", report.Count(sum.Packets, "packet"), report.Bytes(sum.Bytes),
		report.Count(sum.Connections, "connection"), report.Count(sum.Flows, "WebSocket"))
	return sum, err
}

// open opens the captures; with --tail, with the key logs as they grow.
func (in *input) open(ctx context.Context, paths []string, bar *progress) (packet.Source, error) {
	o := capture.Options{Tail: in.tail, Context: ctx, Stdin: in.env.stdin, Read: bar.hook()}
	if !in.tail {
		return capture.Open(paths, o)
	}
	ctx, cancel := context.WithCancel(ctx)
	o.Context = ctx
	src, err := capture.Open(paths, o)
	if err != nil {
		cancel()
		return nil, err
	}
	return newTailSource(src, live.NewKeyFollower(in.keyFiles(), nil, in.env.notice), cancel), nil
}

// wrapSink puts between the analysis and a sink what --flow and --redact ask for. hide
// redacts the summary. Every command that runs the analysis itself must come by here.
func (in *input) wrapSink(paths []string, opt analyzer.Options, sink analyzer.Sink) (_ analyzer.Options, _ analyzer.Sink, hide func(*analyzer.Summary), err error) {
	sink = in.chosen(sink)
	if !in.redact {
		return opt, sink, func(*analyzer.Summary) {}, nil
	}
	r, err := in.redactor(paths)
	if err != nil {
		return opt, nil, nil, err
	}
	opt, sink = redacted(r, opt, sink)
	return opt, sink, r.Summary, nil
}

// errInterrupted says that the user ended the run before the capture's end.
var errInterrupted = errors.New("interrupted")

// problem tells what could not be read of an input.
func (in *input) problem(p packet.Problem) {
	where := report.Clean(p.File)
	if p.Offset >= 0 {
		where = fmt.Sprintf("%s: offset %d", where, p.Offset)
	}
	fmt.Fprintf(in.env.stderr, "wscope: %s: %s\n", where, report.Clean(p.Reason))
}

// hints tells on standard error what the user may want to know where no WebSocket was
// found; the summary's screen has them itself.
func (in *input) hints(sum *analyzer.Summary) {
	if sum.Flows > 0 {
		return
	}
	if in.choosing() {
		in.env.notice("no flow is chosen by the flags")
		return
	}
	in.env.notice("no WebSocket found")
	for _, h := range report.Hints(sum) {
		in.env.notice("%s", h)
	}
}

// incompleteRun is the error for a run whose inputs could not be read whole.
func incompleteRun(sum *analyzer.Summary) error {
	if len(sum.Problems) > 0 {
		return errTrouble
	}
	return nil
}
