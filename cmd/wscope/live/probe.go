package live

import (
	"errors"
	"fmt"

	"wscope/cmd/wscope/goprobe"
	"wscope/cmd/wscope/keys"
)

// KeyProbe reads the TLS secrets of running programs. Its zero value reads none.
type KeyProbe struct {
	probe *goprobe.Probe
}

// ProbeKeys attaches to the running programs of these names or numbers. It needs privileges.
func ProbeKeys(names []string) (*KeyProbe, error) {
	if len(names) == 0 {
		return &KeyProbe{}, nil
	}
	p, err := goprobe.Open(false)
	if err != nil {
		return nil, err
	}
	k := &KeyProbe{probe: p}
	for _, name := range names {
		if err := k.attach(name); err != nil {
			k.Close()
			return nil, fmt.Errorf("--keys-of %s: %w", name, err)
		}
	}
	return k, nil
}

// Lines returns the function that gives the secrets since its last call, as lines of a key log; nil where there are none.
func (k *KeyProbe) Lines() func() []byte {
	if k.probe == nil {
		return nil
	}
	return k.probe.Lines
}

// attach reads the secrets of every process with this number or name. One that is no Go program matters
// only where there is no other: a shell script may have the name of what it starts.
func (k *KeyProbe) attach(name string) error {
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

// Close detaches from the programs.
func (k *KeyProbe) Close() {
	if k.probe != nil {
		k.probe.Close()
	}
}
