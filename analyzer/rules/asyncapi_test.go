package rules

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/apps"
	"wscope/analyzer/behaviour"
	"wscope/analyzer/record"
	"wscope/assembly/capture"
)

// held is what a document says of a capture.
func held(t *testing.T, d *Document, path string) map[string]*Result {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	c := d.Checker(nil)
	if _, err := analyzer.Run(context.Background(), src, analyzer.Options{Messages: true, Payload: true, Apps: apps.New}, c); err != nil {
		t.Fatal(err)
	}
	all := map[string]*Result{}
	for _, r := range c.Results() {
		all[strings.TrimPrefix(r.Rule, "asyncapi/")] = r
	}
	return all
}

// seen is the behaviour in a capture, read as check reads it.
func seen(t *testing.T, path string) *behaviour.Behaviour {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	w := behaviour.NewWatcher()
	if _, err := analyzer.Run(context.Background(), src, analyzer.Options{Messages: true, Payload: true, Apps: apps.New}, w); err != nil {
		t.Fatal(err)
	}
	return w.Behaviour()
}

// TestCapturesKeepTheirOwnDocuments writes a document of each recorded program and holds its capture to it, and to another program's.
func TestCapturesKeepTheirOwnDocuments(t *testing.T) {
	kept := filepath.Join("..", "..", "testdata", "gate", "kept")
	files, err := filepath.Glob(filepath.Join(kept, "*", "none.quiet-2.pcap.gz"))
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	foreign := 0 // documents of another program's
	for i, file := range files {
		text, err := json.Marshal(seen(t, file).AsyncAPI())
		if err != nil {
			t.Fatal(err)
		}
		d, err := ParseAsyncAPI(text)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for name, r := range held(t, d, file) {
			if r.Failed > 0 {
				t.Errorf("%s: %s: %v", file, name, r.Breaches[0])
			}
			if r.Judged == 0 {
				t.Errorf("%s: %s judged nothing", file, name)
			}
		}
		if other := held(t, d, files[(i+1)%len(files)]); other["channel"].Failed+other["message"].Failed+other["payload"].Failed == 0 {
			foreign++
		}
	}
	if foreign > 1 { // one allows any text on any path
		t.Errorf("%d captures keep the document of another program", foreign)
	}
	text, _ := json.Marshal(seen(t, filepath.Join(kept, "arena", "none.quiet-2.pcap.gz")).AsyncAPI())
	d, err := ParseAsyncAPI(text)
	if err != nil {
		t.Fatal(err)
	}
	if r := held(t, d, filepath.Join(kept, "arena", "field-dropped.quiet.pcap.gz")); r["message"].Failed+r["payload"].Failed == 0 {
		t.Error("a field that the document demands is gone, and nothing is said")
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		path, address string
		fits          bool
	}{
		{"/ocpp/CP-1", "/ocpp/{id}", true}, {"/ocpp/", "/ocpp/{id}", false}, {"/ocpp/a/b", "/ocpp/{id}", false}, {"/a-1.x", "/a-{n}.x", true},
		{"/a-.x", "/a-{n}.x", false}, {"/a-b-c", "/{x}-{y}", true}, {"/", "/", true}, {"/{", "/{", true}, {"/x", "/}{", false}, {"/ab", "/{x}{y}", false},
	} {
		if fits(c.path, c.address) != c.fits {
			t.Errorf("%s, %s: not %v", c.path, c.address, c.fits)
		}
	}
}

// TestDocumentsOfOthers has what documents are written with that export writes none of: path names of servers, channels, messages and
// operations that are references to components, replies.
func TestDocumentsOfOthers(t *testing.T) {
	d, err := ParseAsyncAPI([]byte(`
asyncapi: 3.0.0
servers:
  one: {host: a.example.org, pathname: /ws/, protocol: wss}
  other: {$ref: '#/components/servers/other'}
channels:
  room: {$ref: '#/components/channels/room'}
  news: {address: news, servers: [{$ref: '#/servers/other'}], messages: {flash: {payload: true}}}
  lobby: {address: /room/lobby, messages: {}}
operations:
  ask: {$ref: '#/components/operations/ask'}
components:
  servers: {other: {host: b.example.org, protocol: ws}}
  channels:
    room:
      address: room/{id}
      messages: {ask: {$ref: '#/components/messages/ask'}, told: {payload: {type: object}}}
  messages: {ask: {payload: {type: object, required: [q]}}}
  operations:
    ask:
      action: receive
      channel: {$ref: '#/channels/room'}
      messages: [{$ref: '#/components/channels/room/messages/ask'}]
      reply: {messages: [{$ref: '#/channels/room/messages/told'}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/ws/room/7?x=1": "room", "/room/7": "room", "/room/lobby": "lobby", "/news": "news", "/ws/news": "", "/": "", "/room": ""} {
		name := ""
		if c := d.channel(path); c != nil {
			name = c.name
		}
		if name != want {
			t.Errorf("%s is of channel %q, want %q", path, name, want)
		}
	}
	for _, m := range d.channel("/room/7").messages {
		if client := m.from[record.Client]; len(m.from) != 1 || client != (m.name == "ask") {
			t.Errorf("%s is from %v", m.name, m.from)
		}
	}
}

func TestDocumentsThatAreNone(t *testing.T) {
	const head = "asyncapi: 3.0.0\nchannels:\n"
	for text, want := range map[string]string{
		"":                                   "version 3",
		"asyncapi: 2.6.0":                    "version 3",
		"asyncapi: 3.0.0":                    "channels",
		"asyncapi: [":                        "YAML",
		head + "  a: 1":                      "no object",
		head + "  a: {$ref: '#/channels/a'}": "refers to itself",
		head + "  a: {$ref: 'https://example.org/a'}":                          "only what is in the document",
		head + "  a: {messages: {m: {payload: {$ref: 'file:///etc/passwd'}}}}": "may not refer",
		head + "  a: {messages: {m: {payload: {type: 7}}}}":                    "payload",
		head + "  a: {messages: {m: {$ref: '#/components/messages/missing'}}}": "no object",
	} {
		if _, err := ParseAsyncAPI([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzParseAsyncAPI(f *testing.F) {
	text, err := json.Marshal((&behaviour.Behaviour{Roles: []*behaviour.Role{{Name: "/a/{id}", Handshakes: behaviour.Tally{"accepted": 1}}}}).AsyncAPI())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("asyncapi: 3.0.0\nchannels: {a: {address: '/x/{id}', messages: {m: {payload: {type: string}}}}}\noperations: {o: {action: send, channel: {$ref: '#/channels/a'}}}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 10000 {
			return
		}
		if d, err := ParseAsyncAPI(text); err == nil {
			d.channel("/x/1")
		}
	})
}
