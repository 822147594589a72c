//go:build linux

package main

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// instruction is one of the kernel's virtual machine (RFC 9669).
type instruction struct {
	code byte
	regs byte // destination in the low half, source in the high one
	jump int16
	imm  int32
}

// The codes that are used: operations on 64 bits; loads and stores of 8, 32 and 64.
const (
	move, moveImm = 0xbf, 0xb7
	add, addImm   = 0x0f, 0x07
	sub           = 0x1f
	mul, mulImm   = 0x2f, 0x27
	shiftImm      = 0x67 // to the left
	load8         = 0x71
	load32        = 0x61
	load64        = 0x79
	store8        = 0x73
	store32       = 0x63
	store64       = 0x7b
	ifLess        = 0xad
	ifNotLess     = 0x3d
	ifNotLessImm  = 0x35
	ifGreaterImm  = 0x25
	ifNotEqualImm = 0x55
	loadAddress   = 0x18 // in two instructions
	call, exit    = 0x85, 0x95

	ofMapValue = 2 // as source of loadAddress: of a map's only value

	clock      = 5 // functions that are called
	redirect   = 23
	adjustTail = 65
	storeBytes = 190

	verdictDrop = 1
	verdictPass = 2
)

// passing lets every packet go its usual way.
var passing = []instruction{{code: moveImm, imm: verdictPass}, {code: exit}}

// filling is the program that makes a frame the next packet and sends it on an interface,
// or gives it up where none is due. It reads a map's value of size bytes: state, the slots
// of count packets, and the packets.
func filling(fd, count, size, nic int) []instruction {
	const frame, mem, at, long = 6, 7, 8, 9 // registers that calls leave alone
	regs := func(to, from byte) byte { return to | from<<4 }
	p := []instruction{
		{code: move, regs: regs(frame, 1)},
		{code: loadAddress, regs: regs(mem, ofMapValue), imm: int32(fd)},
		{},

		{code: call, imm: clock},
		{code: load64, regs: regs(1, mem), jump: stateUntil},
		{code: ifNotLess, regs: regs(0, 1)},
		{code: load64, regs: regs(2, mem), jump: stateSent},
		{code: load64, regs: regs(1, mem), jump: stateLimit},
		{code: ifNotLess, regs: regs(2, 1)},
		{code: load64, regs: regs(1, mem), jump: stateBegin},
		{code: sub, regs: regs(0, 1)},
		{code: load64, regs: regs(1, mem), jump: stateRate},
		{code: mul, regs: regs(0, 1)}, // packets due, times a billion
		{code: move, regs: regs(1, 2)},
		{code: mulImm, regs: 1, imm: 1e9},
		{code: ifLess, regs: regs(0, 1)},
		{code: addImm, regs: 2, imm: 1},
		{code: store64, regs: regs(mem, 2), jump: stateSent},

		{code: load32, regs: regs(at, mem), jump: stateNext},
		{code: ifNotLessImm, regs: at, imm: int32(count)},
		{code: move, regs: regs(1, at)},
		{code: addImm, regs: 1, imm: 1},
		{code: ifNotEqualImm, regs: 1, imm: int32(count), jump: 1},
		{code: moveImm, regs: 1},
		{code: store32, regs: regs(mem, 1), jump: stateNext},

		{code: shiftImm, regs: at, imm: 4}, // slotSize
		{code: add, regs: regs(at, mem)},
		{code: load32, regs: regs(long, at), jump: slotsAt + 4},
		{code: load32, regs: regs(1, at), jump: slotsAt},
		{code: load32, regs: regs(at, at), jump: slotsAt + 8}, // the step
		{code: ifGreaterImm, regs: long, imm: longest},
		{code: ifGreaterImm, regs: 1, imm: int32(size - longest)},
		{code: add, regs: regs(mem, 1)}, // the packet

		{code: move, regs: regs(1, frame)},
		{code: move, regs: regs(2, long)},
		{code: addImm, regs: 2, imm: -longest},
		{code: call, imm: adjustTail},
		{code: ifNotEqualImm, regs: 0},
		{code: move, regs: regs(1, frame)},
		{code: moveImm, regs: 2},
		{code: move, regs: regs(3, mem)},
		{code: move, regs: regs(4, long)},
		{code: ifNotLessImm, regs: 4, jump: 1, imm: 1}, // there is none of no length
		{code: moveImm, regs: 4, imm: 1},
		{code: call, imm: storeBytes},

		{code: load8, regs: regs(1, mem), jump: 27}, // other addresses for the next round
		{code: add, regs: regs(1, at)},
		{code: store8, regs: regs(mem, 1), jump: 27},
		{code: load8, regs: regs(1, mem), jump: 31},
		{code: sub, regs: regs(1, at)},
		{code: store8, regs: regs(mem, 1), jump: 31},

		{code: moveImm, regs: 1, imm: int32(nic)},
		{code: moveImm, regs: 2},
		{code: call, imm: redirect},
		{code: exit},

		{code: moveImm, imm: verdictDrop},
		{code: exit},
	}
	drop := len(p) - 2
	for i := range p { // what has no place to jump to gives the frame up
		switch c := &p[i]; c.code {
		case ifLess, ifNotLess, ifNotLessImm, ifGreaterImm, ifNotEqualImm:
			if c.jump == 0 {
				c.jump = int16(drop - i - 1)
			}
		}
	}
	return p
}

// What bpf(2) is asked with, as far as it is used.
type (
	mapAttr struct {
		kind, key, value, entries, flags uint32
	}
	loadAttr struct {
		kind, count      uint32
		program, licence uint64
		level, size      uint32
		log              uint64
	}
	linkAttr struct {
		prog, nic, attach, flags uint32
	}
	runAttr struct {
		prog, verdict        uint32
		size, sizeOut        uint32
		frame, out           uint64
		repeat, took         uint32
		context, contextOut  uint32
		contextIn, contextTo uint64
		flags, cpu, batch, _ uint32
	}
)

func pointer[T any](p *T) uint64 { return uint64(uintptr(unsafe.Pointer(p))) }

// bpf asks the kernel; a file descriptor that it gives is closed in the end.
func (x *xdp) bpf(command uintptr, attr any) (int, error) {
	var at unsafe.Pointer
	var size uintptr
	switch a := attr.(type) {
	case *mapAttr:
		at, size = unsafe.Pointer(a), unsafe.Sizeof(*a)
	case *loadAttr:
		at, size = unsafe.Pointer(a), unsafe.Sizeof(*a)
	case *linkAttr:
		at, size = unsafe.Pointer(a), unsafe.Sizeof(*a)
	case *runAttr:
		at, size = unsafe.Pointer(a), unsafe.Sizeof(*a)
	}
	fd, _, errno := unix.Syscall(unix.SYS_BPF, command, uintptr(at), size)
	if errno != 0 {
		return -1, errno
	}
	if command != unix.BPF_PROG_TEST_RUN {
		x.fds = append(x.fds, int(fd))
	}
	return int(fd), nil
}
