package main

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wscope/assembly/tlsopen"
	"wscope/cmd/wscope/keys"
)

// TestGuideSnippetsWriteKeys runs what wscope keys shows, as it is shown, for the runtimes that are installed. Only
// the names of what a person has differ: example.com is a server of this test, client.py and the others are there.
func TestGuideSnippetsWriteKeys(t *testing.T) {
	slow(t, "runs browsers and other programs")
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hi") }))
	s.TLS = &tls.Config{}
	s.StartTLS()
	defer s.Close()
	addr := s.Listener.Addr().String()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})), 0o644)
	get := `require("https").get("https://` + addr + `/", {rejectUnauthorized: false}, r => r.resume())`
	write("server.js", get, 0o644)
	write("package.json", `{"scripts": {"test": "node server.js"}}`, 0o644)
	write("client.py", `import ssl, socket
c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
h, p = "`+addr+`".rsplit(":", 1)
s = c.wrap_socket(socket.create_connection((h, int(p)))); s.send(b"GET / HTTP/1.0\r\n\r\n"); s.recv(99)
`, 0o644)
	write("program", "#!/bin/sh\nenv -u SSLKEYLOGFILE curl -sk https://"+addr+"/\n", 0o755)
	write(".curlrc", "insecure\nsilent\n", 0o644)
	write("main.ts", fmt.Sprintf("const c = await Deno.connectTls({hostname: '127.0.0.1', port: %s, caCerts: [`%s`]});\n"+
		"await c.write(new TextEncoder().encode('GET / HTTP/1.0\\r\\n\\r\\n')); await c.read(new Uint8Array(99)); c.close();\n",
		addr[strings.LastIndex(addr, ":")+1:], pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})), 0o644)
	// A browser needs a page to open, and no window.
	if real, err := exec.LookPath("chromium"); err == nil {
		write("shim/chromium", "#!/bin/sh\nexec timeout 60 "+real+` --headless --no-sandbox --disable-gpu --ignore-certificate-errors "$@" --dump-dom https://`+addr+"/\n", 0o755)
	}
	if real, err := exec.LookPath("firefox-esr"); err == nil {
		write("shim/firefox", "#!/bin/sh\nexec timeout 10 "+real+` --headless "$@" --screenshot `+filepath.Join(dir, "page.png")+" https://"+addr+"/\n", 0o755)
	}
	for _, c := range []struct {
		runtime, program string
		setup            func() string // what lacks, or ""
	}{
		{"chromium", "chromium", nil},
		{"firefox", "firefox-esr", func() string { return folder(t, dir, "profile-firefox") }},
		{"curl", "curl", nil},
		{"node", "node", nil},
		{"deno", "deno", nil},
		{"python", "python3", nil},
		{"openssl", "openssl", func() string {
			os.MkdirAll(filepath.Join(dir, "bin"), 0o755)
			out, err := exec.Command("cc", "-O2", "-fPIC", "-shared", "-o", filepath.Join(dir, "bin", keys.PreloadName), "keys/preload/keylog.c", "-ldl", "-lpthread").CombinedOutput()
			if err != nil {
				return fmt.Sprintf("no C compiler: %v %s", err, out)
			}
			return ""
		}},
	} {
		t.Run(c.runtime, func(t *testing.T) {
			if _, err := exec.LookPath(c.program); err != nil {
				t.Skip(err)
			}
			if c.setup != nil {
				if lacks := c.setup(); lacks != "" {
					t.Skip(lacks)
				}
			}
			about, ok := keys.Lookup(c.runtime)
			if !ok || about.Tried == "" {
				t.Fatalf("%s says that it was not tried", c.runtime)
			}
			for i, step := range about.Steps {
				if !strings.Contains(step, "KEYS") {
					continue // make build
				}
				log := filepath.Join(dir, fmt.Sprintf("%s-%d.keys", c.runtime, i))
				line := strings.NewReplacer("KEYS", log, "https://example.com/", "https://"+addr+"/", "example.com:443", addr,
					"/tmp/another-profile", filepath.Join(dir, "profile-"+c.runtime)).Replace(step)
				cmd := exec.Command("sh", "-c", line)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "SSLKEYLOGFILE=", "NODE_OPTIONS=", "HOME="+dir, "CURL_HOME="+dir, "PATH="+filepath.Join(dir, "shim")+":"+os.Getenv("PATH"))
				out, err := cmd.CombinedOutput()
				text, _ := os.ReadFile(log)
				if n, bad := tlsopen.NewKeys().Add(text); n == 0 || bad > 0 {
					t.Errorf("%s\ngave %d secrets and %d bad lines (%v): %s", line, n, bad, err, out)
				}
			}
		})
	}
}

// TestSnippetsSayWhetherTheyWereTried holds the guide to the tests: what they run says with which versions, and what they
// do not says so.
func TestSnippetsSayWhetherTheyWereTried(t *testing.T) {
	run := map[string]bool{}
	for _, name := range []string{"keys_guide_test.go", "keys_guide_servers_test.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range keys.Guide() {
			run[r.Name] = run[r.Name] || strings.Contains(string(text), `{"`+r.Name+`", "`) || strings.Contains(string(text), `step("`+r.Name+`", `) ||
				strings.Contains(string(text), `"`+r.Name+`": `)
		}
	}
	for _, r := range keys.Guide() {
		untried := strings.Contains(strings.ToLower(strings.Join(r.Notes, " ")), "not tried")
		switch {
		case len(r.Steps) > 0 && !run[r.Name] && !untried:
			t.Errorf("%s: no test runs its steps, and it does not say so", r.Name)
		case run[r.Name] && r.Tried == "":
			t.Errorf("%s: a test runs its steps, and it does not say with which version", r.Name)
		case r.Tried == "" && !untried:
			t.Errorf("%s: it says neither what it was tried with nor that it was not", r.Name)
		}
	}
}

// folder makes a folder, and says why it could not.
func folder(t *testing.T, dir, name string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
		return err.Error()
	}
	return ""
}
