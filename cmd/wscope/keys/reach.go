package keys

import (
	"bytes"
	"debug/elf"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Reach says why the connections of a program may have stayed closed, and which entry of the guide
// helps.
type Reach struct {
	Entry  string // of the guide; "" for none
	Reason string // one sentence without a full stop
}

// Explain looks at a process's executable. preload says whether the preload library was in its
// environment, probed whether secrets of Go programs were read.
func Explain(p Process, preload, probed bool) Reach {
	if p.Foreign {
		return Reach{"", "it runs as another user, as setuid programs do: the system gives it neither the preload library nor its environment"}
	}
	for _, name := range []string{p.Name, filepath.Base(p.Path)} {
		if entry, reason := byName(strings.TrimSuffix(name, ".exe")); entry != "" {
			return Reach{entry, reason}
		}
	}
	if interpreter := strings.TrimRight(filepath.Base(p.Path), "0123456789."); interpreters[interpreter] && !preload {
		return Reach{"openssl", "its scripts load OpenSSL late, and " + PreloadName + " is not beside wscope"}
	}
	f, err := os.Open(p.Path)
	if err != nil {
		return Reach{"", "its executable cannot be read"}
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.Mode()&(os.ModeSetuid|os.ModeSetgid) != 0 {
		return Reach{"", "it is setuid or setgid: the system gives it neither the preload library nor its environment"}
	}
	exe, err := elf.NewFile(f)
	if err != nil {
		return Reach{"", "it is no executable that can be looked at"}
	}
	switch {
	case exe.Section(".go.buildinfo") != nil && !probed:
		return Reach{"go", "Go programs write no key log by themselves; as root, or with CAP_BPF and CAP_PERFMON, record reads their secrets"}
	case exe.Section(".go.buildinfo") != nil:
		return Reach{"go", "it is a Go program, and its handshake may have come before record could look"}
	case static(exe):
		return Reach{"", "it is linked statically: no preload library reaches it"}
	case contains(f, exe, "SSL_CTX_new"):
		if !preload {
			return Reach{"openssl", "it may use OpenSSL, and " + PreloadName + " is not beside wscope"}
		}
		return Reach{"openssl", "its own copy of OpenSSL or BoringSSL is out of the preload library's reach"}
	}
	return Reach{"", "it wrote no key log"}
}

// byName knows runtimes whose executables do not say how they do TLS.
func byName(name string) (entry, reason string) {
	switch {
	case name == "java":
		return "java", "the JDK writes no key log without an agent"
	case name == "bun":
		return "bun", "Bun writes no key log"
	case name == "envoy":
		return "envoy", "Envoy writes a key log only where its configuration says so"
	case name == "dotnet":
		return "dotnet", "no OpenSSL that the preload library reaches was loaded"
	}
	return "", ""
}

// interpreters are programs whose executables do not name OpenSSL, which they load as a module asks for it.
var interpreters = map[string]bool{"python": true, "ruby": true, "php": true, "perl": true}

func static(exe *elf.File) bool {
	for _, p := range exe.Progs {
		if p.Type == elf.PT_INTERP {
			return false
		}
	}
	return true
}

// contains reports whether the program's read-only data or dynamic symbols name a function.
func contains(f io.ReaderAt, exe *elf.File, function string) bool {
	libraries, _ := exe.ImportedLibraries()
	for _, l := range libraries {
		if strings.HasPrefix(l, "libssl") {
			return true
		}
	}
	for _, name := range []string{".dynstr", ".rodata"} {
		s := exe.Section(name)
		if s == nil || s.Type == elf.SHT_NOBITS {
			continue
		}
		if holds(io.NewSectionReader(f, int64(s.Offset), int64(min(s.Size, 256<<20))), function) {
			return true
		}
	}
	return false
}

// holds searches without holding it all.
func holds(r io.Reader, word string) bool {
	buf := make([]byte, 1<<16)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		if bytes.Contains(buf[:kept+n], []byte(word)) {
			return true
		}
		if err != nil {
			return false
		}
		tail := min(len(word)-1, kept+n)
		copy(buf, buf[kept+n-tail:kept+n])
		kept = tail
	}
}
