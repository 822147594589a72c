package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// An attack is an input, a command that reads it, and what must hold.
type attack struct {
	name, what string
	files      func(d dir)                        // makes the input
	args       []string                           // of wscope, run in the folder with the input
	script     string                             // run by sh instead, where a command is not enough; $W is wscope
	live       string                             // a capture that is sent to wscope live; args are live's
	memory     int                                // limit of peak resident memory, MB; 0 is 128
	seconds    int                                // limit of time; 0 is 10
	status     []int                              // exit statuses that are right; nil is any of the contract
	check      func(stdout, stderr []byte) string // what is wrong with the output; "" for nothing
}

func (a *attack) memoryLimit() int { return orDefault(a.memory, 128) }
func (a *attack) timeLimit() int   { return orDefault(a.seconds, 10) }

func orDefault(v, d int) int {
	if v == 0 {
		return d
	}
	return v
}

// dir is the folder in which an attack's input is made.
type dir string

func (d dir) write(name string, b []byte) {
	path := filepath.Join(string(d), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		panic(err)
	}
	if err := os.WriteFile(path, b, 0o666); err != nil {
		panic(err)
	}
}

// result is how an attack went.
type result struct {
	memory  int // peak, MB
	seconds float64
	faults  []string
	skipped string
}

func (r *result) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// run makes an attack's input in a folder and runs it.
func (a *attack) run(program, folder string) (r result) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		r.fault("%v", err)
		return r
	}
	// In a process of its own: a child's peak begins at what its parent had resident.
	self, err := os.Executable()
	if err != nil {
		r.fault("%v", err)
		return r
	}
	if out, err := exec.Command(self, "-make", a.name, folder).CombinedOutput(); err != nil {
		r.fault("making the input: %v %s", err, out)
		return r
	}
	if a.live != "" {
		a.runLive(program, folder, &r)
		return r
	}
	if a.script != "" && runtime.GOOS == "windows" {
		r.skipped = "it needs a shell"
		return r
	}
	limit := time.Duration(a.timeLimit()) * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), 2*limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, a.args...)
	if a.script != "" {
		cmd = exec.CommandContext(ctx, "sh", "-c", a.script)
	}
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "W="+program)
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	err = cmd.Run()
	r.seconds = time.Since(began).Seconds()
	if cmd.ProcessState != nil {
		r.memory = peak(cmd.ProcessState)
	}
	a.judge(&r, err, stdout.Bytes(), stderr.Bytes())
	return r
}

// judge says what is wrong with how a run ended.
func (a *attack) judge(r *result, err error, stdout, stderr []byte) {
	status := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		status = exit.ExitCode()
	case err != nil:
		r.fault("%v", err)
	}
	right := a.status
	if right == nil {
		right = []int{0, 1, 2}
	}
	if !slices.Contains(right, status) {
		r.fault("exit status %d (%s)", status, firstLine(stderr))
	}
	if i := bytes.Index(stderr, []byte("panic:")); i >= 0 || bytes.Contains(stderr, []byte("fatal error:")) {
		r.fault("panic: %s", firstLine(stderr[max(i, 0):]))
	}
	if r.memory > a.memoryLimit() {
		r.fault("%d MB", r.memory)
	}
	if r.seconds > float64(a.timeLimit()) {
		r.fault("%.1f s", r.seconds)
	}
	if a.check != nil {
		if fault := a.check(stdout, stderr); fault != "" {
			r.fault("%s", fault)
		}
	}
}

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}
