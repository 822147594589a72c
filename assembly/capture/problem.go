package capture

import (
	"fmt"
	"sync"

	"wscope/assembly/packet"
)

// problems collects what could not be read, from whichever goroutine finds it.
type problems struct {
	mu   sync.Mutex
	list []packet.Problem
	told map[string]int // problems by File
}

// add notes a problem, unless its file has had more than anyone will read.
func (l *problems) add(file string, offset int64, format string, a ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.told == nil {
		l.told = map[string]int{}
	}
	l.told[file]++
	switch n := l.told[file]; {
	case n < maxProblems:
		l.list = append(l.list, packet.Problem{File: file, Offset: offset, Reason: fmt.Sprintf(format, a...)})
	case n == maxProblems:
		l.list = append(l.list, packet.Problem{File: file, Offset: offset, Reason: "more damage from here on, not told piece by piece"})
	}
}

// all is a copy of what was noted so far.
func (l *problems) all() []packet.Problem {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]packet.Problem(nil), l.list...)
}
