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
	"wscope/analyzer/redact"
)

func newDiff(env *environment) *cobra.Command {
	in := &input{env: env, whole: true}
	var format, file string
	var ignore []string
	cmd := &cobra.Command{
		Use: "diff OLD NEW", Short: "Say what changed between two captures",
		Long: "diff compares how the peers behave in two captures, folders of captures, or baselines that check wrote: kinds of\n" +
			"messages, the fields of their JSON, their order, sizes and latencies beyond the noise, closes, findings. Flows and messages\n" +
			"are matched by what they are for, not by their place; ports, times and identifiers are left aside.\n" +
			"The exit status is 1 where the two differ.",
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
			old, trouble1 := in.behaviour(cmd, args[0])
			if old == nil {
				return trouble1
			}
			now, trouble2 := in.behaviour(cmd, args[1])
			if now == nil {
				return trouble2
			}
			found := behaviour.Compare(old, now, ignore)
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
			case len(found) > 0:
				return errNegative
			}
			return nil
		},
	}
	in.flags(cmd)
	in.apps.flags(cmd.Flags(), true)
	cmd.Flags().StringVar(&format, "format", "text", strings.Join(behaviour.Formats, ", "))
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to `FILE`, beside and renamed: never half a file")
	cmd.Flags().Var(repeatable{&ignore}, "ignore", "leave `WHAT` aside: a place of JSON ($.sent_at), a kind (server tick), an area (latency) (repeatable)")
	return cmd
}

// behaviour is that of a baseline, or of the peers in a capture. It is there beside
// errTrouble where the capture could not be read whole.
func (in *input) behaviour(cmd *cobra.Command, path string) (*behaviour.Behaviour, error) {
	b, err := readBaseline(path)
	if b != nil || err != nil {
		return b, err
	}
	opt, err := in.options()
	if err != nil {
		return nil, err
	}
	opt.Messages, opt.Payload = true, true
	w := behaviour.NewWatcher()
	sum, err := in.run(cmd, []string{path}, opt, w)
	if err != nil {
		return nil, err
	}
	in.hints(sum)
	return w.Behaviour(), trouble(sum)
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
