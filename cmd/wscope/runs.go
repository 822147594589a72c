package main

import (
	"slices"

	"github.com/spf13/cobra"

	"wscope/analyzer/behaviour"
	"wscope/analyzer/rules"
	"wscope/assembly/capture"
)

// sampling says how captures become a sample of a program's runs.
type sampling struct {
	oneRun bool                 // the captures are one run in pieces
	set    *rules.Set           // names what identifiers and kinds are; may be nil
	like   *behaviour.Behaviour // what it will be compared with; nil where there is nothing
}

// watcher is one for a run.
func (s *sampling) watcher() *behaviour.Watcher {
	w := behaviour.NewWatcher()
	w.Like(s.like)
	if s.set != nil {
		w.Named(s.set.Names)
		w.KindBy(s.set.KindOf())
	}
	return w
}

// captureFiles are the files that paths name, folders opened; paths themselves where they cannot be listed.
func captureFiles(paths []string) []string {
	if slices.Contains(paths, "-") {
		return paths
	}
	src, err := capture.Open(paths, capture.Options{NoLookahead: true})
	if err != nil {
		return paths // who reads them says what is wrong
	}
	defer src.Close()
	return slices.Clone(src.Files())
}

// behaviour is that of a baseline, or of the peers in captures: each file is a run of the program, unless connections go on from one to
// the next, or oneRun says otherwise. It is there beside errTrouble where a capture could not be read whole.
func (in *input) behaviour(cmd *cobra.Command, paths []string, s sampling) (*behaviour.Behaviour, error) {
	if len(paths) == 1 {
		b, err := readBaseline(paths[0])
		if b != nil || err != nil {
			return b, err
		}
	}
	files := captureFiles(paths)
	if len(files) < 2 || s.oneRun {
		w, err := in.watch(cmd, paths, s)
		if w == nil {
			return nil, err
		}
		return w.Behaviour(), err
	}
	var runs []*behaviour.Behaviour
	var bad error
	for _, file := range files {
		w, err := in.watch(cmd, []string{file}, s)
		if w == nil {
			return nil, err
		}
		if err != nil {
			bad = err
		}
		if w.Midway() && len(runs) > 0 { // it goes on where another ended
			s.oneRun = true
			return in.behaviour(cmd, paths, s)
		}
		runs = append(runs, w.Behaviour())
		if s.like == nil {
			s.like = runs[0]
		}
	}
	return behaviour.Join(runs...), bad
}

// watch reads one run.
func (in *input) watch(cmd *cobra.Command, paths []string, s sampling) (*behaviour.Watcher, error) {
	opt, err := in.options()
	if err != nil {
		return nil, err
	}
	opt.Messages, opt.Payload = true, true
	w := s.watcher()
	sum, err := in.run(cmd, paths, opt, w)
	if err != nil {
		return nil, err
	}
	in.hints(sum)
	return w, incompleteRun(sum)
}
