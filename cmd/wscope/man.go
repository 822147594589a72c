package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func newMan(*environment) *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write the manual pages to a folder",
		Example: "  wscope man man1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return err
			}
			return manTree(cmd.Root(), args[0])
		},
	}
}

// manTree writes the page of a command and of those below it, but for help, which is no page.
func manTree(cmd *cobra.Command, dir string) error {
	for _, c := range cmd.Commands() {
		if c.Hidden || c.Name() == "help" {
			continue
		}
		if err := manTree(c, dir); err != nil {
			return err
		}
	}
	return writeFile(filepath.Join(dir, manName(cmd)+".1"), func(w io.Writer) error {
		_, err := io.WriteString(w, manPage(cmd))
		return err
	})
}

func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manPage is a command's page in the man macros. Its date is that of the program's revision:
// the same program writes the same pages.
func manPage(cmd *cobra.Command) string {
	cmd.InitDefaultHelpFlag()
	var b strings.Builder
	name := manName(cmd)
	fmt.Fprintf(&b, ".TH %s 1 %s wscope wscope\n", strings.ToUpper(roff(name)), revisionTime().UTC().Format("2006-01-02"))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(name), roff(strings.ToLower(cmd.Short[:1])+cmd.Short[1:]))
	path, rest, _ := strings.Cut(cmd.UseLine(), cmd.Name())
	fmt.Fprintf(&b, ".SH SYNOPSIS\n\\fB%s\\fP%s\n", roff(path+cmd.Name()), roff(rest))
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	b.WriteString(".SH DESCRIPTION\n" + roffText(long))
	roffFlags(&b, "OPTIONS", cmd.NonInheritedFlags())
	roffFlags(&b, "OPTIONS OF EVERY COMMAND", cmd.InheritedFlags())
	if cmd.Example != "" {
		b.WriteString(".SH EXAMPLES\n.nf\n" + roffLines(cmd.Example) + ".fi\n")
	}
	b.WriteString(".SH EXIT STATUS\n" + roffText("0 done; 1 a negative verdict (check failed, diff differs); 2 trouble: bad usage, or an input that could not be read whole."))
	var also []string
	if cmd.HasParent() {
		also = append(also, roffName(cmd.Parent()))
	}
	for _, c := range cmd.Commands() {
		if !c.Hidden && c.Name() != "help" {
			also = append(also, roffName(c))
		}
	}
	if len(also) > 0 {
		b.WriteString(".SH SEE ALSO\n" + strings.Join(also, ",\n") + "\n")
	}
	return b.String()
}
