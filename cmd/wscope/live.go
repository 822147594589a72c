package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/metrics"
	"wscope/analyzer/report"
	"wscope/assembly/capture"
	"wscope/assembly/shed"
	"wscope/cmd/wscope/live"
	"wscope/cmd/wscope/privilege"
	"wscope/cmd/wscope/web"
)

// liveCommand is the flags of the live command.
type liveCommand struct {
	env *environment
	in  *input

	interfaces []string
	snaplen    int
	buffer     size
	promisc    bool
	immediate  bool
	tunnels    bool
	wait       bool
	duration   time.Duration
	count      int64

	save       string
	rotateSize size
	rotateTime time.Duration
	ring       int

	output     string
	messages   bool
	maxPayload int
	interval   time.Duration
	maxMemory  size
	user       string
	noScreen   bool
	web        webFlag
	filter     string
	keysOf     []string
	wanted     func(*analyzer.Flow) bool // by the filter; nil is all
	notices    *live.Notices

	metrics string
	hosts   []string
	paths   []string
	publish publish
}

func newLive(env *environment) *cobra.Command {
	l := &liveCommand{env: env, in: &input{env: env}, buffer: 32 << 20, maxMemory: 1 << 30}
	cmd := &cobra.Command{
		Use: "live -i INTERFACE [BPF…]", Short: "Analyse the traffic of an interface as it passes",
		Long: liveHelp,
		Example: "  wscope live -i eth0\n" +
			"  wscope live -i eth0 -i lo --keylog keys.txt port 443\n" +
			"  wscope live -i any -w ring.pcapng --rotate-size 100M --ring 10 --metrics 127.0.0.1:9464",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("apps") {
				l.in.apps.on = l.messages || l.wantsScreen() || l.web.addr != ""
			}
			return l.run(cmd.Context(), args)
		},
	}
	l.notices = env.notices()
	l.flags(cmd)
	return cmd
}

const liveHelp = `live analyses the traffic of the interfaces. On a terminal it shows a screen (? explains it) and, when you
leave it, the summary. Elsewhere it writes records as lines of JSON: each flow when it begins
("event":"open"), at intervals while it is active ("update") and when it ends ("close"), its messages
("message") with --messages, and a summary at the end ("summary").

--web serves a page instead of the screen: flows, how they ended, charts, and conversations as they grow. It is for this
machine's browsers alone, and for who has the address that is printed, which has a token in it. It keeps the latest flows
and messages in bounded memory and says what fell out. From another machine, forward the port with ssh -L.

--filter chooses among these records. A flow's records are tested as they stand, so an expression over what is
known only at the end chooses the last record. With --messages the names of message. can be used too, and those of
flow. as far as the handshake tells them. The summary, the metrics and the files of -w cover everything.

BPF is a filter of pcap-filter(7). By default the kernel passes TCP, QUIC's port and IP fragments, also in
VLANs; --tunnels adds what may carry TCP inside other packets.

When packets come faster than they can be analysed, connections that begin then are skipped whole. If that is not
enough, connections under way are dropped, a sixteenth at a time. What is reported of the others is right, and the
summary counts those skipped. When memory gets short (--max-memory), an eighth of the connections is dropped at a
time: first those that have ended or were never answered, then those silent for longest. Bytes that wait for lost
segments never take more than a quarter of the memory.

The first SIGINT or SIGTERM ends the capture, analyses what has come, completes all files and writes
the summary; the second stops at once. SIGHUP reopens the files of -w and -o (the next of a
ring), SIGUSR1 writes a summary so far to standard error.

After opening the interfaces live becomes the user that called sudo (or --user) and gives up all
capabilities; with --wait it keeps CAP_NET_RAW, to open an interface again.

--keys-of reads the TLS secrets of your own Go programs during their handshakes, without changing them (Go 1.18 and
later, Linux on amd64 and arm64): of every process that runs the executable of that process or name, also one that
starts later. It needs CAP_BPF and CAP_PERFMON, or root, when it starts. wscope keys explains how to get the keys of
other programs.

With --to, records go to NATS JetStream for wscope collect, to Kafka, or to OpenTelemetry. They are gathered for at most half a second or 256 KB,
synced to disk in --spool, and leave it when the brokers have confirmed them; the next run sends what is left. So a
sensor that is killed, or whose machine fails, loses its last half second of records and the flows that were open, and
no record arrives twice. A message whose record is longer than 640 KB is sent with 100 KB of its payload and "cut".
What does not fit --spool-limit is dropped, newest first, and reported: on standard error, to the collector as a
record, and by exit status 2.

At kafka://HOST[:PORT],…/TOPIC (kafkas:// with TLS; USER:PASSWORD@ before the host, ?sasl=scram-sha-512 behind the
topic) each record is one of the topic, as collect would write it; its key names the connection and its header
wscope-id the record. A sensor that was killed sends its last batch again with the same wscope-id. At otlp://HOST[:PORT]
(otlps:// with TLS) each record is a log, and every minute the metrics of --metrics are metrics; where an answer is lost,
logs come twice with the same log.record.uid. OTEL_EXPORTER_OTLP_HEADERS is read as other programs do.`

