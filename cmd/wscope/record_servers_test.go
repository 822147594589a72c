//go:build linux && libpcap

package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate writes a key and a certificate of its own for localhost.
func (r *recorder) certificate() (both string) {
	r.t.Helper()
	key, cert := r.in("key.pem"), r.in("cert.pem")
	out, err := exec.Command("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert,
		"-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost").CombinedOutput()
	if err != nil {
		r.t.Skipf("openssl: %v %s", err, out)
	}
	a, _ := os.ReadFile(key)
	b, _ := os.ReadFile(cert)
	both = r.in("both.pem")
	if err := os.WriteFile(both, append(a, b...), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return both
}

// ask sends a request to a server that may still be starting, over TLS whose keys nobody writes, and says
// whether it was answered.
func ask(port string) bool {
	for range 150 {
		time.Sleep(100 * time.Millisecond)
		c, err := tls.DialWithDialer(&net.Dialer{Timeout: time.Second}, "tcp", "127.0.0.1:"+port, &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"})
		if err != nil {
			continue
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(10 * time.Second))
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		b, _ := io.ReadAll(c)
		return strings.HasPrefix(string(b), "HTTP/1.1 200")
	}
	return false
}

// TestRecordGathersKeysOfServers opens what servers of others say whose clients write no keys: nginx and haproxy
// through the preload library, Debian's Caddy (Go 1.19, linked by a C linker, stripped) through the probe.
func TestRecordGathersKeysOfServers(t *testing.T) {
	r := newRecorder(t)
	r.withPreload()
	r.certificate()
	write := func(name, text string) string {
		name = r.in(name)
		if err := os.WriteFile(name, []byte(fmt.Sprintf(text, r.port, r.dir)), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, c := range []struct {
		server  string
		command []string
	}{
		{"nginx", []string{"nginx", "-p", r.dir, "-c", write("nginx.conf", `master_process off; daemon off; pid nginx.pid; error_log stderr; events {}
http { access_log off; server { listen 127.0.0.1:%[1]s ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem; location / { return 200 "hi"; } } }
`)}},
		{"haproxy", []string{"haproxy", "-db", "-f", write("haproxy.cfg", `defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend f
  bind 127.0.0.1:%[1]s ssl crt %[2]s/both.pem
  http-request return status 200 content-type text/plain string hi
`)}},
		{"caddy", []string{"caddy", "run", "--adapter", "caddyfile", "--config", write("Caddyfile", `{
	auto_https disable_redirects
	skip_install_trust
	admin off
	default_sni localhost
}
https://localhost:%[1]s {
	bind 127.0.0.1
	tls internal
	respond "hi"
}
`)}},
	} {
		t.Run(c.server, func(t *testing.T) {
			if _, err := exec.LookPath(c.server); err != nil {
				t.Skip(err)
			}
			answered := make(chan bool, 1)
			go func() {
				answered <- ask(r.port)
				pkill(r.dir, c.server)
			}()
			file := r.in("run.pcapng")
			_, out, errs := r.run([]string{"HOME=" + r.dir, "XDG_DATA_HOME=" + r.dir}, "",
				append([]string{"record", "-w", file, "--bpf", "tcp port " + r.port, "--"}, c.command...)...)
			if !<-answered {
				t.Skipf("%s did not answer: %s%s", c.server, out, errs)
			}
			if strings.Contains(errs, "CAP_BPF") {
				t.Skip(errs)
			}
			if !strings.Contains(errs, "; 0 TLS connections could not be opened") {
				t.Errorf("%s%s", out, errs)
			}
			if _, _, errs := r.run(nil, "", "flows", file); !strings.Contains(errs, "1 http/1.1") {
				t.Errorf("the file cannot be read by itself: %s", errs)
			}
		})
	}
}

// pkill ends the processes of a program that were started for files in a folder.
func pkill(dir, program string) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range all {
		b, err := os.ReadFile(name)
		words := strings.Split(string(b), "\x00")
		if err == nil && filepath.Base(words[0]) == program && strings.Contains(string(b), dir) {
			exec.Command("kill", filepath.Base(filepath.Dir(name))).Run()
		}
	}
}

// TestRecordGathersKeysOfChromium opens what a browser says to a server whose keys nobody writes.
func TestRecordGathersKeysOfChromium(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip(err)
	}
	r := newRecorder(t)
	port := tlsEcho(t)
	file := r.in("run.pcapng")
	_, out, errs := r.run(nil, "", "record", "-w", file, "--bpf", "tcp port "+port, "--", "timeout", "60", "chromium", "--headless", "--no-sandbox",
		"--disable-gpu", "--ignore-certificate-errors", "--user-data-dir="+r.in("profile"), "--dump-dom", "https://127.0.0.1:"+port+"/")
	if !strings.Contains(out, "hi") {
		t.Skipf("chromium did not load the page: %s%s", out, errs)
	}
	if !strings.Contains(errs, "; 0 TLS connections could not be opened") {
		t.Error(errs)
	}
	if _, _, errs := r.run(nil, "", "flows", file); !strings.Contains(errs, "http/1.1") {
		t.Errorf("the file cannot be read by itself: %s", errs)
	}
}

// TestRecordSaysThatJavaStaysClosed holds what is said of a runtime that nothing reaches.
func TestRecordSaysThatJavaStaysClosed(t *testing.T) {
	if _, err := exec.LookPath("java"); err != nil {
		t.Skip(err)
	}
	r := newRecorder(t)
	port := tlsEcho(t)
	source := r.in("Client.java")
	os.WriteFile(source, []byte(`import java.net.Socket; import java.security.cert.X509Certificate; import javax.net.ssl.*;
public class Client { public static void main(String[] a) throws Exception {
	SSLContext c = SSLContext.getInstance("TLS");
	c.init(null, new TrustManager[]{new X509TrustManager() {
		public void checkClientTrusted(X509Certificate[] c, String s) {}
		public void checkServerTrusted(X509Certificate[] c, String s) {}
		public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; } }}, null);
	Socket s = c.getSocketFactory().createSocket("127.0.0.1", Integer.parseInt(a[0]));
	s.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
	s.getInputStream().read(new byte[99]); Thread.sleep(500); } }
`), 0o600)
	_, _, errs := r.run(nil, "", "record", "-w", r.in("run.pcapng"), "--bpf", "tcp port "+port, "--", "java", source, port)
	if !strings.Contains(errs, "; 1 TLS connection could not be opened") || !strings.Contains(errs, "see wscope keys java") {
		t.Error(errs)
	}
}
