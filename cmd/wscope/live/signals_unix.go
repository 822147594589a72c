//go:build !windows

package live

import (
	"os"
	"os/signal"
	"syscall"
)

// notify asks for the signals of a live capture besides those that end it.
func notify(c chan<- os.Signal) { signal.Notify(c, syscall.SIGHUP, syscall.SIGUSR1) }

// isReopen reports whether a signal asks for files to be opened again; the other asks for a summary.
func isReopen(s os.Signal) bool { return s == syscall.SIGHUP }
