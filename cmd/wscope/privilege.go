package main

// privilege is what the program may keep after it has opened what it reads.
type privilege uint8

const (
	openInterfaces privilege = 1 << iota // to open an interface again
	probePrograms                        // to read the secrets of Go programs that begin later
)
