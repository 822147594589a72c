package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"wscope/cmd/wscope/goprobe"
	"wscope/cmd/wscope/keys"
	"wscope/cmd/wscope/privilege"
)

// gathered is how the keys of a command's programs come together.
type gathered struct {
	files   []string // key logs: ours first, then those that programs were told to write already
	env     []string // the command's environment
	preload string   // the preload library in it, or ""
	probe   *goprobe.Probe
	owners  *keys.Owners
	done    func() // takes away what record made
	notice  func(format string, a ...any)
}

// lookEvery is how often record looks which process has which connection.
const lookEvery = 100 * time.Millisecond

// gather prepares the gathering of keys, and then gives up what is not needed any more: the order
// matters, since the probe needs privileges to begin with, and the key log must be the user's.
func (r *recording) gather(command []string) (*gathered, error) {
	g := &gathered{env: os.Environ(), done: func() {}, notice: r.env.notice}
	if r.noKeys {
		return g, privilege.Become("", 0)
	}
	var kept privilege.Kept
	if privilege.StaysRoot() { // and the command has root's capabilities, which hide it from who has fewer
		kept = privilege.SeeRoot
	}
	// Without the privilege there is no probe. say tells so where a Go program's connection stayed closed.
	if p, err := goprobe.Open(true); err == nil {
		g.probe = p
		kept |= privilege.ProbePrograms
		g.done = func() { p.Close() }
	} else {
		r.env.detail("%v", err)
	}
	if err := privilege.Become("", kept); err != nil {
		g.done()
		return nil, err
	}
	r.reaper = newReaper() // as the user that this process is now
	name, remove, err := r.keyLog()
	if err != nil {
		g.done()
		return nil, err
	}
	closeProbe := g.done
	g.done = func() { closeProbe(); remove() }
	var elsewhere []string
	g.preload = keys.Preload()
	g.env, elsewhere = keys.Environment(g.env, name, g.preload)
	g.files = append([]string{name}, elsewhere...)
	if g.probe != nil {
		if path, err := exec.LookPath(command[0]); err == nil {
			g.attach(path)
		}
	}
	return g, nil
}

// keyLog is where the command writes its TLS keys, readable by its user alone; done takes away what record made.
func (r *recording) keyLog() (name string, done func(), err error) {
	done = func() {}
	for _, given := range []string{r.keylog, os.Getenv("SSLKEYLOGFILE")} {
		if given == "" {
			continue
		}
		if name, err = filepath.Abs(given); err == nil { // the command may go to another folder
			err = ensure(name)
		}
		return name, done, err
	}
	dir, err := os.MkdirTemp("", "wscope-keys")
	if err != nil {
		return "", done, err
	}
	r.reaper.add(dir)
	name = filepath.Join(dir, "keys.log")
	return name, func() { os.RemoveAll(dir) }, ensure(name)
}

// ensure makes a key log that is not there, for its owner alone.
func ensure(name string) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("key log: %w", err)
	}
	return f.Close()
}

// watch follows the command's processes until stop is called: which of them run Go programs, whose
// secrets it writes to the key log, and which have which ports.
func (g *gathered) watch(pid int) (stop func()) {
	if len(g.files) == 0 {
		return func() {}
	}
	g.owners = keys.NewOwners(pid)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		looked := time.Time{}
		for running := true; running; {
			select {
			case <-end:
				running = false // once more, for what came last
			default:
			}
			if now := time.Now(); now.Sub(looked) >= lookEvery {
				looked = now
				g.owners.Look()
			}
			g.follow(pid)
		}
	}()
	return func() { close(end); <-ended }
}

// follow waits a little for processes that begin, and keeps the secrets of those that spoke.
func (g *gathered) follow(pid int) {
	if g.probe == nil {
		time.Sleep(lookEvery / 4)
		return
	}
	for _, started := range g.probe.Execs(time.Now().Add(lookEvery / 4)) {
		if keys.DescendsFrom(started, pid) {
			g.attach(fmt.Sprintf("/proc/%d/exe", started))
		}
	}
	lines := g.probe.Lines()
	if len(lines) == 0 {
		return
	}
	f, err := os.OpenFile(g.files[0], os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.Write(lines)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		g.notice("key log: %v", err)
	}
}

// attach reads the secrets of an executable, if it is a Go program with TLS.
func (g *gathered) attach(path string) {
	err := g.probe.Attach(path)
	if err != nil && !errors.Is(err, goprobe.ErrNotGo) && !errors.Is(err, goprobe.ErrNoTLS) && !errors.Is(err, os.ErrNotExist) &&
		!errors.Is(err, os.ErrPermission) { // of a setuid program: explain reports it
		g.notice("keys of %s: %v", path, err)
	}
}
