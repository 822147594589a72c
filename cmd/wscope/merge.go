package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"wscope/analyzer/merge"
	"wscope/analyzer/report/export"
)

func newMerge(env *environment) *cobra.Command {
	file := ""
	cmd := &cobra.Command{
		Use: "merge RECORDS… [-o OUT]", Short: "Bring the records of many runs together as one",
		Long: "merge reads the records of several runs of wscope, on one machine or many, as lines of JSON, and writes them as one: flows are\n" +
			"numbered anew by when they began, messages and findings go with them, each kind in the order of time. The same records\n" +
			"make the same bytes, in whatever order they are named.\n\n" +
			"RECORDS is a file of flows, messages or findings, which is a run of its own, or a folder with flows*.ndjson, messages*.ndjson and\n" +
			"findings*.ndjson of one run, as wscope-beam writes it. OUT is a folder with a file for each kind; without it the\n" +
			"records of a single kind go to standard output.",
		Example: "  wscope merge edge-1/flows.ndjson edge-2/flows.ndjson\n" +
			"  wscope merge edge-1 edge-2 -o all",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := merge.Open(args)
			if err != nil {
				return err
			}
			kinds := m.Has()
			if file == "" || file == "-" {
				if len(kinds) > 1 {
					return errors.New("these are " + strings.Join(kinds, " and ") + ": merge needs -o FOLDER")
				}
				w := bufio.NewWriterSize(env.stdout, 1<<16)
				for _, kind := range kinds {
					if err := m.Write(w, kind); err != nil {
						return err
					}
				}
				return w.Flush()
			}
			place, err := export.NewFolder(file, true)
			if err != nil {
				return err
			}
			for _, kind := range kinds {
				w, err := place.Create(kind + ".ndjson")
				if err == nil {
					err = m.Write(w, kind)
				}
				if err != nil {
					place.Discard()
					return fmt.Errorf("%s: %w", kind, err)
				}
			}
			return place.Commit()
		},
	}
	cmd.Flags().StringVarP(&file, "output", "o", "", "`FOLDER` for flows.ndjson, messages.ndjson and findings.ndjson")
	return cmd
}
