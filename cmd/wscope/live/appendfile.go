package live

import (
	"os"
	"sync/atomic"
)

// appendFile is a file that is written at its end, and opened again by its name when asked.
type appendFile struct {
	name   string
	file   *os.File
	reopen atomic.Bool // asked for by SIGHUP
}

func newAppendFile(name string) (*appendFile, error) {
	a := &appendFile{name: name}
	return a, a.open()
}

func (a *appendFile) open() (err error) {
	a.file, err = os.OpenFile(a.name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	return err
}

func (a *appendFile) Write(b []byte) (int, error) { return a.file.Write(b) }

func (a *appendFile) reopened() error {
	if !a.reopen.Swap(false) {
		return nil
	}
	if err := a.file.Close(); err != nil {
		return err
	}
	return a.open()
}
