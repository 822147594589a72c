package keys

// A Process is one that had a socket.
type Process struct {
	PID  int
	Name string // as ps shows it, without its path
	Path string // of its executable

	Hidden  bool // what it has open cannot be seen: that a socket is its own is told by its user alone
	Foreign bool // it is hidden, and runs as another user than this program
}
