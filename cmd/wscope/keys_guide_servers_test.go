//go:build linux && libpcap

package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"wscope/assembly/tlsopen"
	"wscope/cmd/wscope/keys"
)

// A shownCommand is a command of the guide that runs in the background until its keys are there.
type shownCommand struct {
	*recorder
	line string // as it is run
	out  bytes.Buffer
}

// run starts the line in a shell, and calls until again and again until it reports true; then everything ends
// that the shell started, by an interrupt first.
func (s *shownCommand) run(until func() bool) {
	s.t.Helper()
	c := exec.Command("sh", "-c", s.line)
	c.Dir, c.Stdout, c.Stderr = s.dir, &s.out, &s.out
	c.Env = append(os.Environ(), "SUDO_UID=", "SSLKEYLOGFILE=", "NODE_OPTIONS=", "HOME="+s.dir, "PATH="+s.in("shim")+":"+os.Getenv("PATH"))
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { c.Wait(); close(ended) }()
	done := false
	for range 150 {
		if done = until(); done {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	syscall.Kill(-c.Process.Pid, syscall.SIGINT)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
	}
	syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	<-ended
	if !done {
		s.t.Errorf("%s\nhad no effect: %.3000s", s.line, s.out.String())
	}
}

// shake does a handshake with a server whose keys this side does not write; it reports whether it was answered.
func shake(port string) bool {
	c, err := tls.DialWithDialer(&net.Dialer{Timeout: time.Second}, "tcp", "127.0.0.1:"+port, &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"})
	if err != nil {
		return false
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(2 * time.Second))
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	b, _ := io.ReadAll(c)
	return len(b) > 0
}

// secrets counts the secrets in a text, and the lines that are none.
func secrets(text []byte) int {
	n, bad := tlsopen.NewKeys().Add(text)
	return n - 1000*bad
}

// TestRecordGuideSnippets runs what wscope keys shows for servers and for programs that are read as they run, as it is
// shown. Only names differ: eth0 is lo, program is a Go program of this test, and sudo, which is not needed, runs what it is given.
func TestRecordGuideSnippets(t *testing.T) {
	slow(t, "runs servers")
	r := newRecorder(t)
	r.withPreload()
	r.certificate()
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		os.MkdirAll(filepath.Dir(r.in(name)), 0o755)
		if err := os.WriteFile(r.in(name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	preload, err := os.ReadFile(filepath.Join(filepath.Dir(r.wscope), keys.PreloadName))
	if err != nil {
		t.Fatal(err)
	}
	write("bin/"+keys.PreloadName, string(preload), 0o755)
	write("shim/sudo", "#!/bin/sh\nexec \"$@\"\n", 0o755)
	write("shim/wscope", "#!/bin/sh\nexec "+r.wscope+" \"$@\"\n", 0o755)
	write("nginx.conf", fmt.Sprintf(`master_process off; pid nginx.pid; error_log stderr; events {}
http { access_log off; server { listen 127.0.0.1:%s ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem; location / { return 200 "hi"; } } }
`, r.port), 0o600)
	if real, err := exec.LookPath("nginx"); err == nil { // the configuration of this machine's nginx is not the test's
		write("shim/nginx", "#!/bin/sh\nexec "+real+" -p "+r.dir+" -c nginx.conf \"$@\"\n", 0o755)
	}
	haproxy := func(global, format string) {
		write("haproxy.cfg", fmt.Sprintf(`global
  log stdout format raw local0
  %s
defaults
  mode http
  log global
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend f
  bind 127.0.0.1:%s ssl crt %s
  %s
  http-request return status 200 content-type text/plain string hi
`, global, r.port, r.in("both.pem"), format), 0o600)
	}
	haproxy("", "")
	write("Caddyfile", fmt.Sprintf("{\n\tadmin off\n\tauto_https off\n}\nhttps://localhost:%s {\n\ttls cert.pem key.pem\n\trespond hi\n}\n", r.port), 0o600)

	step := func(name string, i int) string {
		about, ok := keys.Lookup(name)
		if !ok || about.Tried == "" {
			t.Fatalf("%s says that it was not tried", name)
		}
		return about.Steps[i]
	}
	// logged runs a step that writes a key log, while somebody connects.
	logged := func(t *testing.T, step string) {
		log := filepath.Join(t.TempDir(), "keys")
		s := &shownCommand{recorder: r, line: strings.ReplaceAll(step, "KEYS", log)}
		s.t = t
		s.run(func() bool { shake(r.port); text, _ := os.ReadFile(log); return secrets(text) > 0 })
	}
	// read runs a step with record or live in it until a connection was made, and looks whether the capture is open.
	read := func(t *testing.T, step, program, port string, connect func() bool) {
		line := strings.NewReplacer("eth0", "lo", "./program", program).Replace(step)
		if strings.Contains(line, " live ") {
			line += " -w run.pcapng"
		}
		s := &shownCommand{recorder: r, line: line}
		s.t = t
		os.Remove(r.in("run.pcapng"))
		times := 0
		s.run(func() bool {
			if times == 0 {
				time.Sleep(2 * time.Second) // programs that a shell starts are not read at once, nor by live
			}
			if connect() {
				times++
			}
			return times >= 2
		})
		if strings.Contains(s.out.String(), "CAP_BPF") {
			t.Skip(s.out.String())
		}
		// Others talk over lo too: of this server nothing may be closed, and something is HTTP.
		closed := fmt.Sprintf("pickup == 'encrypted' and server.port == %s", port)
		_, out, errs := r.run(nil, "", "flows", "--filter", closed, r.in("run.pcapng"))
		_, sum, _ := r.run(nil, "", "summary", "--format", "json", r.in("run.pcapng"))
		if out != "" || !strings.Contains(sum, `"http/1.1"`) {
			t.Errorf("%s\nopened nothing: %s%s", line, out, errs)
		}
	}
	needs := func(t *testing.T, program string) {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	t.Run("nginx", func(t *testing.T) { needs(t, "nginx"); logged(t, step("nginx", 0)) })
	t.Run("haproxy", func(t *testing.T) { needs(t, "haproxy"); logged(t, step("haproxy", 0)) })
	t.Run("haproxy, by its log", func(t *testing.T) {
		needs(t, "haproxy")
		_, global, _ := strings.Cut(step("haproxy", 1), "global: ")
		haproxy(global, step("haproxy", 2))
		s := &shownCommand{recorder: r, line: "exec haproxy -db -f haproxy.cfg"}
		s.t = t
		asked := 0
		s.run(func() bool {
			if shake(r.port) {
				asked++
			}
			return asked >= 2
		})
		var lines []byte // the notes say that they are taken out of the log
		for line := range strings.Lines(s.out.String()) {
			if strings.Contains(line, "_TRAFFIC_SECRET_0 ") {
				lines = append(lines, line...)
			}
		}
		if n := secrets(lines); n < 2 {
			t.Errorf("its log has %d secrets: %.3000s", n, s.out.String())
		}
	})
	t.Run("caddy, record", func(t *testing.T) {
		needs(t, "caddy")
		read(t, step("caddy", 0), "", r.port, func() bool { return shake(r.port) })
	})
	t.Run("caddy, live", func(t *testing.T) {
		needs(t, "caddy")
		c := exec.Command("caddy", "run")
		c.Dir, c.Env = r.dir, append(os.Environ(), "HOME="+r.dir)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { c.Process.Kill(); c.Wait() }()
		ask(r.port) // it runs
		read(t, step("caddy", 1), "", r.port, func() bool { return shake(r.port) })
	})
	port := tlsEcho(t)
	program := r.goClient()
	t.Run("go, record", func(t *testing.T) { read(t, step("go", 0), program+" "+port+" 4", port, func() bool { return true }) })
	for _, name := range []string{"go", "running"} {
		t.Run(name+", live", func(t *testing.T) {
			c := exec.Command(program, port, "60")
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { c.Process.Kill(); c.Wait() }()
			line := strings.NewReplacer("--keys-of program", "--keys-of goclient", "--keys-of 1234", fmt.Sprint("--keys-of ", c.Process.Pid)).Replace(step(name, map[string]int{"go": 1, "running": 0}[name]))
			read(t, line, "", port, func() bool { time.Sleep(time.Second); return true })
		})
	}
}
