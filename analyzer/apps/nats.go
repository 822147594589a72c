package apps

import (
	"bytes"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// nats reads the NATS client protocol: lines, and behind those of PUB, HPUB, MSG and HMSG a payload of the length that
// they say. WebSocket messages cut it anywhere.
//
// https://docs.nats.io/reference/reference-protocols/nats-protocol
//
// A message with a reply subject asks. What is published to that subject answers it: the first message does.
type nats struct {
	sides [2]packets
	lax   [2]bool // where a side's lines begin is not known
}

func openNATS() dialect { return new(nats) }

// natsSpot knows the server's INFO, which is its first, and the client's CONNECT.
func natsSpot(b []byte, from side) bool {
	word, _ := natsWord(b)
	return from == server && word == "INFO" && bytes.Contains(b[:min(len(b), maxHeld)], []byte(`"server_id"`)) || from == client && word == "CONNECT" && bytes.Contains(b, []byte("{"))
}

func (d *nats) lost(from side) {
	d.sides[from].reset()
	d.lax[from] = true
}

func (d *nats) joined() { d.lax = [2]bool{true, true} }

func (d *nats) read(c *conversation, m *record.Message) bool {
	p := &d.sides[c.from]
	b := m.Data
	if d.lax[c.from] {
		g := glance{b: b, from: c.from}
		if natsMidway(&g) == 0 {
			return false
		}
		d.lax[c.from] = false
	}
	for b = p.take(b); len(b) > 0; {
		line, rest, whole := bytes.Cut(b, []byte("\r\n"))
		if !whole {
			if word, _ := natsWord(b); len(b) > 8 && word == "" || !p.keep(b) {
				p.reset()
				return false
			}
			return true
		}
		word, arguments := natsWord(line)
		size := natsSize(word, arguments)
		if word == "" || size < 0 {
			p.reset()
			d.lax[c.from] = true
			return false
		}
		var payload []byte
		if size > 0 {
			n := uint64(size) // with the ends of both lines
			if n > uint64(len(rest)) {
				if p.keep(b) {
					return true
				}
				p.skip = n - uint64(len(rest))
				n = uint64(len(rest))
			}
			payload, rest = rest[:n], rest[n:]
			payload = bytes.TrimSuffix(payload, []byte("\r\n"))
		}
		d.line(c, word, arguments, payload)
		b = rest
	}
	p.done()
	return true
}

// natsWord is a line's operation, which may be written in any case, and what follows it.
func natsWord(line []byte) (string, []byte) {
	i := bytes.IndexAny(line[:min(len(line), 9)], " \t\r\n")
	if i < 0 {
		i = min(len(line), 9)
	}
	switch word := strings.ToUpper(string(line[:i])); word {
	case "INFO", "CONNECT", "PUB", "HPUB", "SUB", "UNSUB", "MSG", "HMSG", "PING", "PONG", "+OK", "-ERR":
		return word, bytes.TrimSpace(line[i:])
	}
	return "", nil
}

// natsSize is how many bytes follow a line, the end of the payload's among them; -1 where it does not say.
func natsSize(word string, arguments []byte) int {
	switch word {
	case "PUB", "HPUB", "MSG", "HMSG":
		parts := bytes.Fields(arguments)
		if len(parts) < 2 {
			return -1
		}
		n, err := strconv.ParseUint(string(parts[len(parts)-1]), 10, 31)
		if err != nil {
			return -1
		}
		return int(n) + 2
	}
	return 0
}

func (d *nats) line(c *conversation, word string, arguments, payload []byte) {
	u := unit{kind: word}
	parts := strings.Fields(string(arguments[:min(len(arguments), 8*maxText)]))
	part := func(i int) string {
		if i < len(parts) {
			return short(parts[i])
		}
		return ""
	}
	switch word {
	case "INFO":
		u.gist = gist(arguments)
		var f [2][]byte
		if object(value(arguments), f[:], "client_id", "version"); f[1] != nil {
			c.version = text(f[1])
		}
	case "CONNECT":
		if hasCredential(value(arguments)) {
			c.credential("NATS CONNECT credentials")
		}
		var f [2][]byte
		object(value(arguments), f[:], "lang", "version")
		u.gist = join(text(f[0]), text(f[1]))
	case "PING":
		u.part = beats
	case "PONG":
		u.part = returns
	case "-ERR":
		u.err = gist(bytes.Trim(arguments, "'"))
	case "SUB":
		u.topic, u.id = part(0), part(len(parts)-1)
	case "UNSUB":
		u.id = part(0)
	default:
		d.message(c, &u, parts, payload)
	}
	c.add(u)
}

// message reads what is published or delivered: subject, for MSG and HMSG the subscription, a reply subject maybe, and sizes.
func (d *nats) message(c *conversation, u *unit, parts []string, payload []byte) {
	sizes, head := 1, 0
	if u.kind[0] == 'H' {
		sizes = 2
		head, _ = strconv.Atoi(parts[max(len(parts)-2, 0)])
	}
	middle := parts[1 : len(parts)-min(sizes, len(parts)-1)]
	if strings.HasSuffix(u.kind, "MSG") && len(middle) > 0 {
		u.id, middle = short(middle[0]), middle[1:]
	}
	u.topic = short(parts[0])
	u.gist = payloadGist(payload[min(max(head, 0), len(payload)):])
	if strings.HasPrefix(u.topic, "_INBOX.") || c.waits(c.from.other(), "reply "+u.topic) {
		u.part, u.key = answers, "reply "+u.topic
		if bytes.HasPrefix(payload, []byte("NATS/1.0 503")) {
			u.part, u.err = fails, "503 no responders"
		}
	}
	if len(middle) > 0 {
		u.part, u.key, u.op = asks, "reply "+short(middle[0]), u.topic
		u.soft = c.from == server // many may hear it, and one answers
	}
}

// natsMidway knows lines of the protocol whose payloads are as long as they say.
func natsMidway(g *glance) int {
	b, weight := g.b, 0
	for n := 0; len(b) > 0 && n < 4; n++ {
		line, rest, ok := bytes.Cut(b, []byte("\r\n"))
		if !ok {
			return 0
		}
		word, arguments := natsWord(line)
		size := natsSize(word, arguments)
		if word == "" || size < 0 {
			return 0
		}
		switch {
		case (word == "PING" || word == "PONG" || word == "+OK") && len(arguments) == 0:
			weight += 50
		case size > 0 && size <= len(rest) && bytes.HasSuffix(rest[:size], []byte("\r\n")):
			weight += certain
		case size > 0:
			return weight + 50 // the rest is to come
		case word == "SUB" || word == "-ERR":
			weight += 50
		case word == "INFO" || word == "CONNECT":
			if v := value(arguments); isObject(v) {
				weight += certain
			}
		}
		b = rest[size:]
	}
	return weight
}
