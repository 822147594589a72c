package capture

import (
	"context"
	"io"
	"os"
	"time"
)

// tailPoll is how often a file that is being written is looked at for more.
const tailPoll = 50 * time.Millisecond

// tail reads a file that is being written: at its end it waits for more, until ctx is
// done or another file has taken its place.
type tail struct {
	*os.File
	path    string
	ctx     context.Context
	rotated *bool // set when the reading ends because another file has taken its place
}

func (t *tail) Read(b []byte) (int, error) {
	for replaced := false; ; {
		n, err := t.File.Read(b)
		if n > 0 || err != nil && err != io.EOF {
			return n, err
		}
		if replaced { // and what was written before that has been read
			*t.rotated = true
			return 0, io.EOF
		}
		if replaced = t.replaced(); replaced {
			continue
		}
		timer := time.NewTimer(tailPoll)
		select {
		case <-timer.C:
		case <-t.ctx.Done():
			timer.Stop()
			return 0, errStopped
		}
	}
}

// replaced reports whether the file was cut short, or another stands under its name.
// A name that is gone is waited for.
func (t *tail) replaced() bool {
	mine, err := t.File.Stat()
	if err != nil {
		return false
	}
	if at, err := t.File.Seek(0, io.SeekCurrent); err == nil && mine.Size() < at {
		return true
	}
	now, err := os.Stat(t.path)
	return err == nil && !os.SameFile(mine, now)
}
