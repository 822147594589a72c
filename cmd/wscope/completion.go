package main

import (
	"cmp"
	"context"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wscope/analyzer"
	"wscope/analyzer/record"
	"wscope/analyzer/report"
	"wscope/assembly/capture"
)

// completing prepares what a shell asks for while a command line is typed: "wscope CAPTURE" is a summary there too.
func completing(root *cobra.Command, args []string) []string {
	if len(args) == 0 || !strings.HasPrefix(args[0], "__complete") {
		return args
	}
	for _, c := range root.Commands() {
		completeFlags(c)
	}
	completeFlags(root)
	return append(args[:1:1], defaultToSummary(root, args[1:])...)
}

// flagChoices are the values of flags that have few, for all commands that have the flag.
var flagChoices = map[string][]string{
	"color":   {"auto", "always", "never"},
	"masked":  {"yes", "no", "auto"},
	"fail-on": {"error", "warning", "note"},
}

// completeFlags gives each flag of a command the completion that fits what its value is called in its help: files and folders
// are the shell's to complete, interfaces and numbers of flows are looked up, and nothing else is a file's name.
func completeFlags(cmd *cobra.Command) {
	complete := func(f *pflag.Flag) {
		if _, ok := cmd.GetFlagCompletionFunc(f.Name); ok {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		how := cobra.NoFileCompletions
		switch {
		case value == "FILE" || value == "OUT":
			return
		case value == "FOLDER":
			how = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return nil, cobra.ShellCompDirectiveFilterDirs
			}
		case value == "INTERFACE":
			how = completeInterface
		case f.Name == "flow":
			how = completeFlow
		case flagChoices[f.Name] != nil:
			how = cobra.FixedCompletions(flagChoices[f.Name], cobra.ShellCompDirectiveNoFileComp)
		case f.Name == "format":
			how = cobra.FixedCompletions(listed(usage), cobra.ShellCompDirectiveNoFileComp)
		}
		cmd.RegisterFlagCompletionFunc(f.Name, how)
	}
	cmd.LocalFlags().VisitAll(complete)
}

// listed are the values that a flag's usage lists: "text, json or markdown".
func listed(usage string) []string {
	_, list, found := strings.Cut(usage, ": ")
	if !found {
		list = usage
	}
	return strings.FieldsFunc(strings.ReplaceAll(list, " or ", ", "), func(r rune) bool { return r == ',' || r == ' ' })
}

func completeInterface(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
	list, err := capture.Interfaces()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, i := range list {
		names = append(names, i.Name+"\t"+strings.Join(append([]string{interfaceState(i)}, i.Addresses...), " "))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

const (
	completionTime  = 2 * time.Second // a shell that asks waits for the answer
	completionFlows = 500
)

// completeFlow reads the captures that the line names already and offers the numbers of their flows, with what tells them apart.
func completeFlow(_ *cobra.Command, paths []string, word string) ([]string, cobra.ShellCompDirective) {
	const none = cobra.ShellCompDirectiveNoFileComp
	for _, path := range paths {
		if path == "-" || strings.Contains(path, "://") {
			return nil, none // reading it here would take it from the command
		}
	}
	if len(paths) == 0 {
		return nil, none
	}
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	src, err := capture.Open(paths, capture.Options{Context: ctx})
	if err != nil {
		return nil, none
	}
	defer src.Close()
	offered := &flowOffers{word: word}
	analyzer.Run(ctx, src, analyzer.Options{}, offered) // what ended it early changes nothing: the flows seen are offered
	slices.SortFunc(offered.list, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.IndexByte(a, '\t'), strings.IndexByte(b, '\t')), cmp.Compare(a, b)) // by number
	})
	return offered.list, none | cobra.ShellCompDirectiveKeepOrder
}

// flowOffers is a Sink that keeps a line for each flow whose number begins with word.
type flowOffers struct {
	analyzer.NopSink
	word string
	list []string
}

func (o *flowOffers) FlowEnded(f *analyzer.Flow) error {
	number := strconv.FormatInt(f.Flow, 10)
	if strings.HasPrefix(number, o.word) && len(o.list) < completionFlows {
		line := number + "\t" + endpoint(f.Client) + " to " + endpoint(f.Server)
		if f.HTTP != nil {
			line += " " + report.Clean(f.HTTP.Path)
		}
		if f.Close != nil && f.Close.Story != "" {
			line += ": " + report.Clean(f.Close.Story)
		}
		o.list = append(o.list, line)
	}
	return nil
}

func endpoint(e record.Endpoint) string {
	return net.JoinHostPort(report.Clean(e.IP), strconv.Itoa(int(e.Port)))
}
