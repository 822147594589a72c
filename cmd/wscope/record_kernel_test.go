//go:build linux && libpcap

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

// kernelObjects is what a process holds in the kernel: its BPF links, programs and maps by number.
type kernelObjects struct{ links, programs, maps []uint32 }

// objectsOf reads the numbers from what the kernel says of the process's descriptors.
func objectsOf(pid int) (o kernelObjects) {
	infos, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fdinfo/*", pid))
	for _, name := range infos {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		ids := map[string]uint32{}
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, ":"); ok {
				if n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 32); err == nil {
					ids[key] = uint32(n)
				}
			}
		}
		switch {
		case ids["link_id"] > 0:
			o.links = append(o.links, ids["link_id"])
		case ids["prog_id"] > 0:
			o.programs = append(o.programs, ids["prog_id"])
		case ids["map_id"] > 0:
			o.maps = append(o.maps, ids["map_id"])
		}
	}
	return o
}

// left is which of the objects the kernel still has.
func (o kernelObjects) left() (names []string) {
	ask := func(kind string, ids []uint32, open func(uint32) (interface{ Close() error }, error)) {
		for _, id := range ids {
			c, err := open(id)
			if err == nil {
				c.Close()
			}
			if !errors.Is(err, os.ErrNotExist) {
				names = append(names, fmt.Sprintf("%s %d (%v)", kind, id, err))
			}
		}
	}
	ask("link", o.links, func(id uint32) (interface{ Close() error }, error) { return link.NewFromID(link.ID(id)) })
	ask("program", o.programs, func(id uint32) (interface{ Close() error }, error) { return ebpf.NewProgramFromID(ebpf.ProgramID(id)) })
	ask("map", o.maps, func(id uint32) (interface{ Close() error }, error) { return ebpf.NewMapFromID(ebpf.MapID(id)) })
	return names
}

// uprobeEvents is the kernel's list of probes that are named: they outlive who makes them.
func uprobeEvents(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tracefs", dir, "tracefs", 0, ""); err != nil {
		t.Skipf("no tracefs: %v", err)
	}
	defer syscall.Unmount(dir, 0)
	text, err := os.ReadFile(filepath.Join(dir, "uprobe_events"))
	if err != nil {
		t.Skip(err)
	}
	return string(text)
}

// TestRecordLeavesNothingInTheKernel kills record and live while they read the secrets of a Go program, and looks
// for the probes, programs and maps that they had.
func TestRecordLeavesNothingInTheKernel(t *testing.T) {
	r := newRecorder(t)
	port := tlsEcho(t)
	program := r.goClient()
	client := exec.Command(program, port, "60")
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { client.Process.Kill(); client.Wait() }()
	events := uprobeEvents(t)
	for name, args := range map[string][]string{
		"record": {"record", "-w", r.in("run.pcapng"), "--bpf", "tcp port " + port, "--", program, port, "60"},
		"live":   {"live", "-i", "lo", "--keys-of", strconv.Itoa(client.Process.Pid), "tcp", "port", port},
	} {
		t.Run(name, func(t *testing.T) {
			c := exec.Command(r.wscope, args...)
			c.Env = append(os.Environ(), "SUDO_UID=", "SSLKEYLOGFILE=")
			c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			defer syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // record's command goes on: it is not record's to end any more
			var had kernelObjects
			for range 100 {
				if had = objectsOf(c.Process.Pid); len(had.links) > 0 && len(had.programs) > 0 && len(had.maps) > 0 {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			if len(had.links) == 0 {
				c.Process.Kill()
				c.Wait()
				t.Skip("no probes here: CAP_BPF and CAP_PERFMON are missing")
			}
			if left := had.left(); len(left) < len(had.links)+len(had.programs)+len(had.maps) {
				t.Errorf("of %v the kernel has %v while it runs", had, left)
			}
			c.Process.Kill()
			c.Wait()
			var left []string
			for range 100 { // the kernel frees them when it has time
				if left = had.left(); len(left) == 0 {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			if len(left) > 0 {
				t.Errorf("left in the kernel: %v", left)
			}
			if now := uprobeEvents(t); now != events {
				t.Errorf("uprobe_events was %q, and is %q", events, now)
			}
		})
	}
}

// TestRecordLeavesTheCommandItsPrivileges runs what a setuid program does, for a user who called sudo, and for root.
func TestRecordLeavesTheCommandItsPrivileges(t *testing.T) {
	r := newRecorder(t)
	dir := openFolder(t)
	install := func(name string, mode os.FileMode) string {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, name)
		if err := os.WriteFile(to, text, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(to, mode); err != nil {
			t.Fatal(err)
		}
		return to
	}
	id, openssl := install("id", 0o755|os.ModeSetuid), install("openssl", 0o755|os.ModeSetuid)
	sudo := []string{"SUDO_UID=65534", "SUDO_GID=65534", "TMPDIR=" + dir}
	file := filepath.Join(dir, "run.pcapng")
	status, out, errs := r.run(sudo, "", "record", "-w", file, "--", "sh", "-c", "id -u; "+id+" -u")
	if status != 0 || out != "65534\n0\n" {
		t.Errorf("status %d, users %q\n%s", status, out, errs)
	}
	plain, err := exec.Command("sh", "-c", "grep -E '^(Cap|NoNewPrivs)' /proc/self/status").Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, out, _ := r.run(nil, "", "record", "-w", file+"2", "--", "sh", "-c", "grep -E '^(Cap|NoNewPrivs)' /proc/self/status"); out != string(plain) {
		t.Errorf("root's command has\n%swithout record\n%s", out, plain)
	}
	os.Remove(file)
	port := tlsEcho(t)
	_, _, errs = r.run(sudo, "", "record", "-w", file, "--bpf", "tcp port "+port, "--", "sh", "-c", "(sleep 0.5; echo GET; sleep 1) | "+openssl+" s_client -quiet -connect 127.0.0.1:"+port)
	if !strings.Contains(errs, "1 TLS connection of openssl (process ") || !strings.Contains(errs, "as setuid programs do") {
		t.Errorf("a setuid program is not reported: %s", errs)
	}
}

// openFolder is a folder that every user may use, as the test's own is not.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "wscope-record")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}
