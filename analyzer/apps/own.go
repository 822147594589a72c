package apps

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/goccy/go-yaml"

	"wscope/analyzer/record"
)

// Own describes a protocol of one's own: a small YAML file whose expressions say of each message what it is called and what
// answers what. OWN.md documents it, with three examples.
type Own struct {
	file     ownFile
	programs [ownFields]*vm.Program // nil where the file says nothing
}

// ownFile is the file as it is written.
type ownFile struct {
	Protocol    string `yaml:"protocol"`
	Subprotocol string `yaml:"subprotocol"`
	Path        string `yaml:"path"`
	Encoding    string `yaml:"encoding"`

	Kind      string `yaml:"kind"`
	Name      string `yaml:"name"`
	ID        string `yaml:"id"`
	Topic     string `yaml:"topic"`
	Error     string `yaml:"error"`
	Gist      string `yaml:"gist"`
	Request   string `yaml:"request"`
	Answer    string `yaml:"answer"`
	Key       string `yaml:"key"`
	Operation string `yaml:"operation"`
	Ping      string `yaml:"ping"`
	Pong      string `yaml:"pong"`
}

const (
	ownKind = iota
	ownName
	ownID
	ownTopic
	ownError
	ownGist
	ownRequest
	ownAnswer
	ownKey
	ownOperation
	ownPing
	ownPong
	ownFields
)

func (f *ownFile) sources() [ownFields]string {
	return [...]string{f.Kind, f.Name, f.ID, f.Topic, f.Error, f.Gist, f.Request, f.Answer, f.Key, f.Operation, f.Ping, f.Pong}
}

var ownNames = [...]string{"kind", "name", "id", "topic", "error", "gist", "request", "answer", "key", "operation", "ping", "pong"}

// maxOwnFile bounds a file, and maxOwnSource an expression.
const (
	maxOwnFile   = 64 << 10
	maxOwnSource = 1 << 10
)

// ReadOwn reads a description. Its mistakes are told with line and column, or with the expression they are in.
func ReadOwn(source []byte) (*Own, error) {
	if len(source) > maxOwnFile {
		return nil, fmt.Errorf("the file is longer than %d bytes", maxOwnFile)
	}
	o := &Own{}
	if err := yaml.UnmarshalWithOptions(source, &o.file, yaml.Strict()); err != nil {
		return nil, errors.New(strings.TrimSpace(err.Error()))
	}
	f := &o.file
	if f.Protocol = short(f.Protocol); f.Protocol == "" {
		return nil, errors.New("protocol: the protocol needs a name")
	}
	if f.Kind == "" {
		return nil, errors.New("kind: an expression is needed that says what kind of message one is")
	}
	if _, err := path.Match(f.Path, ""); err != nil {
		return nil, fmt.Errorf("path: %w", err)
	}
	switch f.Encoding {
	case "", "json", "msgpack", "cbor", "bytes", "text":
	default:
		return nil, fmt.Errorf("encoding: %q is none of json, msgpack, cbor, bytes, text", f.Encoding)
	}
	for i, source := range f.sources() {
		if source == "" {
			continue
		}
		if len(source) > maxOwnSource {
			return nil, fmt.Errorf("%s: the expression is longer than %d bytes", ownNames[i], maxOwnSource)
		}
		p, err := expr.Compile(source, expr.Env(ownEnv{}), expr.MaxNodes(200))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", ownNames[i], err)
		}
		o.programs[i] = p
	}
	return o, nil
}

// ownEnv is what expressions see of a message.
type ownEnv struct {
	M    any    `expr:"m"` // the message: maps, lists, texts, numbers
	From string `expr:"from"`
	Size int    `expr:"size"`
	Text string `expr:"text"`

	Byte     func(at int) (int, error)          `expr:"byte"`
	Uint16   func(at int) (int, error)          `expr:"uint16"`
	Uint32   func(at int) (int, error)          `expr:"uint32"`
	Uint16LE func(at int) (int, error)          `expr:"uint16le"`
	Uint32LE func(at int) (int, error)          `expr:"uint32le"`
	At       func(from, to int) (string, error) `expr:"at"`
}

