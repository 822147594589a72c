package tlsopen

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"slices"
)

// A logIndex finds the lines of a large key log that name a client random. It keeps 12 bytes a line, not the
// secrets: most of them are those of connections that no capture has.
type logIndex struct {
	log     io.ReaderAt
	hashes  []uint32 // of the client randoms, ascending; those that are alike in the order of the file
	offsets []uint64 // where the line of each begins
}

// AddFile is Add for a key log in a file of this size, which must stay open as long as k is in use. All lines are
// known then, however many they are: of a large log only the end is kept, and the rest is searched when a connection asks.
func (k *Keys) AddFile(log io.ReaderAt, size int64) (secrets, bad int, err error) {
	x := &logIndex{log: log}
	lines := make([]indexed, 0, max(size-LargeLog, 0)/300)
	r := bufio.NewReaderSize(io.NewSectionReader(log, 0, size), 1<<16)
	for at := int64(0); ; {
		line, err := r.ReadSlice('\n')
		n := int64(len(line))
		if errors.Is(err, bufio.ErrBufferFull) {
			line = slices.Clone(line[:maxLine])
			n += discardLine(r)
		} else if err != nil && err != io.EOF {
			return secrets, bad, err
		}
		if size-at <= LargeLog {
			s, b := k.Add(line)
			secrets, bad = secrets+s, bad+b
		} else {
			p := parseLine(trimLine(line))
			switch {
			case p.is == garbage:
				bad++
			case p.is == tookRSA && k.addRSA(p.rsaName, p.rsaSecret) == garbage:
				bad++
			case p.is == tookRSA:
				secrets++
			case p.is == took:
				secrets++
				lines = append(lines, indexed{hashRandom(&p.random), uint64(at)})
			}
		}
		at += n
		if err == io.EOF {
			break
		}
	}
	if len(lines) == 0 {
		return secrets, bad, nil
	}
	slices.SortStableFunc(lines, func(a, b indexed) int { return int(int64(a.hash) - int64(b.hash)) })
	x.hashes, x.offsets = make([]uint32, len(lines)), make([]uint64, len(lines))
	for i, l := range lines {
		x.hashes[i], x.offsets[i] = l.hash, l.offset
	}
	k.mu.Lock()
	k.logs = append(k.logs, x)
	k.version.Add(1)
	k.mu.Unlock()
	return secrets, bad, nil
}

type indexed struct {
	hash   uint32
	offset uint64
}

// discardLine skips to the end of a line, and returns how many bytes that were.
func discardLine(r *bufio.Reader) (n int64) {
	for {
		b, err := r.ReadSlice('\n')
		n += int64(len(b))
		if !errors.Is(err, bufio.ErrBufferFull) {
			return n
		}
	}
}

// hashRandom is enough of a client random to look it up: they are random.
func hashRandom(r *[32]byte) uint32 {
	// Some clients put the time into the first four bytes (RFC 5246 §7.4.1.2).
	return uint32(r[8]) | uint32(r[9])<<8 | uint32(r[10])<<16 | uint32(r[11])<<24
}

// find returns the secret of a label that the log names last, or nil.
func (x *logIndex) find(l label, random *[32]byte) (secret []byte) {
	want := hashRandom(random)
	at, _ := slices.BinarySearch(x.hashes, want)
	for buffer := []byte(nil); at < len(x.hashes) && x.hashes[at] == want; at++ {
		if buffer == nil {
			buffer = make([]byte, maxLine)
		}
		n, err := x.log.ReadAt(buffer, int64(x.offsets[at]))
		if err != nil && err != io.EOF {
			continue // the file is not what it was
		}
		line, _, _ := bytes.Cut(buffer[:n], []byte("\n"))
		if p := parseLine(trimLine(line)); p.is == took && p.label == l && p.random == *random {
			secret = slices.Clone(p.secret)
		}
	}
	return secret
}

// trimLine takes away what stands around a line: CR too, and the byte order mark that editors put in front of a file.
func trimLine(line []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")))
}

// parsed is what a line of a key log says.
type parsed struct {
	is                 taken
	label              label
	random             [32]byte
	secret             []byte // memory of its own
	rsaName, rsaSecret []byte
}

// parseLine reads "LABEL name secret", the latter two in hex.
func parseLine(line []byte) (p parsed) {
	if len(line) == 0 || line[0] == '#' {
		p.is = passed
		return p
	}
	line = line[:min(len(line), maxLine)]
	first, rest := field(line)
	second, rest := field(rest)
	third, _ := field(rest) // what stands behind it is somebody's note
	if len(third) == 0 {
		return p
	}
	if string(first) == "RSA" {
		p.is, p.rsaName, p.rsaSecret = tookRSA, second, third
		return p
	}
	l, known := labelOf(first)
	if !known || len(second) != hex.EncodedLen(len(p.random)) {
		return p
	}
	if _, err := hex.Decode(p.random[:], second); err != nil {
		return p
	}
	p.label, p.secret = l, unhex(third)
	switch n := len(p.secret); {
	case n == 0:
	case l == labels:
		p.is = passed
	case l == masterSecret && n != 48:
	case l == premasterSecret && n > 512:
	case l > premasterSecret && n != 32 && n != 48: // SHA-256 or SHA-384
	default:
		p.is = took
	}
	return p
}
