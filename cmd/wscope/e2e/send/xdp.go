//go:build linux

package main

import (
	"fmt"
	"math"
	"net"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// xdp sends packets without the kernel's way from a socket to an interface: a small program
// (program.go) fills frames that the kernel keeps, and they go to the other end of a veth
// pair many at a time. What it sends, and when, lies in memory that both share.
type xdp struct {
	mem   []byte // state, slots, packets
	prog  int    // the program
	fds   []int
	count int // packets
}

// The memory begins with this state. Times are nanoseconds of CLOCK_MONOTONIC.
const (
	stateNext  = 0  // the packet to send
	stateSent  = 8  // how many were
	stateBegin = 16 // when the sending began
	stateUntil = 24 // when it is over
	stateRate  = 32 // packets a second
	stateLimit = 40 // packets at most

	slotsAt  = 64 // where the slots of the packets begin
	slotSize = 16
)

// slot says of a packet where it stands in the memory. step is what is added to its address
// at 27, and taken from that at 31, each time that it was sent.
type slot struct{ at, long, step, _ uint32 }

const (
	longest = 2000 // bytes of a packet
	batch   = 64   // frames that go together; the other end keeps 256
)

// newXDP prepares to send packets on an interface, whose other end is peer.
func newXDP(name, peer string, packets [][]byte) (x *xdp, err error) {
	x = &xdp{count: len(packets)}
	defer func() {
		if err != nil {
			x.close()
		}
	}()
	out, err := net.InterfaceByName(name)
	if err != nil {
		return x, err
	}
	in, err := net.InterfaceByName(peer)
	if err != nil {
		return x, err
	}
	shared, err := x.share(packets)
	if err != nil {
		return x, fmt.Errorf("memory for the packets: %w", err)
	}
	if x.prog, err = x.load(filling(shared, len(packets), len(x.mem), out.Index)); err != nil {
		return x, err
	}
	// The other end takes frames as they are only where it has a program of its own.
	pass, err := x.load(passing)
	if err != nil {
		return x, err
	}
	_, err = x.bpf(unix.BPF_LINK_CREATE, &linkAttr{prog: uint32(pass), nic: uint32(in.Index), attach: unix.BPF_XDP})
	if err != nil {
		return x, fmt.Errorf("a program for %s: %w", peer, err)
	}
	return x, nil
}

// share lays the packets into memory that a program can read.
func (x *xdp) share(packets [][]byte) (fd int, err error) {
	size := slotsAt + slotSize*len(packets) + longest
	for _, p := range packets {
		size += len(p)
	}
	page := unix.Getpagesize()
	size = (size + page - 1) / page * page
	fd, err = x.bpf(unix.BPF_MAP_CREATE, &mapAttr{kind: unix.BPF_MAP_TYPE_ARRAY, key: 4, value: uint32(size), entries: 1, flags: unix.BPF_F_MMAPABLE})
	if err != nil {
		return fd, err
	}
	if x.mem, err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return fd, err
	}
	at := slotsAt + slotSize*len(packets)
	for i, p := range packets {
		s := slot{at: uint32(at), long: uint32(len(p))}
		if low, there := lower(p); low == 27 && there {
			s.step = 1
		} else if there {
			s.step = ^uint32(0)
		}
		*(*slot)(unsafe.Pointer(&x.mem[slotsAt+slotSize*i])) = s
		at += copy(x.mem[at:], p)
	}
	return fd, nil
}

// state is a number in the memory.
func (x *xdp) state(at int) *uint64 { return (*uint64)(unsafe.Pointer(&x.mem[at])) }

func (x *xdp) load(program []instruction) (int, error) {
	licence := []byte("MIT\x00")
	log := make([]byte, 1<<16)
	a := loadAttr{
		kind: unix.BPF_PROG_TYPE_XDP, count: uint32(len(program)), program: pointer(&program[0]), licence: pointer(&licence[0]),
		level: 1, size: uint32(len(log)), log: pointer(&log[0]),
	}
	fd, err := x.bpf(unix.BPF_PROG_LOAD, &a)
	runtime.KeepAlive(program)
	runtime.KeepAlive(licence)
	if err != nil {
		return fd, fmt.Errorf("the kernel takes no program: %w\n%s", err, unix.ByteSliceToString(log))
	}
	return fd, nil
}

func (x *xdp) close() {
	if x.mem != nil {
		unix.Munmap(x.mem)
	}
	for _, fd := range x.fds {
		unix.Close(fd)
	}
}

// replay sends packets, over and over, from where the last call ended, and says how many.
//
// All of it is one call, since the kernel takes a while to end one: the program gives up
// frames while no packet is due, and a signal ends the call when the time is over.
func (x *xdp) replay(p plan) (sent int64, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	rate := uint64(p.rate)
	if rate == 0 {
		rate = 1e9
	}
	begin := monotonic()
	until := begin + uint64(p.long)
	for at, value := range map[int]uint64{stateSent: 0, stateBegin: begin, stateUntil: until, stateRate: rate, stateLimit: uint64(x.count) * rounds} {
		*x.state(at) = value
	}
	stop, err := alarm(p.long)
	if err != nil {
		return 0, err
	}
	defer stop()
	var frame [longest]byte // before the program fills it
	run := runAttr{prog: uint32(x.prog), size: longest, frame: pointer(&frame[0]),
		repeat: math.MaxInt32, flags: unix.BPF_F_TEST_XDP_LIVE_FRAMES, batch: batch}
	for monotonic() < until {
		if _, err := x.bpf(unix.BPF_PROG_TEST_RUN, &run); err != nil && err != unix.EINTR {
			return 0, err
		}
	}
	return int64(*x.state(stateSent)), nil
}

func monotonic() uint64 {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return uint64(t.Nano())
}

// alarm interrupts what this thread asks of the kernel when some time is over, and from
// then on until stop is called, with a signal that Go's runtime takes no notice of.
func alarm(after time.Duration) (stop func(), err error) {
	event := struct {
		value          uint64
		signal, notify int32
		thread         int32
		_              [44]byte
	}{signal: int32(unix.SIGURG), notify: 4 /* SIGEV_THREAD_ID */, thread: int32(unix.Gettid())}
	var id int32
	_, _, errno := unix.Syscall(unix.SYS_TIMER_CREATE, unix.CLOCK_MONOTONIC, uintptr(unsafe.Pointer(&event)), uintptr(unsafe.Pointer(&id)))
	if errno != 0 {
		return nil, errno
	}
	stop = func() { unix.Syscall(unix.SYS_TIMER_DELETE, uintptr(id), 0, 0) }
	times := [2]unix.Timespec{unix.NsecToTimespec(int64(10 * time.Millisecond)), unix.NsecToTimespec(int64(after))}
	if _, _, errno := unix.Syscall6(unix.SYS_TIMER_SETTIME, uintptr(id), 0, uintptr(unsafe.Pointer(&times)), 0, 0, 0); errno != 0 {
		stop()
		return nil, errno
	}
	return stop, nil
}
