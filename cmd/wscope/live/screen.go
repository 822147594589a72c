package live

import (
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
	"wscope/cmd/wscope/screen"
)

// ScreenOptions say where the screen is.
type ScreenOptions struct {
	In      io.Reader
	Out     io.Writer
	Color   func() (bool, error)          // whether the summary is in colour
	Width   func() int                    // of the summary, in columns
	Notices *Notices                      // held while the screen has the terminal
	Notice  func(format string, a ...any) // of an error
}

// ScreenOutput shows the live screen, and the summary after it.
type ScreenOutput struct {
	*screen.Board
	ScreenOptions
	overview report.Overview
	program  *tea.Program
	ended    chan error
}

// NewScreenOutput makes the screen; Show begins it.
func NewScreenOutput(o ScreenOptions) *ScreenOutput {
	return &ScreenOutput{Board: screen.NewBoard(), ScreenOptions: o, overview: report.Overview{Top: 50}, ended: make(chan error, 1)}
}

// FlowEnded keeps the flow for the summary's table too.
func (o *ScreenOutput) FlowEnded(f *record.Flow) error {
	o.overview.Add(f)
	return o.Board.FlowEnded(f)
}

// Show begins the screen; stop is called when the user leaves it.
func (o *ScreenOutput) Show(t *Stats, stop func()) {
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
	o.Notices.Hold()
	o.program = tea.NewProgram(screen.New(o.Board, status),
		tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithoutSignalHandler())
	go func() {
		_, err := o.program.Run()
		stop()
		o.ended <- err
	}()
}

// Reopen implements Output: there are no files.
func (o *ScreenOutput) Reopen() {}

// Finish leaves the screen and writes the summary.
func (o *ScreenOutput) Finish(sum *record.Summary, t *Stats) error {
	if o.program != nil {
		o.program.Quit()
		if err := <-o.ended; err != nil {
			o.Notice("screen: %v", err)
		}
		o.Notices.Release()
	}
	if sum == nil {
		return nil
	}
	color, err := o.Color()
	if err != nil {
		return err
	}
	s := &report.Screen{Width: o.Width(), Color: color, Time: report.Absolute}
	if err := report.WriteSummary(o.Out, s, sum, &o.overview); err != nil {
		return err
	}
	_, err = fmt.Fprintln(o.Out, "\n"+t.Text())
	return err
}
