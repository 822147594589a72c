package behaviour

import (
	"strings"
	"testing"

	"wscope/analyzer/record"
)

func TestInsideSockJS(t *testing.T) {
	for _, c := range []struct {
		from           record.Peer
		protocol, text string
		want           string
	}{
		{record.Server, "sockjs/json", `a["[\"rules\",{}]","{\"a\":1}"]`, `["rules",{}]|{"a":1}`},
		{record.Client, "sockjs/json", `["{\"a\":1}"]`, `{"a":1}`},
		{record.Client, "sockjs/json", `"{\"a\":1}"`, `{"a":1}`},
		{record.Server, "sockjs/stomp", `a["CONNECTED\n\n\u0000"]`, ""},
		{record.Server, "sockjs", "o", ""},
		{record.Server, "sockjs/json", `a[1]`, ""},
		{record.Server, "json", `["x"]`, ""},
	} {
		var got []string
		for _, one := range insideSockJS(&record.Message{From: c.from, Type: "text", Data: []byte(c.text), App: &record.App{Protocol: c.protocol}}) {
			got = append(got, string(one.Data))
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %q", c.text, got)
		}
	}
	for path, want := range map[string]string{
		"/quiz/017/wkpufbh/websocket": "/quiz/017/{id}/websocket", "/a/1/b/websocket": "/a/1/b/websocket", "/017/x/websocket": "/017/{id}/websocket", "/x/websocket": "/x/websocket",
	} {
		if got := sockJSPath(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
