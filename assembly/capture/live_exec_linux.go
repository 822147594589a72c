//go:build cgo && libpcap

package capture

import (
	"os"
	"strconv"
	"syscall"
)

// descriptors are those that are open now, without the one that reads them.
func descriptors() map[int]bool {
	open := map[int]bool{}
	dir, err := os.Open("/proc/self/fd")
	if err != nil {
		return open
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	for _, name := range names {
		if fd, err := strconv.Atoi(name); err == nil && fd != int(dir.Fd()) {
			open[fd] = true
		}
	}
	return open
}

// closeOnExec marks what was opened since: libpcap does not, and a program that is run while it
// captures would have the socket, and with it the right to send what it likes. What the program was
// handed by its own parent stays open for its children. Go's own descriptors are marked already, so
// others that are opened at the same time lose nothing.
func closeOnExec(before map[int]bool) {
	for fd := range descriptors() {
		if !before[fd] {
			syscall.CloseOnExec(fd)
		}
	}
}
