package behaviour

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
	"github.com/tinylib/msgp/msgp"
	"google.golang.org/protobuf/encoding/protowire"

	"wscope/analyzer/record"
)

// maxParse is the longest message whose content is looked at.
const maxParse = 1 << 20

// parse is the JSON in a message, and the bytes that say what it says: the JSON's, or all where there is none.
// In a text digits may stand before it, as in Socket.IO, or headers, as in STOMP; in a binary message of a subprotocol,
// such as MQTT's PUBLISH, the payload is at the end; in others it stands behind the bytes that say of what sort they are. What a schema made of a binary message is its JSON, and so is what
// MessagePack, CBOR and Protocol Buffers hold.
func (d *dialect) parse(m *record.Message) (body []byte, v any) {
	data := bytes.TrimSpace(m.Data)
	switch {
	case len(data) == 0 || len(data) > maxParse:
		return m.Data, nil
	case m.App != nil && len(m.App.Decoded) > 0:
		data = m.App.Decoded
	case m.Type == "text":
		data = bytes.TrimLeft(data, "0123456789")
		if _, behind, ok := bytes.Cut(data, []byte("\n\n")); ok && m.App != nil {
			data = bytes.TrimRight(behind, "\x00\r\n")
		}
	case isProtocol(m.App):
		data = data[max(bytes.IndexAny(data, "{["), 0):]
	case strings.HasPrefix(d.binary[sender(m.From)], "bytes"): // JSON may stand behind the bytes that say of what sort it is
		data = data[min(d.leadLength(m.From), len(data)):]
	case d.binary[sender(m.From)] != "":
		return m.Data, decode(d.binary[sender(m.From)], m.Data)
	}
	if len(data) == 0 || data[0] != '{' && data[0] != '[' || json.Unmarshal(data, &v) != nil {
		return m.Data, nil
	}
	return data, v
}

// isProtocol says whether what a subprotocol says of a message is more than how it is encoded.
func isProtocol(a *record.App) bool {
	return a != nil && !slices.Contains([]string{"json", "msgpack", "cbor", "protobuf"}, a.Protocol)
}

// formats are those that binary messages are tried for.
var formats = []string{"messagepack", "cbor", "protobuf"}

// format is what all of some binary messages are in: one of formats, JSON, or as many leading bytes as tell them apart.
func format(list [][]byte) string {
	if len(list) == 0 {
		return ""
	}
	for _, f := range formats {
		if !slices.ContainsFunc(list, func(b []byte) bool { return decode(f, b) == nil }) {
			return f
		}
	}
	return fmt.Sprintf("bytes %d", leadingBytes(list))
}

// leadingBytes is how many bytes at the head of messages are few and come again: 0, 1 or 2.
func leadingBytes(list [][]byte) int {
	if len(list) < 4 {
		return 0
	}
	heads := func(n int) map[string]int {
		m := map[string]int{}
		for _, b := range list {
			m[string(b[:min(n, len(b))])]++
		}
		return m
	}
	one, two := heads(1), heads(2)
	if len(one) > 8 || 3*len(one) > len(list)+2 {
		return 0
	}
	if len(two) > len(one) && len(two) <= 8 && 3*len(two) <= len(list)+2 {
		small := true // a second byte that counts sorts is small; one that is a length or a letter is not
		for head := range two {
			small = small && (len(head) < 2 || head[1] < 16)
		}
		if small {
			return 2
		}
	}
	return 1
}

// leading is the head of a binary message that tells of what sort it is; "" where it tells nothing.
func (d *dialect) leading(m *record.Message) string {
	n := d.leadLength(m.From)
	if n == 0 || len(m.Data) == 0 {
		return ""
	}
	return fmt.Sprintf("%x", m.Data[:min(len(m.Data), n)])
}

// leadLength is how many bytes that is.
func (d *dialect) leadLength(from record.Peer) int {
	switch d.binary[sender(from)] {
	case "bytes 1":
		return 1
	case "bytes 2":
		return 2
	}
	return 0
}

// decode is what a binary message holds; nil where it is not in that format, or holds no object or list.
func decode(format string, b []byte) any {
	if len(b) == 0 || len(b) > maxParse {
		return nil
	}
	var v any
	switch format {
	case "messagepack":
		if first := b[0]; first>>4 != 8 && first>>4 != 9 && (first < 0xdc || first > 0xdf) {
			return nil // no map and no list
		}
		x, rest, err := msgp.ReadIntfBytes(b)
		if err != nil || len(rest) > 0 {
			return nil
		}
		v = x
	case "cbor":
		if major := b[0] >> 5; major != 4 && major != 5 {
			return nil
		}
		if err := cborMode.Unmarshal(b, &v); err != nil {
			return nil
		}
	case "protobuf":
		if o := protobuf(b, 0); len(o) > 0 {
			return o
		}
		return nil
	default:
		return nil
	}
	return plain(v, 0)
}

var cborMode = func() cbor.DecMode {
	m, err := cbor.DecOptions{MaxNestedLevels: 16, MaxArrayElements: 1 << 16, MaxMapPairs: 1 << 16}.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}()

// plain is a decoded value in the types that JSON has.
func plain(v any, depth int) any {
	if depth > maxDepth {
		return ""
	}
	switch x := v.(type) {
	case nil, bool, string, float64:
		return x
	case []byte:
		return string(x)
	case int64:
		return float64(x)
	case uint64:
		return float64(x)
	case int:
		return float64(x)
	case float32:
		return float64(x)
	case []any:
		list := make([]any, len(x))
		for i := range x {
			list[i] = plain(x[i], depth+1)
		}
		return list
	case map[string]any:
		o := make(map[string]any, len(x))
		for k, e := range x {
			o[k] = plain(e, depth+1)
		}
		return o
	case map[any]any:
		o := make(map[string]any, len(x))
		for k, e := range x {
			o[fmt.Sprint(k)] = plain(e, depth+1)
		}
		return o
	}
	return fmt.Sprintf("%T", v)
}

