//go:build !linux

package privilege

import "errors"

// Raise does nothing: there are no capabilities.
func Raise() error { return nil }

// Drop does nothing. It returns an error for what cannot be done here.
func Drop(name string, _ Kept) error {
	if name != "" {
		return errors.New("--user is for Linux alone")
	}
	return nil
}

// Become does what Drop does.
func Become(name string, keep Kept) error { return Drop(name, keep) }

// Seal does nothing.
func Seal() error { return nil }

// WaysToPermit returns the ways to be allowed to capture, a line each.
func WaysToPermit(command string) []string {
	return []string{
		"on macOS let your group read the BPF devices: install Wireshark's ChmodBPF, or sudo chgrp admin /dev/bpf* && sudo chmod g+rw /dev/bpf*",
		"on Windows install Npcap without its restriction to administrators",
		"or run " + command + " as root or administrator",
	}
}
