//go:build !windows

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// notifyLive asks for the signals of a live capture besides those that end it.
func notifyLive(c chan<- os.Signal) { signal.Notify(c, syscall.SIGHUP, syscall.SIGUSR1) }

// isReopen says whether a signal asks for files to be opened again; the other asks for a summary.
func isReopen(s os.Signal) bool { return s == syscall.SIGHUP }
