//go:build linux && (amd64 || arm64)

package goprobe

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/ringbuf"
	"github.com/cilium/ebpf/rlimit"
)

// ringSize is the memory between kernel and reader: some 5,000 secrets.
const ringSize = 1 << 20

// A Probe gathers secrets of the executables that it is attached to. Attach, Lines and Execs may
// be called by several goroutines.
type Probe struct {
	ring    *ebpf.Map
	program *ebpf.Program // nil where multi is not
	multi   *ebpf.Program // the same for kernels since 6.6, which ask for less to attach it
	execs   *ebpf.Program
	reader  *ringbuf.Reader

	attaching sync.Mutex
	attached  map[file]error // what became of each executable
	links     []link.Link

	reading sync.Mutex
	started []int // processes that began to run a program and were not asked for yet
	lines   []byte
}

// file names an executable whatever its path.
type file struct{ dev, ino uint64 }

// Open loads what the kernel runs. With execs it also watches which programs begin, for Execs.
func Open(execs bool) (*Probe, error) {
	rlimit.RemoveMemlock() // kernels before 5.11 count maps as locked memory; if it fails, the map tells
	p := &Probe{attached: map[file]error{}}
	var err error
	if p.ring, err = ebpf.NewMap(&ebpf.MapSpec{Type: ebpf.RingBuf, MaxEntries: ringSize}); err != nil {
		return nil, fmt.Errorf("keys of Go programs need CAP_BPF and CAP_PERFMON, or root: %w", err)
	}
	load := func(kind ebpf.ProgramType, attach ebpf.AttachType, ins asm.Instructions) *ebpf.Program {
		var program *ebpf.Program
		if err == nil {
			program, err = ebpf.NewProgram(&ebpf.ProgramSpec{Type: kind, AttachType: attach, Instructions: ins, License: "GPL"})
		}
		return program
	}
	if p.multi = load(ebpf.Kprobe, ebpf.AttachTraceUprobeMulti, secretProgram(p.ring.FD(), layouts[runtime.GOARCH])); err != nil {
		err = nil
		p.program = load(ebpf.Kprobe, 0, secretProgram(p.ring.FD(), layouts[runtime.GOARCH]))
	}
	if execs {
		p.execs = load(ebpf.RawTracepoint, 0, execProgram(p.ring.FD()))
	}
	if err == nil {
		p.reader, err = ringbuf.NewReader(p.ring)
	}
	if err == nil && execs {
		var l link.Link
		if l, err = link.AttachRawTracepoint(link.RawTracepointOptions{Name: "sched_process_exec", Program: p.execs}); err == nil {
			p.links = append(p.links, l)
		}
	}
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("keys of Go programs: %w", err)
	}
	return p, nil
}

// Attach reads the secrets of every process that runs this executable, now or later. It returns
// ErrNotGo or ErrNoTLS for executables without any, and does nothing where it was attached before.
func (p *Probe) Attach(path string) error {
	p.attaching.Lock()
	defer p.attaching.Unlock()
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var st syscall.Stat_t
	if err := syscall.Fstat(int(f.Fd()), &st); err != nil {
		return err
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return ErrNotGo
	}
	key := file{uint64(st.Dev), st.Ino}
	if err, known := p.attached[key]; known {
		return err
	}
	err = p.attach(f, path)
	p.attached[key] = err
	return err
}

func (p *Probe) attach(f *os.File, path string) error {
	exe, err := elf.NewFile(f)
	if err != nil {
		return ErrNotGo
	}
	at, err := offset(exe, writeKeyLog)
	if err != nil {
		return err
	}
	x, err := link.OpenExecutable(path)
	if err != nil {
		return err
	}
	var l link.Link
	if p.multi != nil {
		l, err = x.UprobeMulti(nil, p.multi, &link.UprobeMultiOptions{Addresses: []uint64{at}})
	} else {
		l, err = x.Uprobe(writeKeyLog, p.program, &link.UprobeOptions{Address: at})
	}
	if err != nil {
		return fmt.Errorf("keys of Go programs need CAP_BPF and CAP_PERFMON, before Linux 6.6 root: %w", err)
	}
	p.links = append(p.links, l)
	return nil
}

// Lines returns what the programs' handshakes said since it was last asked, as whole lines of a key log.
func (p *Probe) Lines() []byte {
	p.reading.Lock()
	defer p.reading.Unlock()
	p.drain(time.Now())
	lines := p.lines
	p.lines = nil
	return lines
}

// Execs waits until the deadline for processes that begin to run a program, and returns their numbers.
func (p *Probe) Execs(deadline time.Time) []int {
	p.reading.Lock()
	defer p.reading.Unlock()
	if p.drain(time.Now()); len(p.started) == 0 {
		p.drain(deadline)
	}
	started := p.started
	p.started = nil
	return started
}

// drain reads the ring: everything that is there, and where there is nothing, until the deadline or
// the first event.
func (p *Probe) drain(deadline time.Time) {
	p.reader.SetDeadline(deadline)
	for {
		r, err := p.reader.Read()
		if err != nil {
			return // os.ErrDeadlineExceeded, or it was closed
		}
		p.event(r.RawSample)
		if !deadline.Before(time.Now()) {
			p.reader.SetDeadline(time.Now())
		}
	}
}

func (p *Probe) event(b []byte) {
	if len(b) < eventSize {
		return
	}
	word := func(at int) uint64 { return binary.NativeEndian.Uint64(b[at:]) }
	switch word(atKind) {
	case kindExec:
		if len(p.started) < maxStarted {
			p.started = append(p.started, int(word(atProcess)))
		}
	case kindSecret:
		label, secret := word(atLabelLen), word(atSecretLen)
		if label > maxLabel || secret > maxSecret || word(atRandomLen) != randomLen || len(p.lines) > maxLines {
			return
		}
		p.lines = append(p.lines, line(b[atLabel:atLabel+label], b[atRandom:atRandom+randomLen], b[atSecret:atSecret+secret])...)
	}
}

const (
	maxStarted = 1 << 16 // processes that nobody asks for
	maxLines   = 16 << 20
)

// Close takes the probes away.
func (p *Probe) Close() error {
	var errs []error
	for _, l := range p.links {
		errs = append(errs, l.Close())
	}
	if p.reader != nil {
		errs = append(errs, p.reader.Close())
	}
	for _, program := range []*ebpf.Program{p.program, p.multi, p.execs} {
		if program != nil {
			errs = append(errs, program.Close())
		}
	}
	if p.ring != nil {
		errs = append(errs, p.ring.Close())
	}
	return errors.Join(errs...)
}
