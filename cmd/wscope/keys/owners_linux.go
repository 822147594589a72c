package keys

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// Owners remembers which of a command's processes had which TCP ports. It looks when it is told
// to: a connection that came and went between two looks has no owner.
type Owners struct {
	root   int
	mu     sync.Mutex
	ports  map[uint16]Process
	before map[string]bool // sockets that were there before
}

// NewOwners watches a process and its descendants.
func NewOwners(root int) *Owners {
	o := &Owners{root: root, ports: map[uint16]Process{}, before: map[string]bool{}}
	eachSocket(func(s *socket) { o.before[s.inode] = true })
	return o
}

// Look notes the ports that the processes have now. A socket of a process whose files cannot be seen, as one of a
// setuid program, is taken for its own where it is of that user and new.
func (o *Owners) Look() {
	byInode, hidden := map[string]int{}, map[string]int{}
	self := strconv.Itoa(os.Geteuid())
	for _, pid := range Descendants(o.root) {
		dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
		fds, err := os.ReadDir(dir)
		if user := userOf(pid); errors.Is(err, fs.ErrPermission) && (user != self || self == "0") {
			hidden[user] = pid
		}
		if err != nil {
			continue // it ended, or is another user's
		}
		for _, fd := range fds {
			link, err := os.Readlink(filepath.Join(dir, fd.Name()))
			if inode, ok := strings.CutPrefix(link, "socket:["); ok && err == nil {
				byInode[strings.TrimSuffix(inode, "]")] = pid
			}
		}
	}
	if len(byInode)+len(hidden) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	known := map[int]Process{}
	eachSocket(func(s *socket) {
		pid, ours := byInode[s.inode]
		guess := false
		if !ours && !o.before[s.inode] {
			pid, ours = hidden[s.user]
			guess = ours
		}
		if !ours {
			return
		}
		p, had := known[pid]
		if !had {
			p = ProcessOf(pid)
			p.Hidden, p.Foreign = guess, guess && s.user != self
			known[pid] = p
		}
		o.ports[s.port] = p
	})
}

// userOf is the number of the user that a process acts as; "" where it is gone.
func userOf(pid int) string {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return ""
	}
	_, rest, _ := bytes.Cut(status, []byte("\nUid:"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	if ids := strings.Fields(string(line)); len(ids) > 1 { // real, effective, …
		return ids[1]
	}
	return ""
}

// Of returns who had a local port last.
func (o *Owners) Of(port uint16) (Process, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, ok := o.ports[port]
	return p, ok
}

// ProcessOf describes a process; fields that are not known are empty.
func ProcessOf(pid int) Process {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	p := Process{PID: pid}
	p.Path, _ = os.Readlink(filepath.Join(dir, "exe"))
	p.Path = strings.TrimSuffix(p.Path, " (deleted)")
	if comm, err := os.ReadFile(filepath.Join(dir, "comm")); err == nil {
		p.Name = strings.TrimSpace(string(comm))
	}
	return p
}

// Descendants returns a process and all that come from it, as far as their parents still run.
func Descendants(root int) []int {
	children := map[int][]int{}
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range all {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if parent := parentOf(pid); parent > 0 {
			children[parent] = append(children[parent], pid)
		}
	}
	found := []int{root}
	for i := 0; i < len(found); i++ {
		found = append(found, children[found[i]]...)
	}
	return found
}

// DescendsFrom reports whether a process comes from another.
func DescendsFrom(pid, root int) bool {
	for range 64 { // parents, not processes: no tree is as deep
		if pid == root {
			return true
		}
		if pid = parentOf(pid); pid <= 1 {
			return false
		}
	}
	return false
}

// Running returns the processes with this number or name.
func Running(name string) []Process {
	if pid, err := strconv.Atoi(name); err == nil {
		if p := ProcessOf(pid); p.Path != "" || p.Name != "" {
			return []Process{p}
		}
		return nil
	}
	var found []Process
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range all {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if p := ProcessOf(pid); p.Name == name || p.Path != "" && filepath.Base(p.Path) == name {
			found = append(found, p)
		}
	}
	return found
}

// parentOf is 0 where the process is gone.
func parentOf(pid int) int {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(") "))
	fields := strings.Fields(string(rest)) // state, parent, …; the name before them may hold anything
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}

// socket is a line of a table of the kernel.
type socket struct {
	port        uint16 // local
	user, inode string
}

// eachSocket reads /proc/net/tcp and tcp6: the local address and port in hex are the second column, the user the
// eighth, the inode the tenth.
func eachSocket(each func(*socket)) {
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			continue // no IPv6 here
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			if len(fields) < 10 || fields[9] == "0" {
				continue
			}
			_, hex, _ := strings.Cut(fields[1], ":")
			if port, err := strconv.ParseUint(hex, 16, 16); err == nil {
				each(&socket{uint16(port), fields[7], fields[9]})
			}
		}
	}
}
