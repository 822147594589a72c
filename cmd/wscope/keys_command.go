package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"wscope/cmd/wscope/keys"
)

func newKeys(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "keys [RUNTIME]", Short: "Explain how to get the TLS keys of a runtime",
		Long: "keys lists how the programs that people use give away their TLS keys, so that wscope can open what they say:\n" +
			"a line per runtime, or everything about one. KEYS stands for the key log, which --keylog then reads.\n" +
			"Use it on your own programs: whoever has the keys can read the connections.",
		Example: "  wscope keys\n  wscope keys node",
		Args:    cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
			for _, r := range keys.Guide() {
				names = append(names, r.Name+"\t"+r.Short)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listRuntimes(env.stdout)
			}
			r, ok := keys.Lookup(args[0])
			if !ok {
				return fmt.Errorf("keys of %q are not known: wscope keys lists what is", args[0])
			}
			return showRuntime(env.stdout, r)
		},
	}
}

func listRuntimes(w io.Writer) error {
	var b strings.Builder
	b.WriteString("wscope record -w run.pcapng -- COMMAND gathers the keys of most programs by itself (marked *).\n" +
		"wscope keys RUNTIME says more. Then: wscope --keylog KEYS capture.pcap\n\n")
	for _, r := range keys.Guide() {
		mark := " "
		if r.Record {
			mark = "*"
		}
		fmt.Fprintf(&b, "%s %-9s %s\n", mark, r.Name, r.Short)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func showRuntime(w io.Writer, r keys.Runtime) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", r.Name, r.Short)
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "\n    %s", s)
	}
	if len(r.Steps) > 0 {
		b.WriteString("\n\n")
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	if r.Record {
		b.WriteString("- wscope record -w run.pcapng -- COMMAND does this for the command it runs.\n")
	}
	if r.Tried != "" {
		fmt.Fprintf(&b, "\nTried with: %s\n", r.Tried)
	}
	fmt.Fprintf(&b, "Read: %s\n", r.Read)
	_, err := io.WriteString(w, b.String())
	return err
}
