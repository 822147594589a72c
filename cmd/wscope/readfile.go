package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"

	"wscope/assembly/tlsopen"
)

// openPlain opens what may be read to its end: a file or a pipe. A device may have no end, and a folder
// is no file.
func openPlain(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() && st.Mode()&fs.ModeNamedPipe == 0 {
		err = fmt.Errorf("%s: neither a file nor a pipe", name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// readPlain reads a file that a flag names, of at most so many bytes.
func readPlain(name string, most int64) ([]byte, error) {
	f, err := openPlain(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: larger than %d bytes", name, most)
	}
	return text, err
}

// addKeys adds a key log to a store of secrets, a part at a time: the store keeps what it can use, and
// a log of any size costs no more.
func addKeys(keys *tlsopen.Keys, name string) (secrets, bad int, err error) {
	f, err := openPlain(name)
	if err != nil {
		return 0, 0, err
	}
	if st, err := f.Stat(); err == nil && st.Mode().IsRegular() && st.Size() > tlsopen.LargeLog {
		var mark [2]byte
		if _, err := f.ReadAt(mark[:], 0); err == nil && !isUTF16(mark[:]) {
			return keys.AddFile(f, st.Size()) // which reads it as long as this process runs
		}
	}
	defer f.Close()
	part := make([]byte, 0, 1<<20)
	for {
		n, err := f.Read(part[len(part):cap(part)])
		part = part[:len(part)+n]
		end := bytes.LastIndexByte(part, '\n') + 1
		if err != nil || end == 0 && len(part) == cap(part) { // the last line, or one that is none
			end = len(part)
		}
		if isUTF16(part) {
			return secrets, bad, fmt.Errorf("%s is UTF-16, as PowerShell's > writes; save it as UTF-8", name)
		}
		s, b := keys.Add(part[:end])
		secrets, bad = secrets+s, bad+b
		part = part[:copy(part, part[end:])]
		if err == io.EOF {
			return secrets, bad, nil
		}
		if err != nil {
			return secrets, bad, err
		}
	}
}

// isUTF16 reports whether a file begins with the byte order mark of UTF-16.
func isUTF16(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff})
}
