package main

import (
	"fmt"
	"io"
	"os/exec"
)

// start measures what wscope takes beyond a program that does nothing, on a capture of 1 MB.
func (s *settings) start(w io.Writer) error {
	file, _, err := s.make(capture{flags: "-kind text -size 200 -conns 20 -total 1M", whole: true}, "start", 1)
	if err != nil {
		return err
	}
	nothing, err := exec.LookPath("true")
	if err != nil {
		return err
	}
	tools := []tool{
		{name: "true", args: []string{nothing}},
		{name: "wscope version", args: []string{s.wscope, "version"}},
		{name: "wscope summary, 1 MB", args: []string{s.wscope, "summary", "--format", "json", "--no-progress", file}},
	}
	runs, err := alternate(tools, 5*s.runs)
	if err != nil {
		return err
	}
	fmt.Fprint(w, "\n### start\n\n| program | wall ms | CPU ms | peak MB |\n| --- | ---: | ---: | ---: |\n")
	for j, t := range tools {
		m := middle(runs[j])
		fmt.Fprintf(w, "| %s | %.1f | %.1f | %.0f |\n", t.name, 1e3*m.wall, 1e3*m.cpu, m.peak)
	}
	return nil
}
