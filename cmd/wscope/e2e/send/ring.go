//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"net"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	frameSize  = 2048 // of a packet with its header
	frames     = 1024
	blockSize  = 1 << 16
	dataOffset = 32 // of what the kernel is given in a frame: the length of a tpacket2_hdr
	vnetHeader = 10 // bytes of a virtio_net_hdr, which stands before the packet

	burst = 256 // packets given to the kernel with a call, at most
)

// ring is a packet socket's ring of frames to send.
type ring struct {
	fd  int
	mem []byte
	at  int // the next frame to fill

	packets     [][]byte
	next, round int // the packet to send, and how often all of them were sent
}

func newRing(name string, packets [][]byte) (*ring, error) {
	nic, err := net.InterfaceByName(name)
	if err != nil {
		return nil, err
	}
	// Protocol 0: this socket receives nothing.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return nil, err
	}
	r := &ring{fd: fd, packets: packets}
	if err := r.prepare(nic.Index); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *ring) prepare(nic int) (err error) {
	if err = unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V2); err != nil {
		return err
	}
	if err = unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1); err != nil {
		return err
	}
	if err = unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1); err != nil {
		return err
	}
	req := unix.TpacketReq{Block_size: blockSize, Block_nr: frames * frameSize / blockSize, Frame_size: frameSize, Frame_nr: frames}
	if err = unix.SetsockoptTpacketReq(r.fd, unix.SOL_PACKET, unix.PACKET_TX_RING, &req); err != nil {
		return err
	}
	if r.mem, err = unix.Mmap(r.fd, 0, frames*frameSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return err
	}
	return unix.Bind(r.fd, &unix.SockaddrLinklayer{Ifindex: nic})
}

func (r *ring) close() {
	if r.mem != nil {
		unix.Munmap(r.mem)
	}
	unix.Close(r.fd)
}

// replay sends packets, over and over, from where the last call ended, and says how many.
func (r *ring) replay(p plan) (sent int64, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := time.Now()
	for {
		past := time.Since(begin)
		due := p.due(past, sent, burst)
		switch {
		case past >= p.long || p.count > 0 && sent >= p.count:
			return sent, r.drain()
		case due <= 0:
			p.rest()
			continue
		}
		for range due {
			if !r.put(r.packets[r.next], r.round) {
				break
			}
			sent++
			if r.next++; r.next == len(r.packets) {
				r.next, r.round = 0, r.round+1
			}
		}
		if err := r.flush(); err != nil {
			return sent, err
		}
	}
}

// put fills the next frame, unless the kernel has not sent what is in it.
func (r *ring) put(packet []byte, round int) bool {
	f := r.mem[r.at*frameSize:][:frameSize]
	head := (*unix.Tpacket2Hdr)(unsafe.Pointer(&f[0]))
	status := (*uint32)(unsafe.Pointer(&head.Status))
	if atomic.LoadUint32(status) != unix.TP_STATUS_AVAILABLE {
		return false
	}
	n := copy(f[dataOffset+vnetHeader:], packet)
	readdress(f[dataOffset+vnetHeader:][:n], round)
	binary.NativeEndian.PutUint16(f[dataOffset+2:], uint16(n)) // hdr_len
	head.Len = uint32(vnetHeader + n)
	atomic.StoreUint32(status, unix.TP_STATUS_SEND_REQUEST)
	r.at = (r.at + 1) % frames
	return true
}

// flush lets the kernel send what was put.
func (r *ring) flush() error {
	_, _, errno := unix.Syscall6(unix.SYS_SENDTO, uintptr(r.fd), 0, 0, unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 && errno != unix.EAGAIN && errno != unix.ENOBUFS && errno != unix.EINTR {
		return errno
	}
	return nil
}

// drain lets the kernel send until nothing that was put is left.
func (r *ring) drain() error {
	for i := 0; i < frames; {
		status := (*uint32)(unsafe.Pointer(&r.mem[i*frameSize]))
		if s := atomic.LoadUint32(status); s&(unix.TP_STATUS_SEND_REQUEST|unix.TP_STATUS_SENDING) == 0 {
			i++
			continue
		}
		if err := r.flush(); err != nil {
			return err
		}
	}
	return nil
}

// readdress gives the packet of an IPv4 connection over Ethernet other addresses in each
// round, so that a round's connections are new ones. What is added to one address is taken
// from the other, so that checksums stay right.
func readdress(b []byte, round int) {
	if low, there := lower(b); there {
		b[low] += byte(round % rounds)
		b[27+31-low] -= byte(round % rounds)
	}
}

// lower says which of the addresses of an IPv4 packet over Ethernet is the lower one, by
// the place of its second byte: 27 or 31.
func lower(b []byte) (at int, there bool) {
	if len(b) < 34 || b[12] != 8 || b[13] != 0 {
		return 0, false
	}
	if bytes.Compare(b[26:30], b[30:34]) > 0 {
		return 31, true
	}
	return 27, true
}

// rounds is how many there are before addresses come again: those of wscope-gen are
// 10.0.0.0 and up, and 192.168.0.1.
const rounds = 128
