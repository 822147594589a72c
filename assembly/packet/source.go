package packet

// Source gives packets in capture order.
type Source interface {
	// Read fills b with the next packets, at least one unless it returns an error; a live
	// source may give secrets or the time alone.
	// It returns io.EOF after the last packet; b may then hold nothing.
	// Damage in an input is no error: it is reported as a Problem and reading goes on
	// with what is readable.
	Read(b *Batch) error

	// Files lists the inputs, in the order of Mark.File. It grows as files are opened.
	Files() []string

	// Problems lists what could not be read so far.
	Problems() []Problem

	// Close releases what the source holds. It is not called while Read runs; a Read
	// that waits is ended by the context that the source was opened with.
	Close() error
}

// SecretsMayFollow reports whether secrets may come from src after packets that they open, so
// that a reader of such packets should keep them until then, within limits. It is so of what
// can only be read forwards: a pipe, an interface, a file that is compressed or still
// written. A Source that has no method SecretsMayFollow of its own is taken for one.
func SecretsMayFollow(src Source) bool {
	f, ok := src.(interface{ SecretsMayFollow() bool })
	return !ok || f.SecretsMayFollow()
}

// Waits reports whether reading src may wait for what has not been written yet, as that of
// an interface, a pipe or a growing file does, rather than for the disk alone. A Source that
// has no method Waits of its own is taken to wait.
func Waits(src Source) bool {
	w, ok := src.(interface{ Waits() bool })
	return !ok || w.Waits()
}
