//go:build linux

package goprobe

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernelOffset is where the kernel keeps the register of an argument.
func kernelOffset(argument int) int16 {
	var r unix.PtraceRegs
	return int16(unsafe.Offsetof(r.Regs) + uintptr(argument)*unsafe.Sizeof(r.Regs[0]))
}
