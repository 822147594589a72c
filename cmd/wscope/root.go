package main

import (
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"wscope/analyzer/query"
)

func newRoot(env *environment) *cobra.Command {
	root := &cobra.Command{
		Use:   "wscope CAPTURE…",
		Short: "Analyse the WebSocket connections of a packet capture",
		Long: "wscope reads pcap and pcapng files, rebuilds TCP, opens TLS with the keys it is given, and says of\n" +
			"each WebSocket who talked to whom, how it was opened and closed, what was said, and what broke the RFCs.",
		Example: "  wscope capture.pcap\n" +
			"  wscope messages --flow 1 capture.pcap\n" +
			"  tcpdump -w - tcp | wscope -",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.Version = version()
	root.SetVersionTemplate("wscope {{.Version}}\n")
	env.addFlags(root.PersistentFlags())
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp(root))
	root.AddCommand(
		newSummary(env),
		newWhy(env),
		newFlows(env),
		newMessages(env),
		newFrames(env),
		newFollow(env),
		newDecode(env),
		newDiff(env),
		newCheck(env),
		newRecord(env),
		newReport(env),
		newExport(env),
		newMerge(env),
		newLive(env),
		newCollect(env),
		newKeys(env),
		newInterfaces(env),
		newExtcap(env),
		newFields(env),
		newSchema(env),
		newMan(env),
		newVersion(env),
	)
	return root
}

// newHelp is cobra's command help, but that it takes a mistyped command for an error.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Help about a command",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			for _, c := range root.Commands() {
				if len(args) == 0 && c.IsAvailableCommand() {
					names = append(names, c.Name())
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(root, strconv.Quote(strings.Join(args, " ")))
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// defaultToSummary makes "wscope CAPTURE…" the same as "wscope summary CAPTURE…", with
// flags before or behind: where no word is a command, and one is a capture.
func defaultToSummary(root *cobra.Command, args []string) []string {
	capture := false
	if mistyped(root, args) {
		return args
	}
	for _, arg := range args {
		switch {
		case arg == "-h" || arg == "--help" || arg == "--version" || isCommand(root, arg):
			return args
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			_, err := os.Stat(arg)
			capture = capture || err == nil || looksLikePath(arg)
		}
	}
	if !capture {
		return args // a mistyped command: let cobra suggest one
	}
	return append([]string{"summary"}, args...)
}

func isCommand(root *cobra.Command, name string) bool {
	if name == "help" || name == "completion" || strings.HasPrefix(name, "__complete") {
		return true
	}
	for _, c := range root.Commands() {
		if c.Name() == name || c.HasAlias(name) {
			return true
		}
	}
	return false
}

// mistyped reports whether the first word is no file, but nearly a command.
func mistyped(root *cobra.Command, args []string) bool {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") || looksLikePath(args[0]) || isCommand(root, args[0]) {
		return false
	}
	if _, err := os.Stat(args[0]); err == nil {
		return false
	}
	var names []string
	for _, c := range root.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	return query.Nearest(args[0], names) != ""
}

func looksLikePath(s string) bool { return s == "-" || strings.ContainsAny(s, "./\\:") }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
