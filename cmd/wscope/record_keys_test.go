//go:build linux && libpcap

package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"wscope/cmd/wscope/keys"
)

// tlsEcho is a TLS server of this process, whose keys nobody has, that answers each connection with one line.
func tlsEcho(t *testing.T) (port string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(10 * time.Second))
				c.Read(make([]byte, 4096))
				fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
			}()
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port
}

// withPreload builds the preload library beside the program under test.
func (r *recorder) withPreload() {
	r.t.Helper()
	library := filepath.Join(filepath.Dir(r.wscope), keys.PreloadName)
	r.t.Cleanup(func() { os.Remove(library) })
	out, err := exec.Command("cc", "-O2", "-fPIC", "-shared", "-o", library,
		"keys/preload/keylog.c", "-ldl", "-lpthread").CombinedOutput()
	if err != nil {
		r.t.Skipf("no C compiler: %v %s", err, out)
	}
}

// goClient builds a Go program that connects to a port every half second, as often as it is told. It waits
// before the first time too: record needs a moment to look at a program that another program started.
func (r *recorder) goClient() string {
	r.t.Helper()
	program, source := r.in("goclient"), r.in("main.go")
	os.WriteFile(source, []byte(`package main
import ("crypto/tls"; "fmt"; "os"; "strconv"; "time")
func main() {
	times, _ := strconv.Atoi(os.Args[2])
	for range times {
		time.Sleep(500*time.Millisecond)
		c, err := tls.Dial("tcp", "127.0.0.1:"+os.Args[1], &tls.Config{InsecureSkipVerify: true})
		if err != nil { panic(err) }
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		c.Read(make([]byte, 100))
		c.Close()
	}
}
`), 0o666)
	if out, err := exec.Command("go", "build", "-o", program, source).CombinedOutput(); err != nil {
		r.t.Fatalf("%v %s", err, out)
	}
	return program
}

// TestLiveReadsKeysOfARunningProgram opens what a Go program says that ran before.
func TestLiveReadsKeysOfARunningProgram(t *testing.T) {
	r := newRecorder(t)
	port := tlsEcho(t)
	client := exec.Command(r.goClient(), port, "12")
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { client.Process.Kill(); client.Wait() }()
	file := r.in("live.pcapng")
	status, out, errs := r.run(nil, "", "live", "-i", "lo", "--duration", "4s", "-w", file, "--keys-of", strconv.Itoa(client.Process.Pid), "tcp", "port", port)
	if strings.Contains(errs, "CAP_BPF") {
		t.Skip(errs)
	}
	_, _, saved := r.run(nil, "", "flows", file)
	if status != 0 || !strings.Contains(saved, "http/1.1") {
		t.Errorf("status %d\n%s%s\n%s", status, out, errs, saved)
	}
	if status, _, errs := r.run(nil, "", "live", "-i", "lo", "--duration", "1s", "--keys-of", "no-such-program"); status != 2 || !strings.Contains(errs, "no such process") {
		t.Errorf("%d %s", status, errs)
	}
}