// protobuf is the fields of a Protocol Buffers message by their numbers; nil where it is none.
func protobuf(b []byte, depth int) map[string]any {
	if depth > 4 {
		return nil
	}
	o := map[string]any{}
	for len(b) > 0 {
		number, sort, n := protowire.ConsumeTag(b)
		if n < 0 || number > 1<<15 || len(o) > maxChildren {
			return nil
		}
		b = b[n:]
		var v any
		switch sort {
		case protowire.VarintType:
			x, n := protowire.ConsumeVarint(b)
			if n < 0 {
				return nil
			}
			v, b = float64(x), b[n:]
		case protowire.Fixed64Type:
			x, n := protowire.ConsumeFixed64(b)
			if n < 0 {
				return nil
			}
			v, b = math.Float64frombits(x), b[n:]
		case protowire.Fixed32Type:
			x, n := protowire.ConsumeFixed32(b)
			if n < 0 {
				return nil
			}
			v, b = float64(math.Float32frombits(x)), b[n:]
		case protowire.BytesType:
			x, n := protowire.ConsumeBytes(b)
			if n < 0 {
				return nil
			}
			v, b = string(x), b[n:]
			if !printable(x) {
				if inside := protobuf(x, depth+1); inside != nil {
					v = inside
				}
			}
		default:
			return nil
		}
		key := strconv.Itoa(int(number))
		if was, again := o[key]; again {
			list, _ := was.(repeated)
			if list == nil {
				list = repeated{was}
			}
			v = append(list, v)
		}
		o[key] = v
	}
	return o
}

// repeated are the values of a field of Protocol Buffers that is there several times: one of them looks like a field that is there once.
type repeated []any

func printable(b []byte) bool {
	return utf8.Valid(b) && bytes.IndexFunc(b, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' }) < 0
}

// numberedKind is the kind of a message whose fields have numbers in place of names: by a small number in the first of them, or by
// the only message in it.
func numberedKind(o map[string]any) string {
	inner := ""
	for key, v := range o {
		if key == "" || key[0] < '0' || key[0] > '9' {
			return ""
		}
		if _, is := v.(map[string]any); is {
			if inner != "" {
				inner = "?"
			} else {
				inner = key
			}
		}
	}
	if x, ok := o["1"].(float64); ok && x == float64(int(x)) && x >= 0 && x < 256 {
		return "1=" + strconv.Itoa(int(x))
	}
	if inner != "" && inner != "?" {
		return "field " + inner
	}
	return ""
}

// pairs are the key=value words of a text that is a command; nil where there are none.
func pairs(m *record.Message) any {
	if m.Type != "text" || len(m.Data) > maxParse || command(m.Data) == "" {
		return nil
	}
	found := map[string]any{}
	for word := range bytes.FieldsFuncSeq(m.Data, func(r rune) bool { return strings.ContainsRune(" \t\r\n;&|", r) }) {
		key, value, ok := bytes.Cut(word, []byte("="))
		if !ok || len(key) == 0 || len(key) > 32 || !isLetter(key[0]) || len(found) > maxChildren {
			continue
		}
		if number, err := strconv.ParseFloat(string(value), 64); err == nil {
			found[string(key)] = number
		} else {
			found[string(key)] = ""
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// lines are the values of several lines of JSON; nil where the text is anything else.
func lines(text []byte) (values []any) {
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		var v any
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if len(values) == maxBatch || json.Unmarshal(line, &v) != nil {
			return nil
		}
		values = append(values, v)
	}
	if len(values) < 2 {
		return nil
	}
	return values
}

// Readings are the values that a message may be taken for, the likeliest first: what a schema made of it, its JSON, JSON behind what a
// subprotocol has at the head of its messages, MessagePack or CBOR, and its bytes as a text. The elements of a batch are each for itself.
func Readings(m *record.Message) (list [][]any) {
	add := func(text []byte) {
		var v any
		if text = bytes.TrimSpace(text); len(text) == 0 || json.Unmarshal(text, &v) != nil {
			return
		}
		if several := batch(v); several != nil {
			list = append(list, several)
		}
		list = append(list, []any{v})
	}
	if m.App != nil && len(m.App.Decoded) > 0 {
		add(m.App.Decoded)
	}
	var carried []any
	for _, one := range insideSockJS(m) {
		var v any
		if json.Unmarshal(one.Data, &v) != nil {
			v = string(one.Data)
		}
		carried = append(carried, v)
	}
	if carried != nil {
		list = append(list, carried)
	}
	if len(m.Data) <= maxParse {
		add(m.Data)
		if values := lines(m.Data); values != nil {
			list = append(list, values)
		}
		if m.Type == "text" {
			add(bytes.TrimLeft(m.Data, "0123456789"))
		}
		if _, behind, ok := bytes.Cut(m.Data, []byte("\n\n")); ok {
			add(bytes.TrimRight(behind, "\x00\r\n"))
		}
		if at := bytes.IndexAny(m.Data, "{["); m.Type == "binary" && at > 0 {
			add(m.Data[at:])
		}
		for _, f := range []string{"messagepack", "cbor"} {
			if v := decode(f, m.Data); m.Type == "binary" && v != nil {
				list = append(list, []any{v})
			}
		}
	}
	return append(list, []any{string(m.Data)})
}
