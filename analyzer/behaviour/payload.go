package behaviour

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"wscope/analyzer"
)

// maxParse is the longest message whose JSON is looked at.
const maxParse = 1 << 20

// parse is the JSON in a message, and the bytes that say what it says: the JSON's, or all where there is none.
// In a text digits may stand before it, as in Socket.IO, or headers, as in STOMP; in a binary message of a subprotocol,
// such as MQTT's PUBLISH, the payload is at the end. What a schema made of a binary message is its JSON.
func parse(m *analyzer.Message) (body []byte, v any) {
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
	case m.App != nil:
		data = data[max(bytes.IndexAny(data, "{["), 0):]
	}
	if len(data) == 0 || data[0] != '{' && data[0] != '[' || json.Unmarshal(data, &v) != nil {
		return m.Data, nil
	}
	return data, v
}

// pairs are the key=value words of a text that is a command; nil where there are none.
func pairs(m *analyzer.Message) any {
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
