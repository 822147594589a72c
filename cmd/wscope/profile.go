package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"

	"github.com/spf13/cobra"
)

// profile is the hidden flags for those who make wscope faster.
type profile struct{ cpu, mem, trace string }

func (p *profile) flags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&p.cpu, "cpuprofile", "", "write a CPU profile to `FILE`")
	f.StringVar(&p.mem, "memprofile", "", "write a memory profile to `FILE`")
	f.StringVar(&p.trace, "trace", "", "write an execution trace to `FILE`")
	for _, name := range []string{"cpuprofile", "memprofile", "trace"} {
		f.Lookup(name).Hidden = true
	}
}

// start begins what the flags ask for; the function that it returns ends it.
func (p *profile) start() (stop func() error, err error) {
	var stops []func() error
	stop = func() error {
		for _, s := range stops {
			if err := s(); err != nil {
				return err
			}
		}
		return nil
	}
	open := func(name string, begin func(*os.File) error, end func(*os.File) error) error {
		if name == "" {
			return nil
		}
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		if err := begin(f); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		stops = append(stops, func() error {
			if err := end(f); err != nil {
				return err
			}
			return f.Close()
		})
		return nil
	}
	nothing := func(*os.File) error { return nil }
	if err = open(p.cpu, func(f *os.File) error { return pprof.StartCPUProfile(f) }, func(*os.File) error { pprof.StopCPUProfile(); return nil }); err != nil {
		return stop, err
	}
	if err = open(p.trace, func(f *os.File) error { return trace.Start(f) }, func(*os.File) error { trace.Stop(); return nil }); err != nil {
		return stop, err
	}
	err = open(p.mem, nothing, func(f *os.File) error { runtime.GC(); return pprof.Lookup("allocs").WriteTo(f, 0) })
	return stop, err
}
