//go:build linux

package goprobe

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernelOffset is where the kernel keeps the register of an argument.
func kernelOffset(argument int) int16 {
	var r unix.PtraceRegs
	return int16([]uintptr{
		unsafe.Offsetof(r.Rax), unsafe.Offsetof(r.Rbx), unsafe.Offsetof(r.Rcx), unsafe.Offsetof(r.Rdi), unsafe.Offsetof(r.Rsi),
		unsafe.Offsetof(r.R8), unsafe.Offsetof(r.R9), unsafe.Offsetof(r.R10), unsafe.Offsetof(r.R11),
	}[argument])
}
