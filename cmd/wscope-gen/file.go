package main

import (
	"encoding/binary"
	"io"
)

// file writes a capture: pcap with nanoseconds, or pcapng. Packets are made in place, in
// one large buffer.
type file struct {
	w       io.Writer
	ng      bool
	snaplen int
	buf     []byte
	used    int
	data    int   // where the packet being made begins in buf
	size    int   // its length
	time    int64 // nanoseconds since 1970
	written int64
	err     error
}

const (
	startTime  = int64(1_700_000_000_000_000_000)
	step       = 1000 // nanoseconds from packet to packet
	recordHead = 16   // of pcap
	blockHead  = 28   // of a pcapng Enhanced Packet Block
)

func newFile(w io.Writer, ng bool, snaplen int) *file {
	f := &file{w: w, ng: ng, snaplen: snaplen, buf: make([]byte, 1<<20), time: startTime}
	le := binary.LittleEndian
	limit := uint32(1 << 18)
	if snaplen > 0 {
		limit = uint32(snaplen)
	}
	var b []byte
	if ng {
		b = le.AppendUint32(b, 0x0a0d0d0a) // Section Header Block
		b = le.AppendUint32(b, 28)
		b = le.AppendUint32(b, 0x1a2b3c4d)
		b = le.AppendUint32(b, 1)
		b = le.AppendUint64(b, 1<<64-1)
		b = le.AppendUint32(b, 28)
		b = le.AppendUint32(b, 1) // Interface Description Block
		b = le.AppendUint32(b, 32)
		b = le.AppendUint32(b, 1) // Ethernet
		b = le.AppendUint32(b, limit)
		b = le.AppendUint32(b, 9|1<<16) // if_tsresol
		b = le.AppendUint32(b, 9)       // 10^-9
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, 32)
	} else {
		b = le.AppendUint32(b, 0xa1b23c4d)
		b = le.AppendUint32(b, 2|4<<16)
		b = le.AppendUint64(b, 0)
		b = le.AppendUint32(b, limit)
		b = le.AppendUint32(b, 1) // Ethernet
	}
	f.used = copy(f.buf, b)
	return f
}

// packet gives the place for the next packet's n bytes; done follows.
func (f *file) packet(n int) []byte {
	if len(f.buf)-f.used < n+64 {
		f.flush()
	}
	f.data = f.used + recordHead
	if f.ng {
		f.data = f.used + blockHead
	}
	f.size = n
	return f.buf[f.data : f.data+n]
}

// done takes the packet into the file.
func (f *file) done() {
	le := binary.LittleEndian
	caught := f.size
	if f.snaplen > 0 {
		caught = min(caught, f.snaplen)
	}
	f.time += step
	b := f.buf[f.used:]
	start := f.used
	if !f.ng {
		le.PutUint32(b, uint32(f.time/1e9))
		le.PutUint32(b[4:], uint32(f.time%1e9))
		le.PutUint32(b[8:], uint32(caught))
		le.PutUint32(b[12:], uint32(f.size))
		f.used = f.data + caught
	} else {
		padded := (caught + 3) &^ 3
		total := uint32(blockHead + padded + 4)
		le.PutUint32(b, 6)
		le.PutUint32(b[4:], total)
		le.PutUint32(b[8:], 0)
		le.PutUint32(b[12:], uint32(f.time>>32))
		le.PutUint32(b[16:], uint32(f.time))
		le.PutUint32(b[20:], uint32(caught))
		le.PutUint32(b[24:], uint32(f.size))
		clear(b[blockHead+caught : blockHead+padded])
		le.PutUint32(b[blockHead+padded:], total)
		f.used += int(total)
	}
	f.written += int64(f.used - start)
}

func (f *file) flush() {
	if f.err == nil {
		_, f.err = f.w.Write(f.buf[:f.used])
	}
	f.used = 0
}

func (f *file) close() error {
	f.flush()
	return f.err
}
