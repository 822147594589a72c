package goprobe

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
)

// writeKeyLog is the function that is called with each secret.
const writeKeyLog = "crypto/tls.(*Config).writeKeyLog"

var (
	// ErrNotGo says that an executable is no Go program that Attach can read.
	ErrNotGo = errors.New("not a Go program of Go 1.18 or later")
	// ErrNoTLS says that a Go program does not contain crypto/tls.
	ErrNoTLS = errors.New("a Go program without crypto/tls")
)

// maxTable is the largest pclntab that is read: the largest Go programs have some 100 MB.
const maxTable = 512 << 20

// offset returns where in the file the function begins.
//
// It reads the pclntab, which the runtime needs for its own stack traces, so that stripped
// executables have it too. debug/gosym reads the same table, but makes a value of each function
// first: 30 ms and more for a program that may have done its first handshake after 5. This
// takes about one.
func offset(exe *elf.File, function string) (uint64, error) {
	table, at, err := pclntab(exe)
	if err != nil {
		return 0, err
	}
	text, err := runtimeText(exe, table, at)
	if err != nil {
		return 0, err
	}
	entry, err := lookup(table, exe.ByteOrder, function)
	if err != nil {
		return 0, err
	}
	addr := text + entry
	for _, p := range exe.Progs {
		if p.Type == elf.PT_LOAD && addr >= p.Vaddr && addr-p.Vaddr < p.Filesz {
			return addr - p.Vaddr + p.Off, nil
		}
	}
	return 0, ErrNotGo
}

// pclntab is the table and its address. Position-independent executables call its section otherwise.
func pclntab(exe *elf.File) (table []byte, addr uint64, err error) {
	for _, name := range []string{".gopclntab", ".data.rel.ro.gopclntab", ".data.rel.ro"} {
		s := exe.Section(name)
		if s == nil || s.Type == elf.SHT_NOBITS || s.Size > maxTable {
			continue
		}
		b, err := s.Data()
		if err != nil {
			return nil, 0, ErrNotGo
		}
		if name != ".data.rel.ro" {
			return b, s.Addr, nil
		}
		if at := findTable(b, exe.ByteOrder); at >= 0 {
			return b[at:], s.Addr + uint64(at), nil
		}
	}
	return nil, 0, ErrNotGo
}

// The first four bytes of a pclntab: its version.
const (
	magic118 = 0xfffffff0
	magic120 = 0xfffffff1
)

// findTable returns where a pclntab begins inside a section that holds other things too, or -1.
func findTable(b []byte, order binary.ByteOrder) int {
	for _, magic := range []uint32{magic120, magic118} {
		want := make([]byte, 4, 6)
		order.PutUint32(want, magic)
		want = append(want, 0, 0)
		for at := 0; ; {
			i := bytes.Index(b[at:], want)
			if i < 0 {
				break
			}
			at += i
			if at%8 == 0 && len(b)-at >= headerSize && (b[at+6] == 1 || b[at+6] == 4) && b[at+7] == 8 {
				return at
			}
			at++
		}
	}
	return -1
}

// headerSize is the size of a pclntab's header with words of eight bytes.
const headerSize = 8 + 8*8

// lookup returns a function's entry, counted from the beginning of the text section. The
// layout is that of runtime.pcHeader, of functab (pairs of entry and offset of the _func) and of
// _func (entry, offset of the name, …) since Go 1.18.
func lookup(table []byte, order binary.ByteOrder, function string) (uint64, error) {
	if len(table) < headerSize || table[7] != 8 {
		return 0, ErrNotGo
	}
	if m := order.Uint32(table); m != magic118 && m != magic120 {
		return 0, ErrNotGo
	}
	word := func(i int) uint64 { return order.Uint64(table[8+8*i:]) }
	functions, names, funcs := word(0), word(3), word(7)
	size := uint64(len(table))
	if names >= size || funcs >= size || functions > (size-funcs)/8 {
		return 0, ErrNotGo
	}
	name := bytes.Index(table[names:], []byte("\x00"+function+"\x00"))
	if name < 0 {
		return 0, ErrNoTLS
	}
	name++
	tab := table[funcs:]
	for i := range functions {
		pair := tab[8*i:]
		at := uint64(order.Uint32(pair[4:]))
		if at > uint64(len(tab)) || uint64(len(tab))-at < 8 {
			return 0, ErrNotGo
		}
		if order.Uint32(tab[at+4:]) == uint32(name) {
			return uint64(order.Uint32(pair)), nil
		}
	}
	return 0, ErrNoTLS
}