// ownEnvOf is the environment of a message of a side.
func ownEnvOf(from record.Peer, data []byte) ownEnv {
	number := func(size int, read func([]byte) uint64) func(int) (int, error) {
		return func(at int) (int, error) {
			if at < 0 || at > len(data)-size {
				return 0, errOutside
			}
			return int(read(data[at:])), nil
		}
	}
	return ownEnv{
		From: string(from), Size: len(data), Text: string(data[:min(len(data), maxHeld)]),
		Byte:     number(1, func(b []byte) uint64 { return uint64(b[0]) }),
		Uint16:   number(2, func(b []byte) uint64 { return uint64(binary.BigEndian.Uint16(b)) }),
		Uint32:   number(4, func(b []byte) uint64 { return uint64(binary.BigEndian.Uint32(b)) }),
		Uint16LE: number(2, func(b []byte) uint64 { return uint64(binary.LittleEndian.Uint16(b)) }),
		Uint32LE: number(4, func(b []byte) uint64 { return uint64(binary.LittleEndian.Uint32(b)) }),
		At: func(from, to int) (string, error) {
			if from < 0 || from > to || to > len(data) {
				return "", errOutside
			}
			return string(data[from:to]), nil
		},
	}
}

var errOutside = errors.New("behind the message's end")

// claims reports whether the handshake names the protocol; says is whether the file asks that at all.
func (o *Own) claims(r *request) (claims, says bool) {
	f := &o.file
	if f.Subprotocol != "" && strings.EqualFold(f.Subprotocol, r.subprotocol) {
		return true, true
	}
	if f.Path != "" {
		if ok, _ := path.Match(f.Path, r.path); ok {
			return true, true
		}
	}
	return false, f.Subprotocol != "" || f.Path != ""
}

// own reads one conversation by a description.
type own struct {
	stateless
	*Own
}

func (d own) read(c *conversation, m *record.Message) bool {
	e := ownEnvOf(m.From, m.Data)
	var v []byte
	switch d.file.Encoding {
	case "bytes", "text":
		if (m.Type == "text") != (d.file.Encoding == "text") {
			return false
		}
	case "msgpack", "cbor":
		if m.Type != "binary" {
			return false
		}
		p := msgPacking
		if d.file.Encoding == "cbor" {
			p = cborPacking
		}
		v = packedValue(m.Data, p)
	default:
		v = value(m.Data)
	}
	if v != nil {
		// What is long was cut by packedValue; of JSON only the texts are long, and they are needed whole where they are keys.
		if len(v) > 8*maxHeld || json.Unmarshal(v, &e.M) != nil {
			return false
		}
	} else if d.file.Encoding != "bytes" && d.file.Encoding != "text" {
		return false
	}
	var machine vm.VM
	machine.MemoryBudget = 1 << 16
	say := func(i int) string {
		if d.programs[i] == nil {
			return ""
		}
		out, err := machine.Run(d.programs[i], e)
		if err != nil {
			return "" // a member that is not there
		}
		return ownText(out)
	}
	is := func(i int) bool { return say(i) == "true" }
	u := unit{
		kind: short(say(ownKind)), name: short(say(ownName)), id: short(say(ownID)), topic: short(say(ownTopic)), err: gist(say(ownError)),
		key: short(say(ownKey)), op: short(say(ownOperation)), gist: gist(say(ownGist)),
	}
	if u.kind == "" {
		return false
	}
	if u.gist == "" && d.programs[ownGist] == nil {
		if u.gist = gist(v); v == nil {
			u.gist = payloadGist(m.Data)
		}
	}
	switch {
	case is(ownPing):
		u.part = pulses
	case is(ownPong):
		u.part = returns
	case is(ownAnswer):
		if u.part = answers; u.err != "" {
			u.part = fails
		}
	case is(ownRequest):
		u.part = asks
	}
	c.add(u)
	return true
}

// ownText is what an expression gives as a text; "" for nothing.
func ownText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b[:min(len(b), 8*maxGist)])
}
