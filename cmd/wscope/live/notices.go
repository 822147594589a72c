package live

import "sync"

// Notices writes lines for people, and keeps them back while the screen has the terminal.
type Notices struct {
	write func(line string)

	mu    sync.Mutex
	held  bool
	lines []string
}

const maxHeld = 50 // lines kept, the latest

// NewNotices makes Notices that are given to write, from any goroutine.
func NewNotices(write func(line string)) *Notices { return &Notices{write: write} }

// Add writes a line, or keeps it until Release.
func (n *Notices) Add(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.held {
		n.write(line)
		return
	}
	if n.lines = append(n.lines, line); len(n.lines) > maxHeld {
		n.lines = n.lines[1:]
	}
}

// Hold keeps lines back from now on.
func (n *Notices) Hold() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.held = true
}

// Release writes what was kept back.
func (n *Notices) Release() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, line := range n.lines {
		n.write(line)
	}
	n.held, n.lines = false, nil
}
