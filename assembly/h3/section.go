package h3

// Section decodes a field section (RFC 9204 §4.5) and calls emit for each line that it
// knows. whole is false where some lines refer to entries that are not known, because
// instructions are missing. ErrBlocked says that nothing was decoded, and that the
// section is to be tried again after more instructions.
func (d *Decoder) Section(b []byte, emit func(name, value string)) (whole bool, err error) {
	encoded, rest, ok := integer(b, 8)
	if !ok {
		return false, ErrInvalid
	}
	if len(rest) == 0 {
		return false, ErrInvalid
	}
	negative := rest[0]&0x80 != 0
	delta, rest, ok := integer(rest, 7)
	if !ok {
		return false, ErrInvalid
	}
	required, ok := d.required(encoded)
	if d.broken && encoded > 0 {
		required, ok = 0, true // lines of the dynamic table are not known
	}
	if !ok {
		return false, ErrInvalid
	}
	if required > d.InsertCount() {
		return false, ErrBlocked
	}
	base := required + delta
	if negative {
		if delta >= required && !d.broken {
			return false, ErrInvalid
		}
		base = required - delta - 1
	}
	s := section{d: d, base: base, room: maxSection, whole: true}
	for b = rest; len(b) > 0; {
		if b, ok = s.line(b, emit); !ok {
			return false, ErrInvalid
		}
	}
	return s.whole, nil
}

// required decodes Required Insert Count (RFC 9204 §4.5.1.1).
func (d *Decoder) required(encoded uint64) (uint64, bool) {
	if encoded == 0 {
		return 0, true
	}
	most := max(d.MaxTable, d.capacity) / 32
	if most == 0 || encoded > 2*most {
		return 0, false
	}
	highest := d.InsertCount() + most
	wrapped := highest / (2 * most) * (2 * most)
	n := wrapped + encoded - 1
	if n > highest {
		if n <= 2*most {
			return 0, false
		}
		n -= 2 * most
	}
	return n, n != 0
}

type section struct {
	d     *Decoder
	base  uint64
	room  int // bytes of fields that are still given
	whole bool
}

// line decodes one field line (RFC 9204 §4.5.2 to §4.5.6).
func (s *section) line(b []byte, emit func(name, value string)) (rest []byte, ok bool) {
	var name string
	known := true
	switch {
	case b[0]&0x80 != 0: // indexed
		i, rest, ok := integer(b, 6)
		if !ok {
			return nil, false
		}
		if b[0]&0x40 != 0 {
			if i >= uint64(len(static)) {
				return nil, false
			}
			s.give(static[i], true, emit)
			return rest, true
		}
		f, known := s.before(i)
		s.give(f, known, emit)
		return rest, true
	case b[0]&0x40 != 0: // literal with name reference
		i, r, ok := integer(b, 4)
		if !ok {
			return nil, false
		}
		if b[0]&0x10 != 0 {
			if i >= uint64(len(static)) {
				return nil, false
			}
			name = static[i].Name
		} else {
			var f Field
			f, known = s.before(i)
			name = f.Name
		}
		rest = r
	case b[0]&0x20 != 0: // literal with literal name
		n, r, ok := s.d.literal(b, 3)
		if !ok {
			return nil, false
		}
		name, rest = n, r
	case b[0]&0x10 != 0: // indexed, behind the base
		i, rest, ok := integer(b, 4)
		if !ok {
			return nil, false
		}
		f, known := s.d.absolute(s.base + i)
		s.give(f, known, emit)
		return rest, true
	default: // literal, name behind the base
		i, r, ok := integer(b, 3)
		if !ok {
			return nil, false
		}
		var f Field
		f, known = s.d.absolute(s.base + i)
		name, rest = f.Name, r
	}
	value, rest, ok := s.d.literal(rest, 7)
	if !ok {
		return nil, false
	}
	s.give(Field{name, value}, known, emit)
	return rest, true
}

// before is the entry with a relative index in a section (RFC 9204 §3.2.5).
func (s *section) before(i uint64) (Field, bool) {
	if i >= s.base {
		return Field{}, false
	}
	return s.d.absolute(s.base - 1 - i)
}

func (s *section) give(f Field, known bool, emit func(name, value string)) {
	if !known {
		s.whole = false
		return
	}
	if s.room -= int(sizeOf(f)); s.room < 0 {
		s.whole = false
		return
	}
	emit(f.Name, f.Value)
}
