package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wscope/analyzer/clean"
	"wscope/analyzer/report"
)

type flagSet = *pflag.FlagSet

// output is the flags that say how and where records are written.
type output struct {
	env     *environment
	formats []string // those that the command knows; the first is the default on a terminal
	format  string
	file    string
	time    string
}

// recordFormats are the formats of commands that give records.
var recordFormats = []string{"table", "json", "ndjson", "csv"}

// flags adds the flags of a command whose output has these formats.
func (o *output) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	if o.formats == nil {
		o.formats = recordFormats
	}
	f.StringVar(&o.format, "format", "", strings.Join(o.formats, ", ")+" (default: table on a terminal, else ndjson)")
	f.StringVarP(&o.file, "output", "o", "", "write to `FILE`, beside and renamed: never half a file")
	f.StringVar(&o.time, "time", "absolute", "times in tables: absolute (UTC), relative (to the start), delta (to the one before)")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(o.formats, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("time", cobra.FixedCompletions([]string{"absolute", "relative", "delta"}, cobra.ShellCompDirectiveNoFileComp))
}

// check resolves the flags. piped is the format for what is no terminal.
func (o *output) check(piped string) error {
	if o.format == "" {
		o.format = piped
		if o.file == "" && isTerminal(o.env.stdout) {
			o.format = o.formats[0]
		}
	}
	if !slices.Contains(o.formats, o.format) {
		return fmt.Errorf("--format %q is none of %s", o.format, strings.Join(o.formats, ", "))
	}
	if o.time != "absolute" && o.time != "relative" && o.time != "delta" {
		return fmt.Errorf("--time %q is none of absolute, relative, delta", o.time)
	}
	return nil
}

// screen is what tables are made for.
func (o *output) screen() (*report.Screen, error) {
	var stream any = o.env.stdout
	if o.file != "" {
		stream = nil
	}
	color, err := o.env.colors(stream)
	return &report.Screen{Width: columns(stream), Color: color, Time: report.TimeStyle(o.time)}, err
}

// write makes what the command writes. Into a file it goes under another name, which
// becomes the file's when all went well; trouble with an input still makes a whole file.
func (o *output) write(do func(w *bufio.Writer) error) error {
	if o.file == "" || o.file == "-" {
		stdout := o.env.stdout
		if o.format == "csv" && isTerminal(stdout) {
			stdout = clean.Terminal(stdout) // the other formats are made for it
		}
		return flushed(stdout, do)
	}
	return writeFile(o.file, func(f io.Writer) error { return flushed(f, do) })
}

func flushed(w io.Writer, do func(w *bufio.Writer) error) error {
	b := bufio.NewWriterSize(w, 1<<16)
	err := do(b)
	if err2 := b.Flush(); err == nil || errors.Is(err, errTrouble) && err2 != nil {
		if err2 != nil {
			err = err2
		}
	}
	return err
}

// writeFile makes a file beside its place and renames it, so that there is never half of
// it. What is no regular file (a device, a pipe) is written as it is.
func writeFile(name string, do func(w io.Writer) error) error { return writeFileMode(name, 0o666, do) }

// writeFileMode is writeFile for a file that gets this mode, less the user's mask, where it is new.
func writeFileMode(name string, mode fs.FileMode, do func(w io.Writer) error) error {
	if st, err := os.Stat(name); err == nil {
		if st.IsDir() {
			return fmt.Errorf("%s: is a folder", name)
		}
		if !st.Mode().IsRegular() {
			f, err := os.OpenFile(name, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			err = do(f)
			if err2 := f.Close(); err == nil {
				err = err2
			}
			return err
		}
		mode = st.Mode().Perm()
		if target, err := filepath.EvalSymlinks(name); err == nil {
			name = target
		}
	}
	f, err := createBeside(name, mode)
	if err != nil {
		return err
	}
	err = do(f)
	whole := err == nil || errors.Is(err, errTrouble) || errors.Is(err, errNegative)
	if err2 := f.Close(); whole && err2 != nil {
		err, whole = err2, false
	}
	if whole {
		if err2 := os.Rename(f.Name(), name); err2 != nil {
			err, whole = err2, false
		}
	}
	if !whole {
		os.Remove(f.Name())
	}
	return err
}

// unfinished ends the name of a file that is being written.
const unfinished = ".tmp"

// createBeside creates a new file in the folder of name, with the permissions that the
// user's mask leaves.
func createBeside(name string, mode fs.FileMode) (*os.File, error) {
	for i := range 1000 {
		beside := filepath.Join(filepath.Dir(name), fmt.Sprintf(".%s.%d-%d"+unfinished, filepath.Base(name), os.Getpid(), i))
		f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, fmt.Errorf("%s: no free name beside it", name)
}

// notOnItself refuses to write onto a capture that is read: renaming would replace it.
func notOnItself(cmd *cobra.Command, args []string) error {
	flag := cmd.Flags().Lookup("output")
	if flag == nil || flag.Value.String() == "" {
		return nil
	}
	out, err := os.Stat(flag.Value.String())
	if err != nil || !out.Mode().IsRegular() {
		return nil
	}
	for _, arg := range args {
		if in, err := os.Stat(arg); err == nil && os.SameFile(in, out) {
			return fmt.Errorf("-o %s: is the capture itself", flag.Value.String())
		}
	}
	return nil
}
