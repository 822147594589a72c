// Command wscope-bench measures wscope beside other programs on captures that it makes.
//
// It makes each capture with wscope-gen from a fixed seed, then runs wscope's commands and
// what else is installed (tshark, tcpflow, and a straightforward Go program of its own) on
// it (among them dd, which only reads) as whole processes, in alternation, and prints medians as a table: megabytes of capture
// a second, processor time a packet and a message, peak memory, and how many times as long
// as wscope's summary (or what of wscope does the same) each took. Beside deflate stands what inflating the same payloads takes
// and nothing else; two more tables tell of the start and of ever longer captures. From the root of the repository:
//
//	make bench
//	make bench BENCH='-size 1G -runs 5'
//	make bench BENCH='-quick -only chat'
//
// Start reading at cases.go, which says what is measured. It is a module of its own, so
// that what it compares with is no dependency of wscope. Wall times depend on what else the
// machine does; ratios in alternation much less.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

func main() {
	if err := begin(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "wscope-bench:", err)
		os.Exit(2)
	}
}

// begin does what the first argument says: measure, or be one of the programs that are measured.
func begin(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "plain":
		return plain(args[1])
	case len(args) == 3 && args[0] == "inflate":
		return inflated(args[1], args[2])
	}
	return run()
}

// settings are what the flags say.
type settings struct {
	wscope, gen string
	dir         string
	size        string
	runs        int
	only        *regexp.Regexp
	slow        bool
	many        int
	longest     int64
	ratios      []ratio // of processor time to that of summary
}

func run() error {
	var s settings
	only := ""
	flag.StringVar(&s.wscope, "wscope", "bin/wscope", "wscope's `program`")
	flag.StringVar(&s.gen, "gen", "bin/wscope-gen", "wscope-gen's `program`")
	flag.StringVar(&s.dir, "dir", "", "`folder` for the captures (default: a temporary one, removed at the end)")
	flag.StringVar(&s.size, "size", "50M", "`size` of each capture, such as 1G")
	flag.IntVar(&s.runs, "runs", 5, "`number` of counted runs of each command, after one that is not")
	flag.StringVar(&only, "only", "", "measure only captures whose name matches this `pattern`")
	flag.BoolVar(&s.slow, "slow", false, "run tshark and tcpflow on every capture, not only on the first two")
	flag.IntVar(&s.many, "connections", 100000, "`number` of connections of the capture with many of them")
	flag.Int64Var(&s.longest, "longest", 1000, "`megabytes` of the longest capture made into a pipe, to see whether time grows with it")
	quick := flag.Bool("quick", false, "a quick look: 5 MB, two runs, no long captures")
	flag.Parse()
	if *quick {
		s.size, s.runs, s.many, s.longest = "5M", 2, 5000, 10
	}
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	var err error
	if s.only, err = regexp.Compile(only); err != nil {
		return err
	}
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "wscope-bench"); err != nil {
			return err
		}
		defer os.RemoveAll(s.dir)
	}
	s.wscope, _ = filepath.Abs(s.wscope)
	s.gen, _ = filepath.Abs(s.gen)
	return s.all(os.Stdout)
}
