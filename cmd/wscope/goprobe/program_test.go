//go:build linux && (amd64 || arm64)

package goprobe

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"github.com/cilium/ebpf/asm"
)

// A machine runs the few instructions that the programs here are made of.
type machine struct {
	t       *testing.T
	context []byte            // the registers of the probed function
	memory  map[uint64][]byte // of the probed program, by address
	stack   [512]byte
	out     [][]byte // what was sent to the ring
}

// Addresses of the machine's own.
const (
	contextAt = 1 << 32
	stackEnd  = 2 << 32
)

// at returns n bytes at an address, as the verifier allows them.
func (m *machine) at(addr uint64, n int) []byte {
	m.t.Helper()
	switch {
	case addr >= contextAt && addr+uint64(n) <= contextAt+uint64(len(m.context)):
		return m.context[addr-contextAt:][:n]
	case addr >= stackEnd-uint64(len(m.stack)) && addr+uint64(n) <= stackEnd:
		return m.stack[addr-(stackEnd-uint64(len(m.stack))):][:n]
	}
	m.t.Fatalf("access of %d bytes at %#x", n, addr)
	return nil
}

// readUser copies memory of the probed program, whole or not at all.
func (m *machine) readUser(to, n, from uint64) uint64 {
	for at, block := range m.memory {
		if from >= at && from+n <= at+uint64(len(block)) {
			copy(m.at(to, int(n)), block[from-at:])
			return 0
		}
	}
	return ^uint64(13) // -EFAULT
}

func (m *machine) run(program asm.Instructions) {
	m.t.Helper()
	r := map[asm.Register]uint64{asm.R1: contextAt, asm.R10: stackEnd}
	for i := 0; i < len(program); i++ {
		ins := program[i]
		second := uint64(ins.Constant)
		if ins.OpCode.Class().IsALU() && ins.OpCode.Source() == asm.RegSource {
			second = r[ins.Src]
		}
		switch op := ins.OpCode; {
		case op.JumpOp() == asm.Exit && op.Class().IsJump():
			return
		case ins.IsBuiltinCall():
			switch fn := asm.BuiltinFunc(ins.Constant); fn {
			case asm.FnGetCurrentPidTgid:
				r[asm.R0] = 1234<<32 | 5678
			case asm.FnProbeReadUser:
				r[asm.R0] = m.readUser(r[asm.R1], r[asm.R2], r[asm.R3])
			case asm.FnRingbufOutput:
				m.out = append(m.out, bytes.Clone(m.at(r[asm.R2], int(r[asm.R3]))))
				r[asm.R0] = 0
			default:
				m.t.Fatalf("call of %v", fn)
			}
		case op.Class().IsJump() && op.JumpOp() == asm.JEq:
			if r[ins.Dst] == second {
				for program[i+1].Symbol() != ins.Reference() {
					i++
				}
			}
		case op.Class().IsLoad() && ins.IsLoadFromMap(), op.IsDWordLoad():
			r[ins.Dst] = 7 // the ring
		case op.Class() == asm.LdXClass:
			r[ins.Dst] = binary.NativeEndian.Uint64(m.at(r[ins.Src]+uint64(int64(ins.Offset)), 8))
		case op.Class() == asm.StXClass:
			binary.NativeEndian.PutUint64(m.at(r[ins.Dst]+uint64(int64(ins.Offset)), 8), r[ins.Src])
		case op.ALUOp() == asm.Mov:
			r[ins.Dst] = second
		case op.ALUOp() == asm.Add:
			r[ins.Dst] += second
		case op.ALUOp() == asm.RSh:
			r[ins.Dst] >>= second
		default:
			m.t.Fatalf("instruction %v", ins)
		}
	}
}

// registersOf are the offsets of the registers of Go's calling convention, by GOARCH, in the order of arguments.
func registersOf(arch string) []int16 {
	if arch == "arm64" {
		return []int16{0, 8, 16, 24, 32, 40, 48, 56, 64}
	}
	// AX, BX, CX, DI, SI, R8, R9, R10, R11 in struct pt_regs: r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di
	return []int16{10 * 8, 5 * 8, 11 * 8, 14 * 8, 13 * 8, 9 * 8, 8 * 8, 7 * 8, 6 * 8}
}

// TestSecretProgramByMachine runs the program for every machine there is, with the arguments of a call in its registers.
func TestSecretProgramByMachine(t *testing.T) {
	const receiver, label, random, secret = 0x1000, 0x2000, 0x3000, 0x4000
	for arch, at := range layouts {
		for _, c := range []struct {
			name string
			size int // of the secret
			more int // bytes that can be read behind it
		}{{"TLS 1.2", 48, 100}, {"SHA-256", 32, 100}, {"SHA-384", 48, 0}, {"SHA-256 at the end of a page", 32, 0}} {
			m := &machine{t: t, context: make([]byte, 168), memory: map[uint64][]byte{
				label:  []byte("CLIENT_TRAFFIC_SECRET_0" + strings.Repeat("other strings of the program", 3)),
				random: bytes.Repeat([]byte{0xab}, 32),
				secret: bytes.Repeat([]byte{0xcd}, c.size+c.more),
			}}
			copy(m.memory[secret][c.size:], bytes.Repeat([]byte{0xff}, 100))
			words := []uint64{receiver, label, 23, random, 32, 32, secret, uint64(c.size), 64}
			for i, reg := range registersOf(arch) {
				binary.NativeEndian.PutUint64(m.context[reg:], words[i])
			}
			m.run(secretProgram(3, at))
			if len(m.out) != 1 {
				t.Fatalf("%s, %s: %d events", arch, c.name, len(m.out))
			}
			p := &Probe{}
			p.event(m.out[0])
			want := "CLIENT_TRAFFIC_SECRET_0 " + strings.Repeat("ab", 32) + " " + strings.Repeat("cd", c.size) + "\n"
			if string(p.lines) != want {
				t.Errorf("%s, %s: %q, want %q", arch, c.name, p.lines, want)
			}
		}
	}
}

// TestExecProgram tells the process.
func TestExecProgram(t *testing.T) {
	m := &machine{t: t, context: make([]byte, 8)}
	m.run(execProgram(3))
	p := &Probe{}
	p.event(m.out[0])
	if len(p.started) != 1 || p.started[0] != 1234 {
		t.Errorf("processes %v", p.started)
	}
}

// TestLayoutIsThisKernels holds the layout of this machine to the kernel's own struct.
func TestLayoutIsThisKernels(t *testing.T) {
	if _, ok := layouts[runtime.GOARCH]; !ok {
		t.Fatalf("no layout for %s", runtime.GOARCH)
	}
	for i, at := range registersOf(runtime.GOARCH) {
		if want := kernelOffset(i); at != want {
			t.Errorf("argument %d is at %d, not %d", i, at, want)
		}
	}
}
