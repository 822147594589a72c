package main

import (
	"bufio"
	"strings"

	"github.com/spf13/cobra"

	"wscope/analyzer/report"
)

func newFields(env *environment) *cobra.Command {
	out := &output{env: env}
	cmd := &cobra.Command{
		Use: "fields [flow|message|frame|summary]…", Short: "List the names of the records, with type, unit and meaning",
		Long: "fields lists the names that records have and that --filter knows, with their type, unit and meaning. In\n" +
			"expressions an absent value is zero, and an absent object nil; the summary's names are in no expression.",
		Example: "  wscope fields flow\n" +
			"  wscope fields --format csv",
		ValidArgs: []string{"flow", "message", "frame", "summary"},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := out.check("ndjson"); err != nil {
				return err
			}
			if len(args) == 0 {
				args = []string{"flow", "message", "frame", "summary"}
			}
			var list []report.Field
			for _, kind := range args {
				fields, err := report.Fields(kind)
				if err != nil {
					return err
				}
				list = append(list, fields...)
			}
			return out.write(func(w *bufio.Writer) error {
				screen, err := out.screen()
				if err != nil {
					return err
				}
				return report.WriteFields(w, screen, list, out.format)
			})
		},
	}
	out.flags(cmd)
	cmd.Flags().Lookup("time").Hidden = true
	return cmd
}

func newSchema(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "schema [" + strings.Join(report.SchemaKinds, "|") + "]", Short: "Print the JSON Schema of a record",
		Example:   "  wscope schema flow",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: report.SchemaKinds,
		RunE: func(_ *cobra.Command, args []string) error {
			kind := "flow"
			if len(args) > 0 {
				kind = args[0]
			}
			b, err := report.Schema(kind)
			if err != nil {
				return err
			}
			_, err = env.stdout.Write(b)
			return err
		},
	}
}
