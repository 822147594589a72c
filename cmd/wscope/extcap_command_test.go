package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestExtcap has tshark list and use what extcap install installed. It needs tshark, libpcap and root.
func TestExtcap(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil || runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("needs tshark, Linux and root")
	}
	dir := t.TempDir()
	status, out, errs := wscope("", "extcap", "install", "--folder", dir)
	if status != 0 || !strings.Contains(out, "wscope-extcap") {
		t.Fatal(status, out, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "wscope-extcap")); err != nil {
		t.Fatal(err)
	}
	if status, _, errs = wscope("", "extcap", "run", "--extcap-interfaces"); status != 0 {
		t.Skip(errs)
	}
	at, err := extcapFolder()
	if err != nil {
		t.Fatal(err)
	}
	// tshark looks in one folder: in a mount namespace ours lies over it.
	run := func(args ...string) *exec.Cmd {
		c := exec.Command("unshare", append([]string{"-m", "sh", "-c", `mount --bind "$0" "$1" && shift && exec tshark "$@"`, dir, at}, args...)...)
		c.Env = append(os.Environ(), "WSCOPE_SCRIPT=1")
		return c
	}
	b, err := run("-D").Output()
	if err != nil {
		t.Skipf("no mount namespace: %v", err)
	}
	if !strings.Contains(string(b), "wscope-lo (WebSocket of lo)") {
		t.Fatalf("%v %s", err, b)
	}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	tshark := run("-i", "wscope-lo", "-f", fmt.Sprintf("tcp port %d", port), "-a", "duration:20", "-l", "-T", "fields", "-e", "frame.comment")
	stdout, err := tshark.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := tshark.Start(); err != nil {
		t.Fatal(err)
	}
	defer tshark.Process.Kill()
	said := make(chan string)
	go func() {
		defer close(said)
		text, buf := "", make([]byte, 4096)
		for {
			n, err := stdout.Read(buf)
			if text += string(buf[:n]); strings.Contains(text, "client: text, 2 bytes") {
				said <- text
				return
			}
			if err != nil {
				said <- text
				return
			}
		}
	}()
	done := time.After(15 * time.Second)
	for {
		talkOnce(t, l)
		select {
		case text := <-said:
			if !strings.Contains(text, "WebSocket 1, client: text, 2 bytes") && !strings.Contains(text, "client: text, 2 bytes") {
				t.Errorf("%s", text)
			}
			tshark.Process.Kill()
			tshark.Wait()
			for range 50 { // it looks once a second
				if left := stillCapturing(port); left == "" {
					return
				}
				time.Sleep(200 * time.Millisecond)
			}
			t.Errorf("tshark is gone, and still there is: %s", stillCapturing(port))
			return
		case <-done:
			t.Fatal("tshark showed no comment")
		case <-time.After(300 * time.Millisecond): // it may not capture yet: talk again
		}
	}
}

// talkOnce is a WebSocket with one message.
func talkOnce(t *testing.T, l net.Listener) {
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		buf := make([]byte, 4096)
		c.Read(buf)
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
		c.Read(buf)
		c.Close()
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
	buf := make([]byte, 4096)
	c.Read(buf)
	c.Write([]byte{0x81, 0x82, 0, 0, 0, 0, 'h', 'i'})
	c.Read(buf)
}

// stillCapturing is the command line of what still captures for Wireshark on a port, or empty.
func stillCapturing(port int) string {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range all {
		b, err := os.ReadFile(name)
		if line := strings.ReplaceAll(string(b), "\x00", " "); err == nil && strings.Contains(line, "extcap run --capture") && strings.Contains(line, fmt.Sprintf("tcp port %d", port)) {
			return line
		}
	}
	return ""
}
