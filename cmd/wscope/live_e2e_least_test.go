//go:build linux && libpcap

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestE2ELeastPrivilege runs live as a container with --cap-drop ALL --cap-add NET_RAW and
// --read-only does: as nobody, with that one capability, none to be gained, on a file
// system that cannot be written.
func TestE2ELeastPrivilege(t *testing.T) {
	for _, name := range []string{"setpriv", "unshare"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("needs " + name + " of util-linux")
		}
	}
	w := newWire(t)
	w.serve(peerPlan{})
	out, err := os.Create(filepath.Join(w.dir, "live.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c := &capturing{t: t, out: out.Name()}
	confined := "mount -o remount,ro,bind / && exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs " +
		"--bounding-set=-all,+net_raw --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw " +
		w.wscope + " live -i veth0 --metrics 127.0.0.1:9464"
	c.Cmd = w.in(w.server, []string{"SUDO_UID=", "SSLKEYLOGFILE="}, "unshare", "--mount", "--propagation", "private", "bash", "-c", confined)
	c.err, c.Stdout = c.Stderr.(*said), out
	w.start(c.Cmd)
	c.says("capturing on")
	w.talk(peerPlan{Conns: 20, AtOnce: 5, Messages: 5, Size: 100})
	if text, err := w.get("metrics"); err != nil || !strings.Contains(text, "wscope_") {
		t.Errorf("metrics: %v", err)
	}
	if status := c.end(syscall.SIGTERM); status != 0 {
		t.Fatalf("status %d: %s", status, c.err)
	}
	w.held(closes(t, c.out), false)
}

// TestE2EFileCapability runs the program as the image has it: for a user who is not root,
// with a file's capability that is permitted. It captures where that may be had, and where
// it may not it runs all the same.
func TestE2EFileCapability(t *testing.T) {
	for _, name := range []string{"setpriv", "setcap"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("needs " + name)
		}
	}
	w := newWire(t)
	w.serve(peerPlan{})
	dir, err := os.MkdirTemp("", "wscope-image") // where nobody may go
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.Chmod(dir, 0o755)
	text, err := os.ReadFile(w.wscope)
	if err != nil {
		t.Fatal(err)
	}
	image := filepath.Join(dir, "wscope")
	if err := os.WriteFile(image, text, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("setcap", "cap_net_raw+p", image).CombinedOutput(); err != nil {
		t.Skipf("no capabilities of files here: %s", out)
	}
	as := func(bounding string) []string {
		return []string{"--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all" + bounding, "--inh-caps=-all", image}
	}
	if out, err := exec.Command("setpriv", append(as(""), "version")...).CombinedOutput(); err != nil {
		t.Errorf("without the capability it does not run: %v %s", err, out)
	}
	out, err := os.Create(filepath.Join(w.dir, "live.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c := &capturing{t: t, out: out.Name()}
	c.Cmd = w.in(w.server, []string{"SUDO_UID=", "SSLKEYLOGFILE="}, "setpriv", append(as(",+net_raw"), "live", "-i", "veth0")...)
	c.err, c.Stdout = c.Stderr.(*said), out
	w.start(c.Cmd)
	c.says("capturing on")
	w.talk(peerPlan{Conns: 5, AtOnce: 5, Messages: 5, Size: 100})
	w.held(closes(t, w.ended(c)), false)
}

// TestE2ENotPermitted tells the three ways to be allowed to capture.
func TestE2ENotPermitted(t *testing.T) {
	w := newWire(t)
	cmd := exec.Command("ip", "netns", "exec", w.server, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", w.wscope, "live", "-i", "veth0")
	said, _ := cmd.CombinedOutput()
	for _, way := range []string{"setcap cap_net_raw+ep", "groupadd", "sudo"} {
		if !strings.Contains(string(said), way) {
			t.Errorf("%q is not told: %s", way, said)
		}
	}
	if cmd.ProcessState.ExitCode() != 2 {
		t.Errorf("status %d", cmd.ProcessState.ExitCode())
	}
}

// TestE2EKeyLogUnread says that a key log may not be read by the user that live becomes, or
// is none, once; the capture goes on, and reads it when it may.
func TestE2EKeyLogUnread(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{TLS: true})
	keys := filepath.Join(w.dir, "keys.txt")
	if err := os.WriteFile(keys, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := w.capture("--user", "65534", "--keylog", keys, "--keylog", w.dir, "-o", "-")
	c.says("key log: open " + keys + ": permission denied")
	c.says("key log: read " + w.dir + ": is a directory")
	w.talk(peerPlan{TLS: true, Keylog: keys, Conns: 5, AtOnce: 5, Messages: 5, Size: 100})
	if err := os.Chmod(keys, 0o644); err != nil {
		t.Fatal(err)
	}
	w.held(closes(t, w.ended(c)), false)
	if n := strings.Count(c.err.String(), "key log: "); n != 2 {
		t.Errorf("told %d times: %s", n, c.err)
	}
}

// TestE2ERefused holds that what cannot be done is said in words, with status 2.
func TestE2ERefused(t *testing.T) {
	w := newWire(t)
	for _, c := range []struct {
		name, said string
		args       []string
	}{
		{"no interface", "live needs an interface", nil},
		{"one that is not there", "nosuch: No Such Device", []string{"-i", "nosuch"}},
		{"one twice", "-i veth0 is given twice", []string{"-i", "veth0", "-i", "lo", "-i", "veth0"}},
		{"any and another", "-i any is all interfaces", []string{"-i", "veth0", "-i", "any"}},
		{"no filter", "veth0: filter: ", []string{"-i", "veth0", "port 80 and ("}},
		{"no user", "--user: there is no user \"nobody-here\"", []string{"-i", "veth0", "--user", "nobody-here"}},
		{"no folder", "-w: open /nosuch/x.pcapng", []string{"-i", "veth0", "-w", "/nosuch/x.pcapng"}},
		{"packets among the records", "-w needs a file", []string{"-i", "veth0", "-w", "-"}},
		{"a ring of one file that grows", "--ring needs", []string{"-i", "veth0", "-w", "x.pcapng", "--ring", "3"}},
	} {
		cmd := exec.Command("ip", append([]string{"netns", "exec", w.server, w.wscope, "live"}, c.args...)...)
		said, _ := cmd.CombinedOutput()
		if !strings.Contains(string(said), c.said) || cmd.ProcessState.ExitCode() != 2 {
			t.Errorf("%s: %v, %s", c.name, cmd.ProcessState, said)
		}
	}
}

// TestUnitIsWhatSystemdTakes has systemd read the unit.
func TestUnitIsWhatSystemdTakes(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("needs systemd-analyze")
	}
	unit, err := os.ReadFile("deploy/wscope-live.service")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "wscope-live.service")
	text := strings.Replace(string(unit), "/usr/local/bin/wscope", built(t), 1)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command("systemd-analyze", "verify", "--man=no", name).CombinedOutput()
	for _, line := range strings.Split(string(said), "\n") {
		if strings.Contains(line, "wscope-live.service") {
			t.Errorf("%v: %s", err, line)
		}
	}
}
