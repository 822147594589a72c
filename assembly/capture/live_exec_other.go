//go:build !linux

package capture

// descriptors are not known here.
func descriptors() map[int]bool { return nil }

// closeOnExec has nothing to do: the system's libpcap marks what it opens, or there is none.
func closeOnExec(map[int]bool) {}
