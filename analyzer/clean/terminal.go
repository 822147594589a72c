package clean

import (
	"bytes"
	"io"
)

// Terminal returns a Writer that makes whole lines harmless before they go to w, a terminal. What is
// written must end at the end of a line, as a buffer that is flushed does at last.
func Terminal(w io.Writer) io.Writer { return &terminal{w: w} }

type terminal struct {
	w    io.Writer
	rest []byte // of a line that is not whole
}

// maxRest is how much of a line waits for its end.
const maxRest = 1 << 20

// Write writes the lines that are whole.
func (t *terminal) Write(p []byte) (int, error) {
	t.rest = append(t.rest, p...)
	var out []byte
	for {
		line, rest, whole := bytes.Cut(t.rest, []byte("\n"))
		if !whole {
			break
		}
		out = append(AppendLine(out, bytes.TrimSuffix(line, []byte("\r"))), '\n')
		t.rest = rest
	}
	if len(t.rest) > maxRest {
		out, t.rest = AppendLine(out, t.rest), nil
	}
	if _, err := t.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}
