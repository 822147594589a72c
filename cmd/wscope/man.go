package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan(*environment) *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write the manual pages of all commands into a folder",
		Example: "  wscope man man1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return err
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true // no date: the same program writes the same pages
			date := revisionTime()
			head := &doc.GenManHeader{Date: &date, Title: "WSCOPE", Section: "1", Source: "wscope", Manual: "wscope"}
			return doc.GenManTree(root, head, args[0])
		},
	}
}
