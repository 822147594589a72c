package main

import (
	"fmt"
	"sync"

	tea "charm.land/bubbletea/v2"

	"wscope/analyzer"
	"wscope/analyzer/report"
	"wscope/cmd/wscope/screen"
)

// wantsScreen says whether the records go to the live screen: standard input and output
// are a terminal, and nothing says otherwise.
func (l *live) wantsScreen() bool {
	return !l.noScreen && l.output == "" && !l.messages && isTerminal(l.env.stdout) && isTerminal(l.env.stdin)
}

// screenOutput shows the live screen, and the summary after it.
type screenOutput struct {
	*screen.Board
	live     *live
	overview report.Overview
	program  *tea.Program
	ended    chan error
}

// newScreenOutput makes the screen; show begins it.
func newScreenOutput(l *live) *screenOutput {
	return &screenOutput{Board: screen.NewBoard(), live: l, overview: report.Overview{Top: 50}, ended: make(chan error, 1)}
}

// FlowEnded keeps the flow for the summary's table too.
func (o *screenOutput) FlowEnded(f *analyzer.Flow) error {
	o.overview.Add(f)
	return o.Board.FlowEnded(f)
}

// show begins the screen; stop is called when the user leaves it.
func (o *screenOutput) show(t *tally, stop func()) {
	status := func() screen.Status {
		c := t.capture()
		s := screen.Status{Packets: c.Analysed, Shed: c.Shed, LetGo: t.letGo.Load()}
		for i, n := range c.Interfaces {
			if i > 0 {
				s.Interfaces += ","
			}
			s.Interfaces += n.Name
			s.Dropped += n.Dropped + n.IfDropped
		}
		return s
	}
	o.live.aside.hold()
	o.program = tea.NewProgram(screen.New(o.Board, status),
		tea.WithInput(o.live.env.stdin), tea.WithOutput(o.live.env.stdout), tea.WithoutSignalHandler())
	go func() {
		_, err := o.program.Run()
		stop()
		o.ended <- err
	}()
}

func (o *screenOutput) reopen() {}

// finish leaves the screen and writes the summary.
func (o *screenOutput) finish(sum *analyzer.Summary, t *tally) error {
	if o.program != nil {
		o.program.Quit()
		if err := <-o.ended; err != nil {
			o.live.tell("screen: %v", err)
		}
		o.live.aside.release(o.live)
	}
	if sum == nil {
		return nil
	}
	color, err := o.live.env.colors(o.live.env.stdout)
	if err != nil {
		return err
	}
	s := &report.Screen{Width: columns(o.live.env.stdout), Color: color, Time: report.Absolute}
	if err := report.WriteSummary(o.live.env.stdout, s, sum, &o.overview); err != nil {
		return err
	}
	_, err = fmt.Fprintln(o.live.env.stdout, "\n"+t.text())
	return err
}

// aside keeps what is to be told on standard error while the screen has the terminal.
type aside struct {
	mu    sync.Mutex
	held  bool
	lines []string
}

const maxAside = 50 // lines kept, the latest

func (a *aside) hold() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.held = true
}

// keeps takes a line if the screen has the terminal.
func (a *aside) keeps(line string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.held {
		return false
	}
	if a.lines = append(a.lines, line); len(a.lines) > maxAside {
		a.lines = a.lines[1:]
	}
	return true
}

func (a *aside) release(l *live) {
	a.mu.Lock()
	lines := a.lines
	a.held, a.lines = false, nil
	a.mu.Unlock()
	for _, line := range lines {
		l.tell("%s", line)
	}
}
