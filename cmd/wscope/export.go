package main

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/behaviour"
	"wscope/analyzer/report/export"
)

// exporting is the flags of the command export.
type exporting struct {
	in   *input
	out  *output
	to   string
	per  string
	json bool
}

// exportFormats are the values of --to, and those that are folders.
var (
	exportFormats = []string{"har", "parquet", "csv", "zeek", "ecs", "pcapng", "payloads", "asyncapi", "k6"}
	exportFolders = []string{"parquet", "csv", "zeek", "payloads"}
	exportApps    = []string{"parquet", "csv", "ecs", "pcapng", "asyncapi"} // those with a place for what subprotocols say
)

func newExport(env *environment) *cobra.Command {
	e := &exporting{in: &input{env: env, whole: true}, out: &output{env: env}}
	cmd := &cobra.Command{
		Use:   "export --to FORMAT CAPTURE… -o OUT",
		Short: "Write files for other tools",
		Long: "export writes what was found as the files of other tools:\n\n" +
			"  har       an HTTP Archive, for the developer tools of browsers: one entry a flow, with its messages\n" +
			"  parquet   a folder with flows.parquet, messages.parquet and findings.parquet, for DuckDB, Spark, pandas\n" +
			"  csv       a folder with flows.csv, messages.csv and findings.csv\n" +
			"  zeek      a folder with websocket.log and conn.log as Zeek writes them; --json for lines of JSON\n" +
			"  ecs       lines of JSON in the Elastic Common Schema, an event a flow and a finding, for Elasticsearch and OpenSearch\n" +
			"  pcapng    the packets of the flows, with findings and the gist of messages as comments, and the keys\n" +
			"            that open them, for Wireshark; the capture is read twice. The packets hold what --redact hides:\n" +
			"            the two do not go together\n" +
			"  payloads  a folder with a file a message, or --per direction, and an index of them\n" +
			"  asyncapi  an AsyncAPI 3.0 document (JSON): channels, messages and schemas, as far as they were seen\n" +
			"  k6        a script for k6 that says again what clients said\n\n" +
			"A file is written beside OUT and renamed, a folder too: there is never half of one.",
		Example: "  wscope export --to har capture.pcap -o capture.har\n" +
			"  wscope export --to parquet capture.pcap -o tables\n" +
			"  wscope export --to csv capture.pcap -o tables\n" +
			"  wscope export --to zeek --json capture.pcap -o logs\n" +
			"  wscope export --to pcapng --flow 1 --keylog keys.txt capture.pcap -o flow.pcapng\n" +
			"  wscope export --to payloads --per direction capture.pcap -o payloads\n" +
			"  wscope export --to asyncapi capture.pcap -o asyncapi.json\n" +
			"  wscope export --to k6 capture.pcap -o script.js",
		RunE: func(cmd *cobra.Command, args []string) error { return e.run(cmd, args) },
	}
	e.in.flags(cmd)
	f := cmd.Flags()
	e.in.apps.flags(f, true)
	f.StringVar(&e.to, "to", "", strings.Join(exportFormats, ", "))
	f.StringVarP(&e.out.file, "output", "o", "", "write to the file or folder `OUT`; - is standard output for har, ecs, pcapng, asyncapi and k6")
	f.StringVar(&e.per, "per", "message", "payloads: a file a message, or a direction")
	f.BoolVar(&e.json, "json", false, "zeek: lines of JSON")
	cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions(exportFormats, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("per", cobra.FixedCompletions([]string{"message", "direction"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (e *exporting) run(cmd *cobra.Command, args []string) error {
	switch {
	case e.to == "":
		return fmt.Errorf("%s needs --to: one of %s", cmd.CommandPath(), strings.Join(exportFormats, ", "))
	case !slices.Contains(exportFormats, e.to):
		return fmt.Errorf("--to %q is none of %s", e.to, strings.Join(exportFormats, ", "))
	case e.per != "message" && e.per != "direction":
		return fmt.Errorf("--per %q is none of message, direction", e.per)
	case e.out.file == "":
		return fmt.Errorf("%s needs -o OUT", cmd.CommandPath())
	case e.out.file == "-" && slices.Contains(exportFolders, e.to):
		return fmt.Errorf("--to %s writes a folder, which standard output is not", e.to)
	}
	var err error
	switch {
	case slices.Contains(exportFolders, e.to):
		err = e.folder(cmd, args)
	case e.to == "pcapng":
		err = e.packets(cmd, args)
	case e.to == "asyncapi":
		err = e.out.write(func(w *bufio.Writer) error { return e.fill(cmd, args, behaviour.NewAsyncAPI(w)) })
	case e.to == "k6":
		err = e.out.write(func(w *bufio.Writer) error { return e.fill(cmd, args, export.NewK6(w)) })
	case e.to == "ecs":
		err = e.out.write(func(w *bufio.Writer) error { return e.fill(cmd, args, export.NewECS(w, version())) })
	default:
		err = e.out.write(func(w *bufio.Writer) error { return e.fill(cmd, args, export.NewHAR(w, "", version())) })
	}
	return export.Named(e.out.file, err)
}

// folder fills a folder. Trouble with an input makes a whole folder all the same.
func (e *exporting) folder(cmd *cobra.Command, args []string) error {
	place, err := export.NewFolder(e.out.file, e.to != "payloads")
	if err != nil {
		return err
	}
	var x export.Exporter
	switch e.to {
	case "parquet":
		x, err = export.NewParquet(place, version())
	case "csv":
		x, err = export.NewCSV(place)
	case "zeek":
		x, err = export.NewZeek(place, e.json)
	case "payloads":
		x, err = export.NewPayloads(place, e.per == "direction")
	}
	if err == nil {
		err = e.fill(cmd, args, x)
	}
	if err != nil && !errors.Is(err, errTrouble) {
		place.Discard()
		return err
	}
	if err2 := place.Commit(); err2 != nil {
		return err2
	}
	return err
}

// fill runs the analysis into an exporter.
func (e *exporting) fill(cmd *cobra.Command, args []string, x export.Exporter) error {
	opt, err := e.in.options()
	var sum *analyzer.Summary
	if err == nil {
		if !slices.Contains(exportApps, e.to) && e.in.filter == "" { // a filter may ask what they say
			opt.Apps = nil
		}
		opt.Want(x.Wants())
		if e.in.filter != "" && slices.Contains([]string{"parquet", "csv", "payloads"}, e.to) {
			var flows map[int64]bool
			flows, err = e.kept(cmd, args, opt)
			x = &onlyKept{x, flows}
		}
	}
	if err == nil {
		sum, err = e.in.run(cmd, args, opt, x)
	}
	if err != nil {
		x.Close(nil)
		return err
	}
	if err := x.Close(sum); err != nil {
		return err
	}
	e.in.hints(sum)
	return incompleteRun(sum)
}
