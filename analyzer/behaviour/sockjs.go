package behaviour

import (
	"bytes"
	"encoding/json"
	"strings"

	"wscope/analyzer/record"
)

// insideSockJS are the messages that a SockJS frame carries as texts, each as if it were a WebSocket's; nil for all other messages, and
// where what the texts hold is a subprotocol that is told apart by itself.
func insideSockJS(m *record.Message) (list []*record.Message) {
	if m.App == nil || m.Type != "text" || len(m.Data) > maxParse || m.App.Protocol != "sockjs/json" && (m.App.Protocol != "sockjs" || m.App.Kind != "message") {
		return nil
	}
	data := m.Data
	if m.From == record.Server {
		data = bytes.TrimPrefix(data, []byte("a"))
	}
	var texts []string
	if json.Unmarshal(data, &texts) != nil {
		var one string
		if json.Unmarshal(data, &one) != nil {
			return nil
		}
		texts = []string{one}
	}
	if len(texts) > maxBatch {
		return nil
	}
	for _, text := range texts {
		one := *m
		one.Data, one.Length, one.App = []byte(text), int64(len(text)), nil
		list = append(list, &one)
	}
	return list
}

// sockJSPath is a path in which SockJS has put {id} for the session: a prefix, a server of three digits, the session, "websocket".
func sockJSPath(path string) string {
	list := strings.Split(path, "/")
	n := len(list)
	if n < 4 || list[n-1] != "websocket" || len(list[n-3]) != 3 || strings.Trim(list[n-3], "0123456789") != "" {
		return path
	}
	list[n-2] = idWord
	return strings.Join(list, "/")
}
