package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"wscope/analyzer/report/export/pcapng"
	"wscope/assembly/capture"
	"wscope/assembly/link"
)

// packets exports packets: the capture is read once for what to say, and again to copy.
func (e *exporting) packets(cmd *cobra.Command, args []string) error {
	if e.in.tail {
		return fmt.Errorf("--to pcapng reads its inputs twice: not with --tail")
	}
	if e.in.redact {
		return fmt.Errorf("--to pcapng copies packets as they are: not with --redact")
	}
	if err := readTwice("--to pcapng", args); err != nil {
		return err
	}
	opt, err := e.in.options()
	if err != nil {
		return err
	}
	var keys []byte
	for _, name := range e.in.keyFiles() {
		text, err := readPlain(name, 256<<20)
		if err != nil {
			return fmt.Errorf("--keylog: %w", err)
		}
		keys = append(append(keys, text...), '\n')
	}
	return e.out.write(func(w *bufio.Writer) error {
		notes := pcapng.New("")
		defer notes.Close()
		opt.Want(notes.Wants())
		sum, err := e.in.run(cmd, args, opt, notes)
		if err != nil {
			return err
		}
		e.in.hints(sum)
		src, err := capture.Open(args, capture.Options{Context: cmd.Context()})
		if err != nil {
			return err
		}
		defer src.Close()
		err = notes.Copy(cmd.Context(), w, pcapng.Second{
			Source: src, Link: &link.Decoder{Checksum: opt.Checksum, VLANAware: opt.VLANAware}, KeyLog: keys,
			Application: "wscope " + version(),
		})
		switch {
		case cmd.Context().Err() != nil:
			return errInterrupted
		case err != nil:
			return err
		}
		return incompleteRun(sum)
	})
}

// readTwice says that an input cannot be read a second time.
func readTwice(what string, paths []string) error {
	for _, path := range paths {
		once := path == "-" || strings.HasPrefix(path, "tcp://")
		if st, err := os.Stat(path); err == nil && !st.IsDir() && !st.Mode().IsRegular() {
			once = true
		}
		if once {
			return fmt.Errorf("%s reads its inputs twice, and %s can be read only once: write it to a file first", what, path)
		}
	}
	return nil
}
