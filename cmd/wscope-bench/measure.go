package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// spent is what one run of a program took.
type spent struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

// once runs a program to its end; what it writes is read and thrown away.
func once(t tool) (spent, error) {
	if t.writes != "" {
		if err := os.RemoveAll(t.writes); err != nil {
			return spent{}, err
		}
	}
	cmd := exec.Command(t.args[0], t.args[1:]...)
	cmd.Stdin = t.input
	out, err := cmd.StdoutPipe()
	if err != nil {
		return spent{}, err
	}
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return spent{}, err
	}
	var told struct{ wall, cpu float64 }
	if t.tells {
		fmt.Fscan(out, &told.wall, &told.cpu)
	}
	io.Copy(io.Discard, out)
	err = cmd.Wait()
	wall := time.Since(start)
	if err != nil && !(t.fails && cmd.ProcessState.ExitCode() == 1) {
		return spent{}, fmt.Errorf("%s: %w: %s", t.name, err, trouble.String())
	}
	r := spent{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.peak = u.Maxrss * 1024 // kilobytes, on Linux
	}
	if t.tells {
		r.wall, r.cpu = time.Duration(told.wall*1e9), time.Duration(told.cpu*1e9)
	}
	return r, nil
}

// alternate runs the tools in turn, so many times and once before that to warm the file cache.
func alternate(tools []tool, times int) ([][]spent, error) {
	runs := make([][]spent, len(tools))
	for round := range times + 1 {
		for j, t := range tools {
			r, err := once(t)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				runs[j] = append(runs[j], r)
			}
		}
	}
	return runs, nil
}

// figures are a tool's medians.
type figures struct{ wall, cpu, peak float64 } // seconds, seconds, megabytes

func middle(runs []spent) figures {
	return figures{
		wall: median(runs, func(i int) float64 { return runs[i].wall.Seconds() }),
		cpu:  median(runs, func(i int) float64 { return runs[i].cpu.Seconds() }),
		peak: median(runs, func(i int) float64 { return float64(runs[i].peak) / 1e6 }),
	}
}

// measure runs the tools on a capture in turn and prints their table.
func (s *settings) measure(w io.Writer, i int, c capture, tools []tool, file string) error {
	st, err := os.Stat(file)
	if err != nil {
		return err
	}
	packets, messages, err := count(tools[0])
	if err != nil {
		return err
	}
	runs, err := alternate(tools, s.runs)
	if err != nil {
		return err
	}
	mb := float64(st.Size()) / 1e6
	fmt.Fprintf(w, "\n### %s: %.0f MB, %d packets, %d messages\n\n", c.name, mb, packets, messages)
	fmt.Fprintln(w, "| program | MB/s | wall s | CPU s | ns of CPU a packet | a message | peak MB | times the wall of | its CPU |")
	fmt.Fprintln(w, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	for j, t := range tools {
		m := middle(runs[j])
		base := max(slices.IndexFunc(tools, func(o tool) bool { return o.name == t.like }), 0)
		ratio := median(runs[j], func(i int) float64 { return runs[j][i].wall.Seconds() / runs[base][i].wall.Seconds() })
		cpu := median(runs[j], func(i int) float64 { return runs[j][i].cpu.Seconds() / runs[base][i].cpu.Seconds() })
		s.note(c.name, t.name, cpu)
		fmt.Fprintf(w, "| %s | %.1f | %.3f | %.3f | %.0f | %.0f | %.0f | %.2f of %s | %.2f |\n", t.name,
			mb/m.wall, m.wall, m.cpu, m.cpu*1e9/float64(packets), m.cpu*1e9/float64(max(messages, 1)), m.peak, ratio, strings.TrimPrefix(tools[base].name, "wscope "), cpu)
	}
	return nil
}

// median of a figure over the runs.
func median(runs []spent, figure func(i int) float64) float64 {
	list := make([]float64, len(runs))
	for i := range runs {
		list[i] = figure(i)
	}
	slices.Sort(list)
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}

// count asks wscope how many packets and messages a capture has.
func count(t tool) (packets, messages int64, err error) {
	out, err := exec.Command(t.args[0], t.args[1:]...).Output()
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", t.name, err)
	}
	type direction struct {
		Messages map[string]int64 `json:"messages"`
	}
	var doc struct {
		Summary struct {
			Packets int64     `json:"packets"`
			Client  direction `json:"client_to_server"`
			Server  direction `json:"server_to_client"`
		} `json:"summary"`
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		return 0, 0, err
	}
	for _, d := range []direction{doc.Summary.Client, doc.Summary.Server} {
		for _, n := range d.Messages {
			messages += n
		}
	}
	return doc.Summary.Packets, messages, nil
}

// machine says what it is measured on.
func machine() string {
	model := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d processors of %s, %s", time.Now().UTC().Format("2006-01-02"), runtime.NumCPU(), model, runtime.Version())
}
