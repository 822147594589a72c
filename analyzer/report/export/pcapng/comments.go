package pcapng

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
)

// comment is a line on a packet, by the packet's number in its file.
type comment struct {
	packet int64
	flow   int64
	text   string
}

// comments collects comments, by file, in any order, and gives them back in the order of the
// packets. Beyond commentMemory they are sorted and written to a temporary file, a run at a time.
type comments struct {
	dir     string
	f       *os.File
	size    int64
	byFile  map[string][]comment
	held    int
	runs    map[string][]run
	cursors map[string][]*cursor
}

// run is sorted comments of one file: where they are in the temporary file.
type run struct{ from, to int64 }

const (
	commentMemory = 32 << 20
	commentCost   = 64 // bytes of a comment beside its text, about
)

func (c *comments) add(file string, n comment) error {
	if n.packet <= 0 {
		return nil // of no packet
	}
	if c.byFile == nil {
		c.byFile = map[string][]comment{}
	}
	c.byFile[file] = append(c.byFile[file], n)
	if c.held += len(n.text) + commentCost; c.held < commentMemory {
		return nil
	}
	return c.spill()
}

// spill sorts what is held and writes it away.
func (c *comments) spill() (err error) {
	if c.f == nil {
		if c.f, err = os.CreateTemp(c.dir, ".wscope-comments.*"); err != nil {
			return err
		}
		c.runs = map[string][]run{}
	}
	for file, list := range c.byFile {
		b := encode(list)
		if _, err := c.f.WriteAt(b, c.size); err != nil {
			return err
		}
		c.runs[file] = append(c.runs[file], run{c.size, c.size + int64(len(b))})
		c.size += int64(len(b))
	}
	clear(c.byFile)
	c.held = 0
	return nil
}

// encode is comments by packet; those of a packet stay in order.
func encode(list []comment) (b []byte) {
	slices.SortStableFunc(list, func(x, y comment) int { return cmp.Compare(x.packet, y.packet) })
	for _, n := range list {
		b = binary.AppendUvarint(b, uint64(n.packet))
		b = binary.AppendUvarint(b, uint64(n.flow))
		b = binary.AppendUvarint(b, uint64(len(n.text)))
		b = append(b, n.text...)
	}
	return b
}

// sorted ends the collecting: from now on take gives comments.
func (c *comments) sorted() {
	c.cursors = map[string][]*cursor{}
	for file, runs := range c.runs {
		for _, r := range runs {
			c.cursors[file] = append(c.cursors[file], &cursor{r: bufio.NewReaderSize(io.NewSectionReader(c.f, r.from, r.to-r.from), 4096)})
		}
	}
	for file, list := range c.byFile {
		c.cursors[file] = append(c.cursors[file], &cursor{r: bufio.NewReaderSize(bytes.NewReader(encode(list)), 4096)})
	}
	c.byFile = nil
}

// take appends the comments on a packet of the wanted flows. It is called with rising numbers.
func (c *comments) take(dst []string, file string, packet int64, wanted map[int64]bool) ([]string, error) {
	more := 0
	for _, cur := range c.cursors[file] {
		for {
			n, err := cur.peek()
			if err != nil {
				return dst, err
			}
			if n == nil || n.packet > packet {
				break
			}
			cur.head = nil
			switch {
			case n.packet < packet || !wanted[n.flow]:
			case len(dst) < maxComments:
				dst = append(dst, n.text)
			default:
				more++
			}
		}
	}
	if more > 0 {
		dst = append(dst, "wscope: and "+decimal(more)+" more")
	}
	return dst, nil
}

// maxComments is how many comments a packet gets.
const maxComments = 100

func (c *comments) close() error {
	if c.f == nil {
		return nil
	}
	err := errors.Join(c.f.Close(), os.Remove(c.f.Name()))
	c.f = nil
	return err
}

// cursor reads one run.
type cursor struct {
	r    *bufio.Reader
	head *comment
	next comment
}

// peek is the next comment; nil at the end.
func (c *cursor) peek() (*comment, error) {
	if c.head != nil {
		return c.head, nil
	}
	packet, err := binary.ReadUvarint(c.r)
	if err == io.EOF {
		return nil, nil
	}
	flow, err2 := binary.ReadUvarint(c.r)
	n, err3 := binary.ReadUvarint(c.r)
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	text := make([]byte, n) // our own number
	if _, err := io.ReadFull(c.r, text); err != nil {
		return nil, err
	}
	c.next = comment{int64(packet), int64(flow), string(text)}
	c.head = &c.next
	return c.head, nil
}