// TestRecordGathersKeys opens what programs of several runtimes say, with no flag at all.
func TestRecordGathersKeys(t *testing.T) {
	r := newRecorder(t)
	r.withPreload()
	port := tlsEcho(t)
	goProgram := r.goClient()
	python := `import ssl,socket,sys
c=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT); c.check_hostname=False; c.verify_mode=ssl.CERT_NONE
s=c.wrap_socket(socket.create_connection(("127.0.0.1",int(sys.argv[1])))); s.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"); s.recv(99)`
	node := `process.env.NODE_TLS_REJECT_UNAUTHORIZED="0";require("https").get("https://127.0.0.1:"+process.argv[1],r=>r.resume())`
	for _, c := range []struct {
		name    string
		command []string
	}{
		{"curl", []string{"curl", "-ksS", "-o", "/dev/null", "https://127.0.0.1:" + port}},
		{"python, a context of its own", []string{"python3", "-c", python, port}},
		{"node", []string{"node", "-e", node, port}},
		{"openssl", []string{"sh", "-c", `printf 'GET / HTTP/1.1\r\n\r\n' | openssl s_client -quiet -connect 127.0.0.1:` + port + ` 2>/dev/null; true`}},
		{"a Go program", []string{goProgram, port, "1"}},
		{"a Go program that a shell starts", []string{"sh", "-c", goProgram + " " + port + " 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := exec.LookPath(c.command[0]); err != nil {
				t.Skip(err)
			}
			file := r.in("run.pcapng")
			status, out, errs := r.run(nil, "", append([]string{"record", "-w", file, "--bpf", "tcp port " + port, "--"}, c.command...)...)
			if strings.Contains(errs, "CAP_BPF") {
				t.Skip(errs)
			}
			if status != 0 || !strings.Contains(errs, "; 0 TLS connections could not be opened") {
				t.Errorf("status %d\n%s%s", status, out, errs)
			}
			if _, _, errs := r.run(nil, "", "flows", file); !strings.Contains(errs, "1 http/1.1") {
				t.Errorf("the file cannot be read by itself: %s", errs)
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "wscope-keys*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestRecordSaysWhatStaysClosed names the process, and what would help.
func TestRecordSaysWhatStaysClosed(t *testing.T) {
	r := newRecorder(t)
	port := tlsEcho(t)
	file := r.in("run.pcapng")
	slow := `import ssl,socket,sys,time
c=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT); c.check_hostname=False; c.verify_mode=ssl.CERT_NONE
s=c.wrap_socket(socket.create_connection(("127.0.0.1",int(sys.argv[1])))); time.sleep(0.5); s.send(b"x"); s.recv(99)`
	_, _, errs := r.run(nil, "", "record", "-w", file, "--bpf", "tcp port "+port, "--", "python3", "-c", slow, port)
	if !strings.Contains(errs, "; 1 TLS connection could not be opened") || !strings.Contains(errs, "1 TLS connection of python") || !strings.Contains(errs, "wscope keys openssl") {
		t.Error(errs)
	}
}

// TestRecordGivesTheCommandNoCapture looks at what a child inherits, where a user called sudo.
func TestRecordGivesTheCommandNoCapture(t *testing.T) {
	r := newRecorder(t)
	dir := openFolder(t)
	script := `for f in /proc/self/fd/*; do readlink $f; done; grep -E '^Cap(Prm|Eff|Amb)' /proc/self/status`
	for _, more := range [][]string{{"--no-keys"}, nil} {
		_, out, _ := r.run([]string{"SUDO_UID=65534", "SUDO_GID=65534", "TMPDIR=" + dir}, "", append(append([]string{"record", "-w", filepath.Join(dir, "run.pcapng")}, more...), "--", "sh", "-c", script)...)
		if !strings.Contains(out, "CapEff:") || strings.Contains(out, "socket:") || strings.Contains(out, "bpf") {
			t.Errorf("the command has more than its own descriptors:\n%s", out)
		}
		for line := range strings.Lines(out) {
			if strings.HasPrefix(line, "Cap") && strings.Trim(line[7:], "\t 0\n") != "" {
				t.Errorf("the command has capabilities: %s", line)
			}
		}
	}
}

// TestRecordKeepsTheKeyLogToItsUser looks at the mode, and at what the environment had before.
func TestRecordKeepsTheKeyLogToItsUser(t *testing.T) {
	r := newRecorder(t)
	log := r.in("keys.log")
	_, out, _ := r.run([]string{"NODE_OPTIONS=--no-warnings"}, "", "record", "-w", r.in("run.pcapng"), "--keylog", log, "--", "sh", "-c", "echo $NODE_OPTIONS")
	if want := "--no-warnings --tls-keylog=" + log + "\n"; out != want {
		t.Errorf("NODE_OPTIONS is %q, not %q", out, want)
	}
	st, err := os.Stat(log)
	if err != nil {
		t.Fatal(err)
	}
	if st.Mode().Perm() != 0o600 {
		t.Errorf("the key log's mode is %v", st.Mode())
	}
}

// TestRecordLeavesNothingBehind kills record, and the whole of its process group, and looks for what it made.
func TestRecordLeavesNothingBehind(t *testing.T) {
	r := newRecorder(t)
	tmp := r.in("tmp")
	if err := os.Mkdir(tmp, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, group := range []bool{false, true} {
		c := exec.Command(r.wscope, "record", "-w", r.in("run.pcapng"), "--", "sh", "-c", "echo $SSLKEYLOGFILE; exec sleep 30")
		c.Env = append(os.Environ(), "SUDO_UID=", "SSLKEYLOGFILE=", "TMPDIR="+tmp)
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, tmp) {
			t.Errorf("the key log is %q, %v", line, err)
		}
		if group {
			syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		} else {
			syscall.Kill(c.Process.Pid, syscall.SIGKILL)
			defer syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // the command goes on: it is not record's to end any more
		}
		c.Process.Wait()
		var left []string
		for range 100 { // the reaper needs a moment
			left, _ = filepath.Glob(filepath.Join(tmp, "*"))
			more, _ := filepath.Glob(r.in(".run*"))
			if left = append(left, more...); len(left) == 0 {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if len(left) > 0 {
			t.Errorf("killed (group: %v), it left %v", group, left)
		}
	}
}
