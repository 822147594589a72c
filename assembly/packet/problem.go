package packet

import "fmt"

// Problem is something in an input that could not be read, in one line.
type Problem struct {
	File   string // the input's name as the user gave it; "-" for standard input
	Offset int64  // byte offset in the (decompressed) input; -1 where there is none
	Reason string // lower case, no full stop
}

// String is the problem in one line: file, byte offset, reason.
func (p Problem) String() string {
	if p.Offset < 0 {
		return p.File + ": " + p.Reason
	}
	return fmt.Sprintf("%s: byte %d: %s", p.File, p.Offset, p.Reason)
}
