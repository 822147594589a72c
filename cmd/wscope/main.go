// Command wscope says what happened on each WebSocket connection of a packet capture.
//
// This is the command line alone: a file a subcommand. What a WebSocket is, the packages
// behind it know; start reading at wscope/analyzer.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"wscope/analyzer/report"
)

// Exit statuses of the contract.
const (
	exitDone     = 0
	exitNegative = 1 // a negative verdict
	exitTrouble  = 2 // bad usage, or an input that could not be read whole
)

func main() {
	if os.Getenv("GOGC") == "" {
		keepHeapSmall()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the first signal ends the run with what there is, the second at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// errNegative makes the exit status 1; errTrouble makes it 2 where all has been said.
var (
	errNegative = errors.New("negative verdict")
	errTrouble  = errors.New("trouble")
)

// run is the whole program, so that tests can call it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	env := &environment{stdin: stdin, stdout: stdout, stderr: stderr}
	root := newRoot(env)
	var prof profile
	prof.flags(root)
	endProfile := func() error { return nil }
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) (err error) {
		if err := notOnItself(cmd, args); err != nil {
			return err
		}
		endProfile, err = prof.start()
		return err
	}
	args = completing(root, defaultToSummary(root, args))
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	onceEach(root)
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil && cmd != nil {
		if words := argWords(cmd, err.Error()); words != err.Error() {
			err = errors.New(words)
		}
	}
	if name, ok := strings.CutPrefix(fmt.Sprint(err), "unknown command "); ok {
		err = unknownCommand(root, name)
	}
	if end := endProfile(); err == nil {
		err = end
	}
	var status exitStatus
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, errNegative):
		return exitNegative
	case errors.Is(err, errTrouble):
	case errors.Is(err, syscall.EPIPE):
		// Whoever read our output has seen enough.
	default:
		fmt.Fprintf(stderr, "wscope: %s\n", report.Clean(firstLine(err.Error())))
		var m *misread
		if errors.As(err, &m) && m.place != "" {
			fmt.Fprintln(stderr, m.place)
		}
	}
	return exitTrouble
}