func (l *liveCommand) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.VarP(repeatable{&l.interfaces}, "interface", "i", "capture on `INTERFACE` (repeatable; any is all of them on Linux)")
	f.IntVar(&l.snaplen, "snaplen", 0, "keep `N` bytes of each packet (default: all)")
	f.Var(&l.buffer, "buffer", "`SIZE` of the kernel's buffer of each interface")
	f.BoolVar(&l.promisc, "promisc", false, "capture packets for other machines too")
	f.BoolVar(&l.immediate, "immediate", false, "deliver each packet at once: sooner, at more cost")
	f.BoolVar(&l.tunnels, "tunnels", false, "capture what may carry TCP inside (VXLAN, GRE, GTP-U, …)")
	f.BoolVar(&l.wait, "wait", false, "wait for an interface that is not there, goes down or vanishes")
	f.DurationVar(&l.duration, "duration", 0, "end after this `TIME`, such as 90s")
	f.Int64Var(&l.count, "count", 0, "end after `N` packets")
	f.StringVarP(&l.save, "write", "w", "", "save the packets that are analysed to `FILE` (pcapng)")
	f.Var(&l.rotateSize, "rotate-size", "start a new file at this `SIZE`, such as 100M")
	f.DurationVar(&l.rotateTime, "rotate-time", 0, "start a new file after this `TIME`")
	f.IntVar(&l.ring, "ring", 0, "keep the `N` newest files, counting those of an earlier run")
	f.StringVarP(&l.output, "output", "o", "", "append the records to `FILE`")
	f.BoolVar(&l.messages, "messages", false, "write the messages too (\"event\":\"message\")")
	f.IntVar(&l.maxPayload, "max-payload", 0, "shorten text and base64 to `N` bytes (default: all of it)")
	f.DurationVar(&l.interval, "interval", 10*time.Second, "`TIME` between records of a living flow")
	f.Var(&l.maxMemory, "max-memory", "`SIZE` of memory to stay within, besides the kernel's buffers; 0 is no limit")
	f.StringVar(&l.filter, "filter", "", "write only records that `EXPR` is true of, such as 'flow.http.host == \"x\"' (wscope fields lists the names)")
	l.in.apps.flags(f, false)
	f.Lookup("apps").Usage += " (with --messages and on the screen by default)"
	l.web.flag(f, "instead of the screen, serve a page in the browser")
	f.BoolVar(&l.noScreen, "no-screen", false, "write lines of JSON on a terminal too")
	f.StringVar(&l.metrics, "metrics", "", "serve Prometheus metrics and /healthz on `ADDR`, such as :9464 (loopback where it has no host)")
	f.Var(repeatable{&l.hosts}, "metrics-host", "count this `HOST` separately in the metrics (repeatable)")
	f.Var(repeatable{&l.paths}, "metrics-path", "count this `PATH` separately in the metrics (repeatable)")
	l.publish.flags(f)
	f.StringVar(&l.user, "user", "", "become `USER` after opening the interfaces")
	f.Var(repeatable{&l.in.keylogs}, "keylog", "follow this TLS key log `FILE` as it grows (repeatable; also $SSLKEYLOGFILE)")
	f.Var(repeatable{&l.keysOf}, "keys-of", "read the TLS secrets of the Go program `PID|NAME` from now on (repeatable; Linux)")
	f.Var(repeatable{&l.in.decodeAs}, "decode-as", "treat the bytes of `PORT` as WebSocket frames from the first on (repeatable)")
	f.Var(repeatable{&l.in.quicPorts}, "quic-port", quicPortUsage)
	f.BoolVar(&l.in.noMidway, "no-midstream", false, "look for no WebSocket whose upgrade is not in the capture")
	f.BoolVar(&l.in.vlanAware, "vlan-aware", false, "treat the same addresses on two VLANs as two connections")
	f.IntVar(&l.in.maxMessage, "max-message", 0, "keep at most this many bytes of a message (default 16 MiB)")
	f.IntVarP(&l.in.jobs, "jobs", "j", defaultJobs(), "goroutines that analyse (default: one per processor)")
	f.BoolVar(&l.in.redact, "redact", false, redactUsage+"; -w keeps the packets as they are")
	f.Lookup("jobs").DefValue = "0" // help and manual pages are the same on every machine
}

