package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"wscope/assembly/capture"
)

func newInterfaces(env *environment) *cobra.Command {
	format := "table"
	cmd := &cobra.Command{
		Use: "interfaces", Short: "List the interfaces that live can capture on",
		Example: "  wscope interfaces\n" +
			"  wscope interfaces --format json",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			list, err := capture.Interfaces()
			if err != nil {
				return err
			}
			switch format {
			case "table":
				return interfaceTable(env, list)
			case "json":
				return json.NewEncoder(env.stdout).Encode(list)
			case "ndjson":
				e := json.NewEncoder(env.stdout)
				for i := range list {
					if err := e.Encode(&list[i]); err != nil {
						return err
					}
				}
				return nil
			}
			return fmt.Errorf("--format %q is not one of table, json, ndjson", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "table, json or ndjson")
	return cmd
}

func interfaceTable(env *environment, list []capture.InterfaceInfo) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "INTERFACE\tSTATE\tADDRESSES\tDESCRIPTION")
	for _, i := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", i.Name, interfaceState(i), strings.Join(i.Addresses, " "), i.Description)
	}
	return w.Flush()
}

// interfaceState is one word for what the system says of an interface.
func interfaceState(i capture.InterfaceInfo) string {
	switch {
	case !i.Up:
		return "down"
	case !i.Running:
		return "no carrier"
	case i.Loopback:
		return "up, loopback"
	}
	return "up"
}
