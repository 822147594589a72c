//go:build unix

package main

import "syscall"

// ownSession keeps a child from the signals of a terminal and of a process group.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
