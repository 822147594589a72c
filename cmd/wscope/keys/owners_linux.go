package keys

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// A Process is one that had a socket.
type Process struct {
	PID  int
	Name string // as ps shows it, without its path
	Path string // of its executable
}

// Owners remembers which of a command's processes had which TCP ports. It looks when it is told
// to: a connection that came and went between two looks has no owner.
type Owners struct {
	root  int
	mu    sync.Mutex
	ports map[uint16]Process
}

// NewOwners watches a process and its descendants.
func NewOwners(root int) *Owners { return &Owners{root: root, ports: map[uint16]Process{}} }

// Look notes the ports that the processes have now.
func (o *Owners) Look() {
	byInode := map[string]int{}
	for _, pid := range Descendants(o.root) {
		dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
		fds, err := os.ReadDir(dir)
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
	if len(byInode) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	known := map[int]Process{}
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		eachSocket(table, func(port uint16, inode string) {
			pid, ours := byInode[inode]
			if !ours {
				return
			}
			if _, had := known[pid]; !had {
				known[pid] = ProcessOf(pid)
			}
			o.ports[port] = known[pid]
		})
	}
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

// eachSocket reads a table of /proc/net: local address and port in hex are the second column, the inode the tenth.
func eachSocket(table string, each func(port uint16, inode string)) {
	f, err := os.Open(table)
	if err != nil {
		return // no IPv6 here
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[9] == "0" {
			continue
		}
		_, hex, _ := strings.Cut(fields[1], ":")
		if port, err := strconv.ParseUint(hex, 16, 16); err == nil {
			each(uint16(port), fields[9])
		}
	}
}
