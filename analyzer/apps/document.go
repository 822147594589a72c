package apps

// document is a message's JSON value and the members of its object, found in one pass for all that look at it.
type document struct {
	source  []byte // what was read; nil for none
	value   []byte // nil where it is no JSON
	members []member
}

// member is a member of an object: its name without the quotes, as it is written, and its value.
type member struct {
	name, value []byte
	info        *nameInfo // what its name usually means; nil where that is nothing, or was not looked up
}

const maxMembers = 256 // for which room is kept between messages

// forget is called when the bytes that were read may change.
func (d *document) forget() { d.source = nil }

// read finds the value that b is, and returns it; nil where b is none.
func (d *document) read(b []byte) []byte {
	if len(b) == 0 || len(d.source) != len(b) || &d.source[0] != &b[0] {
		d.source = b
		d.load(b)
	}
	return d.value
}

// load is read for bytes that are read once.
func (d *document) load(b []byte) {
	d.value = nil
	if d.members = d.members[:0]; cap(d.members) > maxMembers {
		d.members = nil
	}
	from := space(b, 0)
	to := -1
	if from < len(b) && b[from] == '{' {
		to = d.object(b, from)
	} else {
		to = skip(b, from, 0)
	}
	if to < 0 || space(b, to) != len(b) {
		return
	}
	d.value = b[from:to]
}

// object is skipGroup for the object at i, whose members it keeps.
func (d *document) object(b []byte, i int) int {
	if i = space(b, i+1); i < len(b) && b[i] == '}' {
		return i + 1
	}
	for i < len(b) {
		end, at := key(b, i)
		if at < 0 {
			return -1
		}
		to := skip(b, at, 1)
		if to < 0 {
			return -1
		}
		d.members = append(d.members, member{name: b[i+1 : end-1], value: b[at:to]})
		if i = to; i < len(b) && b[i] != ',' {
			i = space(b, i)
		}
		if i >= len(b) {
			return -1
		}
		if b[i] == '}' {
			return i + 1
		}
		if b[i] != ',' {
			return -1
		}
		i = space(b, i+1)
	}
	return -1
}

// isObject reports whether an object was read.
func (d *document) isObject() bool { return len(d.value) > 0 && d.value[0] == '{' }

// fields is object for the value that was read.
func (d *document) fields(into [][]byte, names ...string) bool {
	clear(into)
	if !d.isObject() {
		return false
	}
	for i := range d.members {
		m := &d.members[i]
		for k, want := range names {
			if string(m.name) == want {
				into[k] = m.value
			}
		}
	}
	return true
}
