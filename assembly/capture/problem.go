package capture

import (
	"fmt"
	"sync"
)

// String is the problem in one line: file, byte offset, reason.
func (p Problem) String() string {
	if p.Offset < 0 {
		return p.File + ": " + p.Reason
	}
	return fmt.Sprintf("%s: byte %d: %s", p.File, p.Offset, p.Reason)
}

// problems collects what could not be read, from whichever goroutine finds it.
type problems struct {
	mu   sync.Mutex
	list []Problem
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
		l.list = append(l.list, Problem{file, offset, fmt.Sprintf(format, a...)})
	case n == maxProblems:
		l.list = append(l.list, Problem{file, offset, "more damage from here on, not told piece by piece"})
	}
}

// all is a copy of what was noted so far.
func (l *problems) all() []Problem {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Problem(nil), l.list...)
}
