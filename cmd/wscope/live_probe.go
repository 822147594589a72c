package main

import (
	"errors"
	"fmt"

	"wscope/cmd/wscope/goprobe"
	"wscope/cmd/wscope/keys"
)

// keyProbe reads the secrets of the programs that --keys-of names. Its zero value reads none.
type keyProbe struct {
	probe *goprobe.Probe
	lines func() []byte
}

// probeKeys attaches to the programs of --keys-of, while the privileges are still there.
func (l *live) probeKeys() (*keyProbe, error) {
	if len(l.keysOf) == 0 {
		return &keyProbe{}, nil
	}
	p, err := goprobe.Open(false)
	if err != nil {
		return nil, err
	}
	k := &keyProbe{probe: p, lines: p.Lines}
	for _, name := range l.keysOf {
		if err := k.attach(name); err != nil {
			k.close()
			return nil, fmt.Errorf("--keys-of %s: %w", name, err)
		}
	}
	return k, nil
}

// attach reads the secrets of every process with this number or name. One that is no Go program matters
// only where there is no other: a shell script may have the name of what it starts.
func (k *keyProbe) attach(name string) error {
	processes := keys.Running(name)
	if len(processes) == 0 {
		return errors.New("no such process")
	}
	attached := false
	var first error
	for _, p := range processes {
		switch err := k.probe.Attach(fmt.Sprintf("/proc/%d/exe", p.PID)); {
		case err == nil:
			attached = true
		case first == nil:
			first = err
		}
	}
	if attached {
		return nil
	}
	return first
}

func (k *keyProbe) close() {
	if k.probe != nil {
		k.probe.Close()
	}
}
