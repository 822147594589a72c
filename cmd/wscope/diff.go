package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wscope/analyzer/behaviour"
	"wscope/analyzer/clean"
	"wscope/analyzer/redact"
)

func newDiff(env *environment) *cobra.Command {
	in := &input{env: env, whole: true}
	var format, file string
	var ignore behaviour.Ignore
	var oneRun, allowEmpty bool
	cmd := &cobra.Command{
		Use: "diff OLD NEW", Short: "Show what changed between two captures",
		Long: "diff compares how the peers behave in two captures, folders of captures, or baselines that check wrote: kinds of\n" +
			"messages, the fields of their JSON, their order, sizes and latencies beyond the noise, closes, findings. Flows and messages\n" +
			"are matched by what they are for, not by their place; ports, times and identifiers are left aside. Where neither capture\n" +
			"could be opened (TLS without keys), heartbeats, and messages and payload in a connection, are compared as lengths show them.\n" +
			"A folder, or a baseline of several captures, is a sample: what its runs are like. The exit status is 1 where something differs\n" +
			"that is more than a note.",
		Example: "  wscope diff before.pcap after.pcap\n" +
			"  wscope diff base.json after.pcap --format markdown --ignore '$.sent_at'",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(behaviour.Formats, format) {
				return fmt.Errorf("--format %q is none of %s", format, strings.Join(behaviour.Formats, ", "))
			}
			for _, entry := range ignore {
				if err := behaviour.CheckIgnore(entry); err != nil {
					return fmt.Errorf("--ignore: %w", err)
				}
			}
			var redactor *redact.Redactor
			if in.redact {
				var err error
				if redactor, err = in.redactor(args); err != nil {
					return err
				}
				in.redact = false // what is compared are the records as they are
			}
			old, trouble1 := in.behaviour(cmd, args[:1], sampling{oneRun: oneRun})
			if old == nil {
				return trouble1
			}
			now, trouble2 := in.behaviour(cmd, args[1:], sampling{oneRun: oneRun, like: old})
			if now == nil {
				return trouble2
			}
			if !allowEmpty && (old.Empty() || now.Empty()) && !(old.SealedAlone() && now.SealedAlone()) {
				return fmt.Errorf("nothing to compare: no WebSocket could be read in %s (--allow-empty lets it pass)", args[map[bool]int{true: 0, false: 1}[old.Empty()]])
			}
			unused := ignore.Unused(old, now)
			found := behaviour.Compare(old, now, ignore)
			for _, entry := range unused {
				in.env.notice("--ignore %s matches nothing", clean.Line(entry))
			}
			if redactor != nil {
				behaviour.Redact(found, redactor)
			}
			out := &output{env: env, file: file}
			err := out.write(func(w *bufio.Writer) error { return behaviour.Write(w, format, args[0], args[1], found) })
			switch {
			case err != nil:
				return err
			case trouble1 != nil || trouble2 != nil:
				return errTrouble
			case behaviour.Differ(found):
				return errNegative
			}
			return nil
		},
	}
	in.flags(cmd)
	in.apps.flags(cmd.Flags(), true)
	cmd.Flags().StringVar(&format, "format", "text", strings.Join(behaviour.Formats, ", "))
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to `FILE`, beside and renamed: never half a file")
	cmd.Flags().Var(repeatable{(*[]string)(&ignore)}, "ignore", "leave `WHAT` aside: a place of JSON ($.sent_at), a kind (server tick), a path (/admin/*), an area (latency) (repeatable)")
	cmd.Flags().BoolVar(&oneRun, "one-run", false, "the captures of a folder are one run in pieces, not several runs")
	cmd.Flags().BoolVar(&allowEmpty, "allow-empty", false, "let captures pass in which no WebSocket could be read")
	return cmd
}

// readBaseline reads a file if it is a baseline; nil if it is none.
func readBaseline(path string) (*behaviour.Behaviour, error) {
	if st, err := os.Stat(path); path == "-" || err != nil || !st.Mode().IsRegular() {
		return nil, nil // a capture, or capture.Open says what is wrong
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := io.ReadFull(f, head)
	if !behaviour.IsBaseline(head[:n]) {
		return nil, nil
	}
	text, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(head[:n]), f), behaviour.MaxBaseline+1))
	if err != nil {
		return nil, err
	}
	b, err := behaviour.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}
