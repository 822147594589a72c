package capture

// resync looks for the next block after damage, from pos on: one of a known type whose
// two lengths agree. Where it needs more bytes to say, it says from where.
func (f *pcapng) resync(buf []byte, pos int, eof bool) (at int, found bool) {
	for ; len(buf)-pos >= 12; pos++ {
		total, ok := f.likely(buf[pos:])
		if !ok {
			continue
		}
		if pos+total <= len(buf) {
			// compared as bytes: a section may have another byte order than f
			if string(buf[pos+4:pos+8]) == string(buf[pos+total-4:pos+total]) {
				return pos, true
			}
			continue
		}
		if !eof {
			return pos, false
		}
	}
	return pos, false
}

// likely reports whether h looks like the beginning of a block of a known type and of a
// size that a packet has, and which.
func (f *pcapng) likely(h []byte) (total int, ok bool) {
	if len(h) < 12 {
		return 0, false
	}
	kind := f.u32(h)
	switch kind {
	case blockSection:
		if !isPcapng(h) {
			return 0, false
		}
		g := *f
		g.section(h)
		n := g.u32(h[4:])
		return int(n), n >= 28 && n <= usualRecord && n%4 == 0
	case blockInterface, blockPacket, blockSimple, blockNames, blockStats, blockEnhanced, blockSecrets, blockCustom, blockCustomNo:
		n := f.u32(h[4:])
		return int(n), n >= 12 && n <= 2*usualRecord && n%4 == 0
	}
	return 0, false
}
