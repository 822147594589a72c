package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// ratio is how many times the processor time of summary a program took on a capture.
type ratio struct {
	capture, program string
	times            float64
}

func (s *settings) note(capture, program string, times float64) {
	s.ratios = append(s.ratios, ratio{capture, program, times})
}

// overview prints wscope's commands side by side: a capture a row, in times the processor time of summary.
func (s *settings) overview(w io.Writer) {
	var captures, programs []string
	for _, r := range s.ratios {
		if !slices.Contains(captures, r.capture) {
			captures = append(captures, r.capture)
		}
		if strings.HasPrefix(r.program, "wscope ") && !slices.Contains(programs, r.program) {
			programs = append(programs, r.program)
		}
	}
	if len(captures) == 0 {
		return
	}
	fmt.Fprint(w, "\n### processor time, times that of summary\n\n| capture |")
	for _, p := range programs {
		p = strings.TrimPrefix(strings.TrimPrefix(p, "wscope "), "export ")
		fmt.Fprintf(w, " %s |", p)
	}
	fmt.Fprintf(w, "\n| --- |%s\n", strings.Repeat(" ---: |", len(programs)))
	for _, c := range captures {
		fmt.Fprintf(w, "| %s |", c)
		for _, p := range programs {
			cell := ""
			for _, r := range s.ratios {
				if r.capture == c && r.program == p {
					cell = fmt.Sprintf("%.2f", r.times)
				}
			}
			fmt.Fprintf(w, " %s |", cell)
		}
		fmt.Fprintln(w)
	}
}
