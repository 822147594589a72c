package goprobe

import "debug/elf"

// Words of runtime.moduledata since Go 1.18: it begins with the address of the pclntab, and six slices and
// three words behind that stands where the text begins.
const (
	moduleText  = 1 + 6*3 + 3
	headerStart = 8 + 2*8 // of the same in the pclntab's header, until Go 1.25
)

// maxModule is the largest section that is searched for the moduledata.
const maxModule = 64 << 20

// runtimeText returns the address from which the pclntab counts. It is where .text begins, unless a C linker
// put its own start-up code in front, as it does for programs with cgo.
func runtimeText(exe *elf.File, table []byte, at uint64) (uint64, error) {
	text := exe.Section(".text")
	if text == nil {
		return 0, ErrNotGo
	}
	inText := func(a uint64) bool { return a >= text.Addr && a-text.Addr < text.Size }
	if len(table) >= headerSize {
		if a := exe.ByteOrder.Uint64(table[headerStart:]); inText(a) {
			return a, nil
		}
	}
	var modules []uint64 // where a pointer to the pclntab stands
	moved := relocations(exe, func(where, to uint64) {
		if to == at {
			modules = append(modules, where)
		}
	})
	if a, ok := moved(at + headerStart); ok && inText(a) {
		return a, nil
	}
	for _, m := range modules {
		if a, ok := moved(m + 8*moduleText); ok && inText(a) {
			return a, nil
		}
	}
	if a := moduleStart(exe, at, inText); a != 0 {
		return a, nil
	}
	return text.Addr, nil
}

// relocations calls each with what a position-independent executable moves when it is loaded: the address of a
// word, and the address that it will hold, not moved itself. The result looks one up.
func relocations(exe *elf.File, each func(where, to uint64)) func(where uint64) (uint64, bool) {
	none := func(uint64) (uint64, bool) { return 0, false }
	s := exe.Section(".rela.dyn")
	if s == nil {
		s = exe.Section(".rela") // Go's own linker
	}
	if s == nil || s.Type != elf.SHT_RELA || s.Size > maxModule {
		return none
	}
	b, err := s.Data()
	if err != nil {
		return none
	}
	word := exe.ByteOrder.Uint64
	relative := func(e []byte) bool {
		switch t := uint32(word(e[8:])); exe.Machine {
		case elf.EM_X86_64:
			return elf.R_X86_64(t) == elf.R_X86_64_RELATIVE
		case elf.EM_AARCH64:
			return elf.R_AARCH64(t) == elf.R_AARCH64_RELATIVE
		}
		return false
	}
	const size = 24
	for e := b; len(e) >= size; e = e[size:] {
		if relative(e) {
			each(word(e), word(e[16:]))
		}
	}
	return func(where uint64) (uint64, bool) {
		for e := b; len(e) >= size; e = e[size:] {
			if word(e) == where && relative(e) {
				return word(e[16:]), true
			}
		}
		return 0, false
	}
}

// moduleStart searches the data for the moduledata, and returns where it says that the text begins, or 0.
func moduleStart(exe *elf.File, table uint64, inText func(uint64) bool) uint64 {
	var want [8]byte
	exe.ByteOrder.PutUint64(want[:], table)
	for _, name := range []string{".go.module", ".noptrdata", ".data", ".data.rel.ro"} {
		s := exe.Section(name)
		if s == nil || s.Type == elf.SHT_NOBITS || s.Size > maxModule {
			continue
		}
		b, err := s.Data()
		if err != nil {
			continue
		}
		for i := 0; i+8*(moduleText+1) <= len(b); i += 8 {
			if string(b[i:i+8]) != string(want[:]) {
				continue
			}
			if a := exe.ByteOrder.Uint64(b[i+8*moduleText:]); inText(a) {
				return a
			}
		}
	}
	return 0
}
