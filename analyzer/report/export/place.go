package export

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Place is a folder that an export is written into, beside the name that it shall have.
// Commit gives it that name; until then nothing stands there, and Discard leaves nothing
// behind. Either is to be called.
//
// Errors name the final name, not the one beside it.
type Place struct {
	name string // final
	temp string
	open []*file
}

// file is a buffered file of a Place.
type file struct {
	*bufio.Writer
	f *os.File
}

func (f *file) close() error {
	err := f.Flush()
	return errors.Join(err, f.f.Close())
}

// NewFolder begins a folder. A folder that is there already keeps its other files if keep
// says so; else it must be empty.
func NewFolder(name string, keep bool) (*Place, error) {
	name = filepath.Clean(name)
	switch there, err := os.ReadDir(name); {
	case err == nil && len(there) > 0 && !keep:
		return nil, fmt.Errorf("%s: the folder is not empty", name)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, Named(name, err)
	}
	temp, err := os.MkdirTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return nil, Named(name, err)
	}
	return &Place{name: name, temp: temp}, nil
}

// Create begins a file of a folder. It is closed by Commit or Discard.
func (p *Place) Create(name string) (io.Writer, error) {
	f, err := os.Create(filepath.Join(p.temp, name))
	if err != nil {
		return nil, Named(p.name, err)
	}
	return p.add(f), nil
}

// Path is where the folder stands until Commit, for files that come and go.
func (p *Place) Path() string { return p.temp }

func (p *Place) add(f *os.File) io.Writer {
	b := &file{bufio.NewWriterSize(f, 1<<16), f}
	p.open = append(p.open, b)
	return b
}

// Commit gives the files their final names.
func (p *Place) Commit() error {
	if err := p.commit(); err != nil {
		p.Discard()
		return Named(p.name, err)
	}
	return nil
}

func (p *Place) commit() error {
	err := p.close()
	if err != nil {
		return err
	}
	if err := os.Chmod(p.temp, 0o755); err != nil {
		return err
	}
	if _, err := os.Lstat(p.name); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(p.temp, p.name)
	}
	files, err := os.ReadDir(p.temp)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.Rename(filepath.Join(p.temp, f.Name()), filepath.Join(p.name, f.Name())); err != nil {
			return err
		}
	}
	return os.Remove(p.temp)
}

// Discard removes what was written.
func (p *Place) Discard() {
	p.close()
	os.RemoveAll(p.temp)
}

func (p *Place) close() (err error) {
	for _, f := range p.open {
		err = errors.Join(err, f.close())
	}
	p.open = nil
	return err
}

// Named makes an error of the system tell of name, the final one, and not of the temporary
// one beside it.
func Named(name string, err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return fmt.Errorf("%s: %w", name, path.Err)
	case errors.As(err, &link):
		return fmt.Errorf("%s: %w", name, link.Err)
	}
	return err
}
