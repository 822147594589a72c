package apps

import (
	"encoding/binary"
	"strings"

	"wscope/analyzer/record"
)

// jupyter reads the messages of Jupyter kernels: JSON, or in v1.kernel.websocket.jupyter.org parts with their offsets in
// front: the channel, and header, parent header, metadata, content, buffers.
//
// https://jupyter-client.readthedocs.io/en/stable/messaging.html and
// https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
//
// A request is answered by the reply whose parent it is. What the kernel says meanwhile on iopub is of the same parent.
type jupyter struct{ stateless }

func openJupyter() dialect { return jupyter{} }

// jupyterMessage is the parts of a message.
type jupyterMessage struct {
	channel                 string
	header, parent, content []byte
}

// jupyterParts finds them in any of the three forms.
func jupyterParts(b []byte, isBinary bool) (m jupyterMessage, ok bool) {
	if !isBinary {
		return jupyterJSON(value(b))
	}
	if parts := jupyterOffsets(b); len(parts) >= 5 {
		m = jupyterMessage{short(parts[0]), value(parts[1]), value(parts[2]), value(parts[4])}
		return m, isObject(m.header)
	}
	// Where a message in JSON has buffers: their number, their offsets, then the JSON.
	if len(b) < 8 {
		return m, false
	}
	n, from := binary.BigEndian.Uint32(b), uint64(binary.BigEndian.Uint32(b[4:]))
	to := uint64(len(b))
	if n > 1 && len(b) >= 12 {
		to = uint64(binary.BigEndian.Uint32(b[8:]))
	}
	if n == 0 || uint64(n)*4+4 != from || from > to || to > uint64(len(b)) {
		return m, false
	}
	return jupyterJSON(value(b[from:to]))
}

func jupyterJSON(v []byte) (m jupyterMessage, ok bool) {
	var f [4][]byte
	if !object(v, f[:], "channel", "header", "parent_header", "content") || !isObject(f[1]) {
		return m, false
	}
	return jupyterMessage{text(f[0]), f[1], f[2], f[3]}, true
}

// jupyterOffsets cuts a message of v1: the number of offsets and they themselves are 64 bits each, little-endian.
func jupyterOffsets(b []byte) (parts [][]byte) {
	if len(b) < 8 {
		return nil
	}
	n := binary.LittleEndian.Uint64(b)
	if n < 6 || n > 64 || uint64(len(b)) < 8*(n+1) {
		return nil
	}
	last := binary.LittleEndian.Uint64(b[8:])
	if last != 8*(n+1) {
		return nil
	}
	for i := uint64(1); i < n; i++ {
		next := binary.LittleEndian.Uint64(b[8+8*i:])
		if next < last || next > uint64(len(b)) {
			return nil
		}
		parts = append(parts, b[last:next])
		last = next
	}
	return parts
}

func (jupyter) read(c *conversation, m *record.Message) bool {
	said, ok := jupyterParts(m.Data, m.Type == "binary")
	if !ok {
		return false
	}
	var h, p [3][]byte
	object(said.header, h[:], "msg_type", "msg_id", "version")
	object(said.parent, p[:], "msg_type", "msg_id", "version")
	if !isString(h[0]) {
		return false
	}
	if c.version == "" {
		c.version = text(h[2])
	}
	u := unit{kind: said.channel, name: text(h[0]), id: text(h[1]), gist: textOf(said.content)}
	switch u.kind {
	case "shell", "iopub", "control", "stdin":
	default:
		u.kind = "message"
	}
	switch {
	case strings.HasSuffix(u.name, "_request"):
		u.part = asks
	case strings.HasSuffix(u.name, "_reply"):
		u.part, u.id = answers, text(p[1])
		u.key = u.id
		if u.name == "input_reply" { // it names the request of the client's that made the kernel ask
			u.key = ""
		}
	case p[1] != nil:
		u.id = text(p[1])
	}
	var f [4][]byte
	object(said.content, f[:], "status", "ename", "evalue", "code")
	if is(f[0], "error") || u.name == "error" {
		if u.err = join(text(f[1])+":", textOf(f[2])); u.part == answers {
			u.part = fails
		}
	}
	if isString(f[3]) {
		u.gist = textOf(f[3])
	}
	c.add(u)
	return true
}

// jupyterMidway knows headers.
func jupyterMidway(g *glance) int {
	if !g.binary && len(g.json) == 0 {
		return 0
	}
	said, ok := jupyterParts(g.b, g.binary)
	var h [2][]byte
	if !ok || !object(said.header, h[:], "msg_type", "msg_id") || !isString(h[0]) || !isString(h[1]) {
		return 0
	}
	return certain
}
