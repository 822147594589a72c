//go:build !linux

package main

import "errors"

// raise has nothing to take.
func raise() error { return nil }

// drop does nothing but refuse what it cannot do here.
func drop(name string, _ privilege) error {
	if name != "" {
		return errors.New("--user is for Linux alone")
	}
	return nil
}

// waysToPermit are the ways to be allowed to capture.
func waysToPermit(command string) []string {
	return []string{
		"on macOS let your group read the BPF devices: install Wireshark's ChmodBPF, or sudo chgrp admin /dev/bpf* && sudo chmod g+rw /dev/bpf*",
		"on Windows install Npcap without its restriction to administrators",
		"or run " + command + " as root or administrator",
	}
}
