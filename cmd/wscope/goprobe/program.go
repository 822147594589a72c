//go:build linux && (amd64 || arm64)

package goprobe

import (
	"github.com/cilium/ebpf/asm"
)

// An event is a fixed block in the ring buffer. Where its parts begin:
const (
	atKind      = 0 // 8 bytes: kindSecret, kindExec
	atProcess   = 8
	atLabelLen  = 16
	atRandomLen = 24
	atSecretLen = 32
	atLabel     = 40
	atRandom    = atLabel + maxLabel
	atSecret    = atRandom + randomLen
	eventSize   = atSecret + maxSecret
)

const (
	kindSecret = 1
	kindExec   = 2
)

// The programs are written out by hand, so that no compiler is needed: they copy registers and
// three blocks of the program's memory into an event on the stack, and the event into the ring.
// R6 is the context. The length of each block is fixed, so that the verifier has nothing to
// prove; what lies behind a shorter label or secret is cut off by the reader.

func clearEvent() asm.Instructions {
	ins := asm.Instructions{asm.Mov.Reg(asm.R6, asm.R1), asm.Mov.Imm(asm.R7, 0)}
	for at := int16(0); at < eventSize; at += 8 {
		ins = append(ins, asm.StoreMem(asm.R10, at-eventSize, asm.R7, asm.DWord))
	}
	return ins
}

// header stores the kind and the process that the program runs for.
func header(kind int32) asm.Instructions {
	return asm.Instructions{
		asm.Mov.Imm(asm.R7, kind),
		asm.StoreMem(asm.R10, atKind-eventSize, asm.R7, asm.DWord),
		asm.FnGetCurrentPidTgid.Call(),
		asm.RSh.Imm(asm.R0, 32),
		asm.StoreMem(asm.R10, atProcess-eventSize, asm.R0, asm.DWord),
	}
}

// copyRegister stores a register of the probed function.
func copyRegister(to, register int16) asm.Instructions {
	return asm.Instructions{
		asm.LoadMem(asm.R7, asm.R6, register, asm.DWord),
		asm.StoreMem(asm.R10, to-eventSize, asm.R7, asm.DWord),
	}
}

// copyMemory stores the memory that a register points to. A pointer near the end of a page that is
// the last one mapped fails as a whole, so a short secret is tried again with 32 bytes: see secretProgram.
func copyMemory(to int16, size int32, register int16) asm.Instructions {
	return asm.Instructions{
		asm.Mov.Reg(asm.R1, asm.R10), asm.Add.Imm(asm.R1, int32(to)-eventSize),
		asm.Mov.Imm(asm.R2, size),
		asm.LoadMem(asm.R3, asm.R6, register, asm.DWord),
		asm.FnProbeReadUser.Call(),
	}
}

func send(ring int) asm.Instructions {
	return asm.Instructions{
		asm.LoadMapPtr(asm.R1, ring),
		asm.Mov.Reg(asm.R2, asm.R10), asm.Add.Imm(asm.R2, -eventSize),
		asm.Mov.Imm(asm.R3, eventSize), asm.Mov.Imm(asm.R4, 0),
		asm.FnRingbufOutput.Call(),
		asm.Mov.Imm(asm.R0, 0), asm.Return(),
	}
}

// secretProgram is run at the entry of writeKeyLog.
func secretProgram(ring int, at layout) asm.Instructions {
	ins := append(clearEvent(), header(kindSecret)...)
	ins = append(ins, copyRegister(atLabelLen, at.labelLen)...)
	ins = append(ins, copyRegister(atRandomLen, at.randomLen)...)
	ins = append(ins, copyRegister(atSecretLen, at.secretLen)...)
	// A label lies among the other strings of the program, so more than its own length can be read.
	ins = append(ins, copyMemory(atLabel, maxLabel, at.label)...)
	ins = append(ins, copyMemory(atRandom, randomLen, at.random)...)
	ins = append(ins, copyMemory(atSecret, maxSecret, at.secret)...)
	ins = append(ins, asm.JEq.Imm(asm.R0, 0, "whole"))
	ins = append(ins, copyMemory(atSecret, 32, at.secret)...)
	out := send(ring)
	out[0] = out[0].WithSymbol("whole")
	return append(ins, out...)
}

// execProgram is run when any process has begun to run another program.
func execProgram(ring int) asm.Instructions {
	return append(append(clearEvent(), header(kindExec)...), send(ring)...)
}
