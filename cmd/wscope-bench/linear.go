package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// linearSizes are the captures whose time is compared, in megabytes; -longest bounds them.
var linearSizes = []int64{10, 100, 1000, 10000}

// linear measures whether time grows with the capture: captures of growing size, on the same
// connections, made into a pipe. The maker takes its part of the machine, so that wscope's
// processor time is what counts; that of the smallest is taken off the others.
func (s *settings) linear(w io.Writer) error {
	fmt.Fprint(w, "\n### the same through a pipe, ever longer\n\n| MB | wall s | CPU s | CPU s a GB beyond the first | peak MB |\n| ---: | ---: | ---: | ---: | ---: |\n")
	first := 0.0
	for i, size := range linearSizes {
		if size > s.longest {
			break
		}
		var runs []spent
		for range s.runs {
			r, err := s.piped(size)
			if err != nil {
				return err
			}
			runs = append(runs, r)
		}
		m, each := middle(runs), ""
		if i == 0 {
			first = m.cpu
		} else {
			each = fmt.Sprintf("%.2f", (m.cpu-first)*1e3/float64(size-linearSizes[0]))
		}
		fmt.Fprintf(w, "| %d | %.2f | %.2f | %s | %.0f |\n", size, m.wall, m.cpu, each, m.peak)
	}
	return nil
}

// piped runs wscope on a capture of so many megabytes that is made into its input.
func (s *settings) piped(size int64) (spent, error) {
	gen := exec.Command(s.gen, append(strings.Fields("-kind text -size 200 -conns 200 -seed 1 -total"), fmt.Sprintf("%dM", size))...)
	gen.Stderr = os.Stderr
	pipe, err := gen.StdoutPipe()
	if err != nil {
		return spent{}, err
	}
	if err := gen.Start(); err != nil {
		return spent{}, err
	}
	r, err := once(tool{name: "wscope summary -", args: []string{s.wscope, "summary", "--format", "json", "--no-progress", "-"}, input: pipe})
	if wait := gen.Wait(); err == nil {
		err = wait
	}
	return r, err
}
