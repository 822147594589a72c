package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"wscope/assembly/capture"
	"wscope/assembly/packet"
	"wscope/cmd/wscope/live"
	"wscope/cmd/wscope/privilege"
)

// secretMode is the mode of a capture that holds what was said, and the keys to it.
const secretMode = 0o600

// drainTime is how long the capture goes on after the command, so that what it sent last is in the file.
const drainTime = 300 * time.Millisecond

// recording is the command that captures while another runs.
type recording struct {
	env        *environment
	interfaces []string
	file       string
	keylog     string
	bpf        string
	noKeys     bool
	reaper     *reaper
}

func newRecord(env *environment) *cobra.Command {
	r := &recording{env: env}
	cmd := &cobra.Command{
		Use: "record -w FILE [-i INTERFACE] -- COMMAND…", Short: "Capture while a command runs, such as a test suite",
		Long: "record captures while a command runs, and ends with the command's exit status: 128 and its number where a signal ended\n" +
			"it, 2 where record could not capture. SIGINT and SIGTERM interrupt the command, and the file is written whole.\n" +
			"\n" +
			"The file is pcapng, with the TLS keys of the command's programs in it, so that it can be read by itself. They are\n" +
			"gathered by what the programs understand: $SSLKEYLOGFILE (browsers, curl, Python, Deno), $NODE_OPTIONS (node), a\n" +
			"preload library beside wscope (programs that link OpenSSL dynamically), and on Linux, as root or with CAP_BPF and\n" +
			"CAP_PERFMON, by reading the secrets of Go programs as they run. At its end record says which TLS connections could\n" +
			"not be opened, of which process, and what would help; wscope keys explains each runtime.\n" +
			"\n" +
			"After opening the interface record becomes the user that called sudo, and gives up all capabilities (but the two above,\n" +
			"until the command ends): the command runs as that user, with what it may do without record. Keys of setuid programs\n" +
			"are out of reach: the system keeps them from the preload library.",
		Example: "  wscope record -i lo -w run.pcapng -- npm test\n" +
			"  wscope record -w run.pcapng --bpf 'tcp port 8080' -- go test ./... && wscope check --rules wscope.yaml run.pcapng",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), args) },
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.StringArrayVarP(&r.interfaces, "interface", "i", []string{loopback()}, "capture on `INTERFACE` (repeatable)")
	f.StringVarP(&r.file, "write", "w", "", "write the capture to `FILE`, beside and renamed: never half a file")
	f.StringVar(&r.keylog, "keylog", "", "the key log is `FILE`, which stays (default: $SSLKEYLOGFILE, or one that goes away)")
	f.BoolVar(&r.noKeys, "no-keys", false, "gather no TLS keys, and leave the command's environment as it is")
	f.StringVar(&r.bpf, "bpf", "tcp", "capture what this `FILTER` of pcap-filter(7) lets through")
	return cmd
}

// loopback is the usual name of the interface that tests talk over.
func loopback() string {
	if _, err := os.Stat("/sys/class/net/lo"); err == nil {
		return "lo"
	}
	return "lo0"
}

// exitStatus is the status of a command that ran.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("the command ended with status %d", int(s)) }

func (r *recording) run(ctx context.Context, command []string) error {
	if r.file == "" {
		return errors.New("record needs -w FILE")
	}
	if _, err := exec.LookPath(command[0]); err != nil {
		return err // before there is a file without a run in it
	}
	if err := privilege.Raise(); err != nil {
		return err
	}
	tap, err := capture.OpenLive(capture.LiveOptions{Interfaces: r.interfaces, BPF: r.bpf})
	if err != nil {
		return r.env.explain(err, "record …")
	}
	defer tap.Close()
	defer func() { r.reaper.close() }()
	gathered, err := r.gather(command)
	if err != nil {
		return err
	}
	defer gathered.done()
	var status error
	err = writeFileMode(r.file, secretMode, func(w io.Writer) error {
		if f, ok := w.(*os.File); ok && strings.HasSuffix(f.Name(), unfinished) {
			if name, err := filepath.Abs(f.Name()); err == nil {
				r.reaper.add(name)
			}
		}
		saved := make(chan error, 1)
		go func() { saved <- r.save(tap, gathered.files, w) }()
		status = r.command(ctx, command, gathered)
		time.Sleep(drainTime)
		tap.Stop()
		return <-saved
	})
	if err != nil {
		return fmt.Errorf("-w: %w", err)
	}
	for _, s := range tap.Stats() {
		if s.Dropped > 0 {
			r.env.notice("%s: the kernel dropped %d packets: the capture has gaps", s.Interface, s.Dropped)
		}
	}
	r.explain(ctx, gathered)
	return status
}

// command runs the command; its standard streams are record's.
func (r *recording) command(ctx context.Context, command []string, g *gathered) error {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Stdin, c.Stdout, c.Stderr = r.env.stdin, r.env.stdout, r.env.stderr
	c.Env = g.env
	c.Cancel = func() error {
		if isTerminal(r.env.stdin) {
			return nil // which has told the command itself: a second signal would be too much
		}
		return c.Process.Signal(os.Interrupt)
	}
	c.WaitDelay = 10 * time.Second
	err := c.Start()
	if err == nil {
		if err := privilege.Seal(); err != nil {
			r.env.notice("%v", err) // the command runs: what it says is wanted all the same
		}
		stop := g.watch(c.Process.Pid)
		err = c.Wait()
		stop()
	}
	ended := c.ProcessState
	switch {
	case ended == nil:
		return err // it did not begin
	case ended.Success():
		return nil
	case ended.ExitCode() > 0:
		return exitStatus(ended.ExitCode())
	}
	if status, ok := ended.Sys().(interface{ Signal() syscall.Signal }); ok && status.Signal() > 0 {
		return exitStatus(128 + int(status.Signal())) // as shells do
	}
	return exitStatus(1)
}

// save writes what is captured until the capture ends, the keys before the packets that
// they open.
func (r *recording) save(tap capture.LiveSource, keylogs []string, w io.Writer) error {
	keys := live.NewKeyFollower(keylogs, nil, r.env.notice)
	defer keys.Close()
	out := capture.NewWriter(w, capture.WriterOptions{
		Application: "wscope " + version(), Name: func(file, _ int32) string { return r.interfaces[file] },
	})
	var b packet.Batch
	for ended := false; !ended; {
		err := tap.Read(&b)
		if ended = errors.Is(err, io.EOF); err != nil && !ended {
			return err
		}
		if ended {
			keys.Rest(&b)
		} else {
			keys.Into(&b, time.Now())
		}
		for _, s := range b.Secrets {
			if err := out.Secrets(s); err != nil {
				return err
			}
		}
		for i := range b.Packets {
			if err := out.Packet(&b.Packets[i]); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}
