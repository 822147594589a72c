package apps

import (
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// kubernetes reads what kubectl exec, attach and port-forward speak: the first byte of a message is its channel. For a command
// these are 0 to 4, and v5's close; for a forwarded port two each, data and errors, whose first messages name the port.
//
// https://kubernetes.io/docs/reference/using-api/api-concepts/ and k8s.io/apimachinery/pkg/util/remotecommand
type kubernetes struct {
	stateless
	named [2]map[byte]bool // channels of forwarded ports whose port was named, by side
}

func openKubernetes() dialect { return new(kubernetes) }

// kubernetesPath knows the paths of the API.
func kubernetesPath(r *request) bool {
	return strings.HasPrefix(r.path, "/api/v1/namespaces/") && (strings.HasSuffix(r.path, "/exec") || strings.HasSuffix(r.path, "/attach") || strings.HasSuffix(r.path, "/portforward"))
}

var kubernetesChannels = [...]string{"stdin", "stdout", "stderr", "error", "resize"}

func (d *kubernetes) read(c *conversation, m *record.Message) bool {
	c.version = short(c.target.subprotocol)
	b := m.Data
	if strings.Contains(c.target.subprotocol, "base64.") && len(b) > 0 && b[0] >= '0' && b[0] <= '9' {
		out, err := base64.StdEncoding.DecodeString(string(b[1:]))
		if err != nil {
			return false
		}
		b = append([]byte{b[0] - '0'}, out...)
	}
	if len(b) == 0 {
		return true // some clients begin with nothing
	}
	if strings.HasSuffix(c.target.path, "/portforward") || strings.HasPrefix(c.target.subprotocol, "portforward.") {
		return d.forward(c, b)
	}
	channel, body := b[0], b[1:]
	u := unit{gist: payloadGist(body)}
	switch {
	case channel == 255 && len(body) > 0:
		u.kind, u.name, u.gist = "close", kubernetesChannel(body[0]), ""
	case channel < 4 && len(body) == 0 && c.from == server:
		u.kind, u.name = "open", kubernetesChannels[channel] // some servers begin so
	case int(channel) < len(kubernetesChannels):
		u.kind = kubernetesChannels[channel]
	default:
		return false
	}
	if channel == 3 && len(body) > 0 {
		var f [3][]byte
		if object(value(body), f[:], "status", "message", "reason"); is(f[0], "Failure") {
			u.name, u.err = text(f[2]), textOf(f[1])
		} else if f[0] != nil {
			u.name = text(f[0])
		} else {
			u.err = gist(body)
		}
	}
	c.add(u)
	return true
}

func kubernetesChannel(n byte) string {
	if int(n) < len(kubernetesChannels) {
		return kubernetesChannels[n]
	}
	return strconv.Itoa(int(n))
}

// forward reads a message of a forwarded port.
func (d *kubernetes) forward(c *conversation, b []byte) bool {
	channel, body := b[0], b[1:]
	u := unit{kind: "data", id: strconv.Itoa(int(channel)), gist: bytesOf(len(body))}
	if channel%2 == 1 {
		u.kind = "error"
	}
	if d.named[c.from] == nil {
		d.named[c.from] = map[byte]bool{}
	}
	switch {
	case !d.named[c.from][channel] && c.from == server && len(body) == 2:
		d.named[c.from][channel] = true
		u.name, u.kind, u.gist = u.kind, "port", "port "+strconv.Itoa(int(binary.LittleEndian.Uint16(body)))
	case u.kind == "error" && len(body) > 0:
		u.err = gist(body)
	}
	c.add(u)
	return true
}

// kubernetesMidway knows sizes of terminals and results; texts of the channels of output only many of them.
func kubernetesMidway(g *glance) int {
	if !g.binary || len(g.b) < 4 || g.b[0] > 4 {
		return 0
	}
	body := g.b[1:]
	var f [3][]byte
	switch {
	case g.b[0] == 4 && g.from == client && object(value(body), f[:2], "Width", "Height") && isNumber(f[0]) && isNumber(f[1]):
		return certain
	case g.b[0] == 3 && g.from == server && object(value(body), f[:], "metadata", "status", "code") && isObject(f[0]) && isString(f[1]):
		return certain
	case g.b[0] <= 2 && printable(body) && (g.b[0] == 0) == (g.from == client):
		return 15
	}
	return 0
}

// docker reads the stream of a container that Docker's API attaches: bytes, without more.
type docker struct{ stateless }

func openDocker() dialect { return docker{} }

// dockerPath knows /containers/<id>/attach/ws, with or without a version in front.
func dockerPath(r *request) bool {
	return strings.Contains(r.path, "/containers/") && strings.HasSuffix(r.path, "/attach/ws")
}

func (docker) read(c *conversation, m *record.Message) bool {
	u := unit{kind: "stdin", gist: payloadGist(m.Data)}
	if c.from == server {
		u.kind = "output"
	}
	c.add(u)
	return true
}
