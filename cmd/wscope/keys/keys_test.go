package keys

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestEnvironmentKeepsWhatPeopleSet(t *testing.T) {
	for _, c := range []struct {
		name, preload string
		current       []string
		want          []string
		elsewhere     []string
	}{
		{"nothing is set", "", []string{"HOME=/h"}, []string{"HOME=/h", "SSLKEYLOGFILE=/k", "NODE_OPTIONS=--tls-keylog=/k"}, nil},
		{"options are joined", "", []string{"NODE_OPTIONS=--max-old-space-size=100"}, []string{"SSLKEYLOGFILE=/k", "NODE_OPTIONS=--max-old-space-size=100 --tls-keylog=/k"}, nil},
		{"a log of the program's own stays", "", []string{`NODE_OPTIONS=--tls-keylog="/their own"`}, []string{"SSLKEYLOGFILE=/k", `NODE_OPTIONS=--tls-keylog="/their own"`}, []string{"/their own"}},
		{"a log as a word of its own", "", []string{`NODE_OPTIONS=-r x --tls-keylog /o`}, []string{"SSLKEYLOGFILE=/k", `NODE_OPTIONS=-r x --tls-keylog /o`}, []string{"/o"}},
		{"the library goes first", "/l.so", []string{"LD_PRELOAD=/theirs.so"}, []string{"SSLKEYLOGFILE=/k", "NODE_OPTIONS=--tls-keylog=/k", "LD_PRELOAD=/l.so:/theirs.so", "WSCOPE_KEYLOG=/k"}, nil},
		{"a path that ld.so would part is not used", "/a b/l.so", []string{"LD_PRELOAD=/theirs.so"}, []string{"SSLKEYLOGFILE=/k", "NODE_OPTIONS=--tls-keylog=/k", "LD_PRELOAD=/theirs.so"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			env, elsewhere := Environment(c.current, "/k", c.preload)
			if !slices.Equal(env, c.want) || !slices.Equal(elsewhere, c.elsewhere) {
				t.Errorf("%q, %q", env, elsewhere)
			}
		})
	}
}

func TestNodeOptionIsReadAsItIsWritten(t *testing.T) {
	for _, file := range []string{"/k", "/a b", `/a"b`, `/a\b c`, ""} {
		if got := nodeKeyLog("--x " + nodeOption(file) + " --y"); got != file {
			t.Errorf("%q is read as %q", file, got)
		}
	}
}

// TestGuideIsComplete holds each entry to what the command prints of it.
func TestGuideIsComplete(t *testing.T) {
	seen := map[string]string{}
	for _, r := range Guide() {
		if r.Name == "" || r.Short == "" || len(r.Steps)+len(r.Notes) == 0 || !strings.HasPrefix(r.Read, "https://") {
			t.Errorf("%q lacks a part", r.Name)
		}
		if r.Tried == "" && !strings.Contains(strings.Join(r.Notes, " "), "ot tried") && !strings.Contains(strings.Join(r.Notes, " "), "neither was tried") && r.Name != "firefox" {
			t.Errorf("%s says neither with what it was tried nor that it was not", r.Name)
		}
		for _, name := range append([]string{r.Name}, r.Aliases...) {
			if other, taken := seen[name]; taken {
				t.Errorf("%s is a name of %s and %s", name, other, r.Name)
			}
			seen[name] = r.Name
			if found, ok := Lookup(strings.ToUpper(name)); !ok || found.Name != r.Name {
				t.Errorf("Lookup(%s) finds %q", name, found.Name)
			}
		}
	}
}

func TestOwnersFindThisProcess(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	o := NewOwners(os.Getpid())
	o.Look()
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	p, ok := o.Of(port)
	if !ok {
		t.Skip("owners of sockets are known on Linux alone")
	}
	if self, _ := os.Executable(); p.PID != os.Getpid() || p.Path != self {
		t.Errorf("%+v", p)
	}
	if !DescendsFrom(os.Getpid(), os.Getppid()) || DescendsFrom(os.Getppid(), os.Getpid()) {
		t.Error("the parent is not known from the child")
	}
}

func TestExplainSaysWhy(t *testing.T) {
	self, _ := os.Executable()
	if r := Explain(Process{Path: self}, false, false); r.Entry != "go" || r.Reason == "" {
		t.Skipf("this is no ELF file: %+v", r)
	}
	if r := Explain(Process{Path: "/absent/java"}, true, false); r.Entry != "java" {
		t.Errorf("%+v", r)
	}
	if r := Explain(Process{Path: "/absent"}, true, false); r.Entry != "" || r.Reason == "" {
		t.Errorf("%+v", r)
	}
}

// TestHoldsFindsAcrossBlocks puts the word where one read ends and the next begins.
func TestHoldsFindsAcrossBlocks(t *testing.T) {
	for _, at := range []int{0, 1, 1<<16 - 5, 1<<16 - 1, 1 << 16, 1<<17 - 14} {
		text := strings.Repeat("x", at) + "SSL_CTX_new" + strings.Repeat("y", 100)
		if !holds(strings.NewReader(text), "SSL_CTX_new") {
			t.Errorf("not found at %d", at)
		}
	}
	if holds(strings.NewReader(strings.Repeat("SSL_CTX_ne", 20000)), "SSL_CTX_new") {
		t.Error("found where it is not")
	}
}
