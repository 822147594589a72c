package capture

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"strconv"

	"wscope/assembly/packet"
)

// sniffLength is how many bytes tell every format: those of a pcap file header.
const sniffLength = 24

// detect picks the format that buf begins with, and tells a problem where there is none.
func detect(s *stream, buf []byte) format {
	switch {
	case len(buf) < 4 && s.stopped:
		return rubbish{}
	case len(buf) == 0:
		s.problem(0, "not a capture: empty")
		return rubbish{}
	case isPcapng(buf):
		return &pcapng{}
	case isPcap(buf):
		return &pcap{}
	case isSnoop(buf):
		return &snoop{}
	case isNetmon(buf):
		return &netmon{}
	}
	if what := otherFormat(buf); what != "" {
		s.problem(0, "not a capture that is read: %s", what)
		return rubbish{}
	}
	s.problem(0, "not a capture: begins with %s", beginning(buf))
	return rubbish{}
}

// beginning shows the first bytes of what is not a capture, harmless to any terminal.
func beginning(buf []byte) string {
	return strconv.QuoteToASCII(string(buf[:min(len(buf), 8)]))
}

// rubbish is the format of an input that is no capture: all of it is skipped.
type rubbish struct{}

func (rubbish) parse(s *stream, b *packet.Batch, buf []byte) (used, need int) {
	s.eof = true
	return len(buf), 0
}

func (rubbish) end(*stream, []byte) {}

// isPcapng reports whether buf begins with a pcapng section header block.
func isPcapng(buf []byte) bool {
	if len(buf) < 12 || binary.BigEndian.Uint32(buf) != blockSection {
		return false
	}
	m := binary.BigEndian.Uint32(buf[8:])
	return m == byteOrderMagic || m == byteOrderSwapped
}

// reason is an error's text without the path, which the problem has already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
