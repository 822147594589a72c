package live

import (
	"io"

	tea "charm.land/bubbletea/v2"

	"wscope/analyzer/record"
	"wscope/cmd/wscope/recent"
	"wscope/cmd/wscope/screen"
)

// ScreenOptions say where the screen is.
type ScreenOptions struct {
	SummaryOptions
	In      io.Reader
	Notices *Notices                      // held while the screen has the terminal
	Notice  func(format string, a ...any) // of an error
}

// ScreenOutput shows the live screen, and the summary after it.
type ScreenOutput struct {
	*recent.Traffic
	ScreenOptions
	summary *SummaryOutput
	program *tea.Program
	ended   chan error
}

// NewScreenOutput makes the screen; Show begins it.
func NewScreenOutput(o ScreenOptions) *ScreenOutput {
	return &ScreenOutput{Traffic: recent.New(recent.ForScreen), ScreenOptions: o, summary: NewSummaryOutput(o.SummaryOptions), ended: make(chan error, 1)}
}

// FlowEnded keeps the flow for the summary's table too.
func (o *ScreenOutput) FlowEnded(f *record.Flow) error {
	o.summary.FlowEnded(f)
	return o.Traffic.FlowEnded(f)
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
	o.program = tea.NewProgram(screen.New(o.Traffic, status),
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
	return o.summary.Finish(sum, t)
}