// check says what is wrong with the flags.
func (l *liveCommand) check() error {
	if err := l.checkInterfaces(); err != nil {
		return err
	}
	if l.output == "-" {
		l.output, l.noScreen = "", true
	}
	rotates := l.rotateSize > 0 || l.rotateTime > 0
	switch {
	case l.save == "" && (rotates || l.ring > 0):
		return errors.New("--rotate-size, --rotate-time and --ring are about the files of -w, which is missing")
	case l.save == "-":
		return errors.New("-w needs a file: standard output is for the records")
	case l.ring > 0 && !rotates:
		return errors.New("--ring needs --rotate-size or --rotate-time")
	case l.rotateSize > 0 && l.rotateSize < 1<<16:
		return errors.New("--rotate-size is at least 64K")
	case l.maxMemory > 0 && l.maxMemory < 64<<20:
		return errors.New("--max-memory is at least 64M")
	case l.interval < time.Second:
		return errors.New("--interval is at least 1s")
	case l.web.addr != "" && l.messages:
		return errors.New("--messages writes each message as a line: not with --web, whose page shows them")
	case l.count < 0 || l.duration < 0 || l.ring < 0 || l.snaplen < 0 || l.rotateTime < 0:
		return errors.New("a number may not be negative")
	}
	return nil
}

// checkInterfaces says what is wrong with the interfaces that are named. A packet that is
// captured twice would look as one that was sent twice.
func (l *liveCommand) checkInterfaces() error {
	if len(l.interfaces) == 0 {
		return errors.New("live needs an interface: -i NAME; wscope interfaces lists them")
	}
	for i, name := range l.interfaces {
		if slices.Contains(l.interfaces[:i], name) {
			return fmt.Errorf("-i %s is given twice", name)
		}
	}
	if len(l.interfaces) > 1 && slices.Contains(l.interfaces, "any") {
		return errors.New("-i any is all interfaces: leave the others out")
	}
	return nil
}

// notice writes a line to standard error, from any goroutine.
func (l *liveCommand) notice(format string, a ...any) {
	l.notices.Add(report.Clean(fmt.Sprintf(format, a...)))
}

// run captures until the end that the flags name, or ctx is done.
func (l *liveCommand) run(ctx context.Context, args []string) error {
	args = l.web.take(args)
	if err := l.check(); err != nil {
		return err
	}
	keylogs := keylogNames(l.in.keylogs)
	l.in.keylogs = nil
	opt, err := l.options()
	if err != nil {
		return err
	}
	var scraped *live.MetricsServer
	if l.metrics != "" {
		if scraped, err = live.ListenMetrics(l.metrics); err != nil {
			return err
		}
		defer scraped.Close()
	}
	var page *web.Server
	if l.web.addr != "" {
		if page, err = web.Listen(l.web.addr); err != nil {
			return err
		}
		defer page.Close()
	}
	if err := privilege.Raise(); err != nil {
		return err
	}
	filter, fallback := live.KernelFilter(strings.Join(args, " "), l.tunnels, l.in.quicPorts)
	tap, err := capture.OpenLive(capture.LiveOptions{
		Interfaces: l.interfaces, BPF: filter, Fallback: fallback, Snaplen: l.snaplen, Buffer: int(l.buffer),
		Promiscuous: l.promisc, Immediate: l.immediate, Wait: l.wait, Tell: func(line string) { l.notice("%s", line) },
	})
	if err != nil {
		return l.env.explain(err, "live …")
	}
	queue := shed.New(tap, live.QueueDepth(int64(l.maxMemory)), idleAfter, time.Now)
	defer queue.Close()
	probe, err := live.ProbeKeys(l.keysOf)
	if err != nil {
		return err
	}
	defer probe.Close()
	var kept privilege.Kept
	if l.wait {
		kept = privilege.OpenInterfaces
	}
	if err := privilege.Drop(l.user, kept); err != nil {
		return err
	}
	keys := live.NewKeyFollower(keylogs, probe.Lines(), l.notice)
	defer keys.Close()
	var save *live.Saver
	if l.save != "" {
		if save, err = l.newSaver(tap); err != nil {
			return fmt.Errorf("-w: %w", err)
		}
	}
	src := live.NewSource(queue, keys, l.count, tap.Stop, save)
	out, err := l.newOutput(page)
	if err != nil {
		return err
	}
	stats := live.NewStats(out, tap, src, queue)
	opt.LetGone = stats.LetGo
	way, err := l.publisher(&opt, stats)
	if err != nil {
		return err
	}
	if scraped != nil || way.metrics {
		stats.Count(scraped, metrics.Options{Hosts: l.hosts, Paths: l.paths, Outbound: way.state})
	}
	opt, sink, hide, err := l.in.wrapSink(nil, opt, way.sink) // so that what is sent is redacted too
	if err != nil {
		return err
	}
	end := live.Listen(ctx, live.Handlers{After: l.duration, Stop: tap.Stop, Summary: func() { l.notice("%s", stats.Text()) }, Reopen: func() {
		if save != nil {
			save.Reopen()
		}
		out.Reopen()
	}})
	switch o := out.(type) {
	case *live.ScreenOutput:
		o.Show(stats, tap.Stop)
	case *live.WebOutput:
		o.Show(stats, strings.Join(l.interfaces, ", "))
		l.env.notice("capturing on %s; the live page is %s", strings.Join(l.interfaces, ", "), page.URL())
	default:
		l.env.notice("capturing on %s", strings.Join(l.interfaces, ", "))
	}
	sum, err := analyzer.Run(context.WithoutCancel(ctx), src, opt, sink)
	hide(sum)
	end()
	whole := way.close()
	saved := save == nil || save.Close()
	if e := out.Finish(sum, stats); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if !saved || !whole || len(tap.Problems()) > 0 {
		return errTrouble
	}
	return nil
}

