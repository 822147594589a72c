//go:build linux && (amd64 || arm64)

package goprobe

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// program is a Go program that does one handshake with itself over each version of TLS, and
// writes the key log that crypto/tls gives it to a file.
const program = `package main

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"time"
)

func main() {
	time.Sleep(300 * time.Millisecond)
	log, _ := os.Create(os.Args[1])
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }))
	s.StartTLS()
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t := s.Client().Transport.(*http.Transport).Clone()
		t.TLSClientConfig.MaxVersion, t.TLSClientConfig.KeyLogWriter = v, log
		r, err := (&http.Client{Transport: t}).Get(s.URL)
		if err != nil {
			panic(err)
		}
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
		t.CloseIdleConnections()
	}
}
`

// built compiles the program with these flags.
func built(t *testing.T, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte(program), 0o666); err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(dir, "program")
	c := exec.Command("go", append(append([]string{"build"}, flags...), "-o", exe, source)...)
	cgo := "0"
	if slices.ContainsFunc(flags, func(f string) bool { return strings.Contains(f, "-linkmode=external") }) {
		cgo = "1"
	}
	c.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED="+cgo)
	if out, err := c.CombinedOutput(); err != nil {
		t.Skipf("go build %v: %v\n%s", flags, err, out)
	}
	return exe
}

// TestSecretsOfAProgram compares with the key log that crypto/tls itself writes. It needs root.
func TestSecretsOfAProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	p, err := Open(true)
	if err != nil {
		t.Skip(err)
	}
	defer p.Close()
	for _, flags := range [][]string{nil, {"-ldflags=-s -w"}, {"-buildmode=pie"}, {"-ldflags=-linkmode=external -s -w"}} {
		t.Run(fmt.Sprint(flags), func(t *testing.T) {
			exe := built(t, flags...)
			if err := p.Attach(exe); err != nil {
				t.Fatal(err)
			}
			truth := filepath.Join(t.TempDir(), "keys")
			c := exec.Command(exe, truth)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			seen := false
			for range 20 {
				for _, pid := range p.Execs(time.Now().Add(50 * time.Millisecond)) {
					seen = seen || pid == c.Process.Pid
				}
			}
			if err := c.Wait(); err != nil {
				t.Fatal(err)
			}
			if !seen {
				t.Error("Execs did not tell of the process")
			}
			want, err := os.ReadFile(truth)
			if err != nil {
				t.Fatal(err)
			}
			got := p.Lines()
			for line := range bytes.Lines(want) {
				if !bytes.Contains(got, line) {
					t.Errorf("no %s", line)
				}
			}
			if !bytes.Contains(want, []byte("CLIENT_RANDOM ")) || !bytes.Contains(want, []byte("CLIENT_TRAFFIC_SECRET_0 ")) {
				t.Errorf("the program's own log lacks a version:\n%s", want)
			}
		})
	}
}

func TestAttachSaysWhatIsNoGoProgram(t *testing.T) {
	for path, want := range map[string]error{"/bin/sh": ErrNotGo, "/dev/null": ErrNotGo, "symbol.go": ErrNotGo} {
		p := &Probe{attached: map[file]error{}}
		if err := p.Attach(path); !errors.Is(err, want) {
			t.Errorf("%s: %v, not %v", path, err, want)
		}
	}
}

// TestOffsetAgreesWithTheSymbolTable looks up functions of programs that have both tables: where a C linker
// linked them, its code stands in front of Go's.
func TestOffsetAgreesWithTheSymbolTable(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	for _, c := range []struct {
		arch  string
		flags []string
	}{
		{"", []string{"-ldflags=-linkmode=external"}},
		{"", []string{"-buildmode=pie", "-ldflags=-linkmode=external"}},
		{"amd64", nil}, {"arm64", nil}, {"arm64", []string{"-buildmode=pie"}},
	} {
		t.Run(fmt.Sprint(c.arch, c.flags), func(t *testing.T) {
			if c.arch != "" {
				if os.Getenv("WSCOPE_CROSS") == "" { // a minute, of which CI has none
					t.Skip("compiles the standard library for another machine: set WSCOPE_CROSS")
				}
				t.Setenv("GOARCH", c.arch)
			}
			exe, err := elf.Open(built(t, c.flags...))
			if err != nil {
				t.Fatal(err)
			}
			defer exe.Close()
			symbols, err := exe.Symbols()
			if err != nil {
				t.Fatal(err)
			}
			text, compared := exe.Section(".text"), 0
			for _, s := range symbols {
				if elf.ST_TYPE(s.Info) != elf.STT_FUNC || !strings.HasPrefix(s.Name, "runtime.m") || strings.Contains(s.Name, ".abi0") {
					continue
				}
				at, err := offset(exe, s.Name)
				if err != nil {
					continue // of assembly: the pclntab calls it otherwise
				}
				if compared++; compared > 300 {
					break
				}
				if want := s.Value - text.Addr + text.Offset; at != want {
					t.Fatalf("%s is at %#x, not %#x", s.Name, at, want)
				}
			}
			if compared < 50 {
				t.Errorf("only %d functions compared", compared)
			}
		})
	}
}

// FuzzLookup holds the table's reader to bytes of anybody's making.
func FuzzLookup(f *testing.F) {
	self, err := os.Executable()
	if err != nil {
		f.Fatal(err)
	}
	exe, err := elf.Open(self)
	if err != nil {
		f.Fatal(err)
	}
	defer exe.Close()
	table, _, err := pclntab(exe)
	if err != nil {
		f.Fatal(err)
	}
	for n := range headerSize + 8 {
		f.Add(table[:n])
	}
	f.Add(table[:4096])
	f.Fuzz(func(_ *testing.T, b []byte) {
		lookup(b, exe.ByteOrder, writeKeyLog)
		findTable(b, exe.ByteOrder)
	})
}

func TestLineRefusesWhatIsNoSecret(t *testing.T) {
	random, secret := make([]byte, 32), make([]byte, 48)
	if got := line([]byte("CLIENT_RANDOM"), random, secret); !strings.HasPrefix(got, "CLIENT_RANDOM 0000") || !strings.HasSuffix(got, "0\n") {
		t.Errorf("%q", got)
	}
	for _, label := range []string{"", "client", "A B", "A\n", "\x00"} {
		if got := line([]byte(label), random, secret); got != "" {
			t.Errorf("%q gives %q", label, got)
		}
	}
}
