package main

import (
	"os"
	"os/exec"
	"strings"
)

// A reaper removes files once this process is gone, however it went: of SIGKILL a process is not told.
// It is a shell in a session of its own that waits for the end of a pipe, which closes with this process.
type reaper struct {
	pipe  *os.File
	shell *exec.Cmd
}

// reap waits for the pipe's end on its standard input; each line before it is the name of what to remove.
const reap = `trap '' HUP INT TERM QUIT; set --; while IFS= read -r name; do set -- "$@" "$name"; done; rm -rf -- "$@"`

// newReaper starts a reaper. Where there is no shell there is none, and a nil reaper removes nothing.
func newReaper() *reaper {
	read, write, err := os.Pipe()
	if err != nil {
		return nil
	}
	defer read.Close()
	shell := exec.Command("/bin/sh", "-c", reap)
	shell.Stdin, shell.Env, shell.Dir = read, []string{}, "/"
	shell.SysProcAttr = ownSession()
	if shell.Start() != nil {
		write.Close()
		return nil
	}
	return &reaper{write, shell}
}

// add names an absolute path that shall not outlive this process.
func (r *reaper) add(path string) {
	if r != nil && !strings.Contains(path, "\n") { // which would be two names
		r.pipe.WriteString(path + "\n") // a shell that is gone already removes nothing: there is nobody to tell
	}
}

// close removes what was added, and ends the reaper.
func (r *reaper) close() {
	if r != nil {
		r.pipe.Close()
		r.shell.Wait()
	}
}