// idleAfter is the silence after which the time is told to the analysis, and a growing
// key log is looked at.
const idleAfter = 250 * time.Millisecond

func (l *liveCommand) options() (analyzer.Options, error) {
	opt, err := l.in.options()
	if err != nil {
		return opt, err
	}
	opt.Updates, opt.UpdateEvery, opt.Live = true, analyzer.Seconds(l.interval), true
	if l.wantsScreen() || l.web.addr != "" {
		opt.Messages, opt.Payload, opt.UpdateEvery = true, true, analyzer.Seconds(time.Second)
	}
	if l.messages {
		opt.Messages, opt.Payload = true, true
		opt.Render = func() analyzer.Renderer { return &report.JSON{MaxPayload: l.maxPayload} }
	}
	if err := l.choose(&opt); err != nil {
		return opt, err
	}
	if l.maxMemory > 0 {
		opt.MaxMemory = int64(l.maxMemory) / 4
		opt.LetGo = live.MemoryShort(int64(l.maxMemory))
	}
	return opt, nil
}

func (l *liveCommand) newSaver(tap capture.LiveSource) (*live.Saver, error) {
	ring, err := capture.NewRing(capture.RingOptions{
		Path: l.save, MaxSize: int64(l.rotateSize), MaxAge: l.rotateTime, Files: l.ring,
		Writer: capture.WriterOptions{
			Application: "wscope " + version(), Snaplen: uint32(l.snaplen),
			Name: func(file, _ int32) string { return tap.Files()[file] },
		},
	})
	return live.NewSaver(ring, l.notice), err
}

// newOutput makes the output that the flags and the terminal ask for. page is the live page's server; nil where there is none.
func (l *liveCommand) newOutput(page *web.Server) (live.Output, error) {
	summary := live.SummaryOptions{
		Out: l.env.stdout, Color: func() (bool, error) { return l.env.colors(l.env.stdout) }, Width: func() int { return columns(l.env.stdout) },
	}
	if l.wantsScreen() {
		return live.NewScreenOutput(live.ScreenOptions{SummaryOptions: summary, In: l.env.stdin, Notices: l.notices, Notice: l.notice}), nil
	}
	var out live.Output = live.NewSummaryOutput(summary)
	if page == nil || l.output != "" || l.noScreen || !isTerminal(l.env.stdout) {
		events, err := live.NewEventOutput(l.env.stdout, l.output, l.notice)
		if err != nil {
			return nil, err
		}
		out = live.Choose(events, l.wanted)
	}
	if page == nil {
		return out, nil
	}
	return live.NewWebOutput(out, page, int64(l.maxMemory)), nil
}

// wantsScreen reports whether the records go to the live screen: standard input and output
// are a terminal, and nothing says otherwise.
func (l *liveCommand) wantsScreen() bool {
	return !l.noScreen && l.output == "" && !l.messages && l.web.addr == "" && isTerminal(l.env.stdout) && isTerminal(l.env.stdin)
}

// notices writes lines to standard error.
func (e *environment) notices() *live.Notices {
	return live.NewNotices(func(line string) { fmt.Fprintf(e.stderr, "wscope: %s\n", line) })
}

// explain writes an error of opening, and what can be done about missing permission.
func (e *environment) explain(err error, command string) error {
	text := strings.ToLower(err.Error())
	if !strings.Contains(text, "permi") && !strings.Contains(text, "not permitted") {
		return err
	}
	n := e.notices()
	n.Add(report.Clean(err.Error()))
	for _, line := range privilege.WaysToPermit(command) {
		n.Add(report.Clean(line))
	}
	return errTrouble
}
