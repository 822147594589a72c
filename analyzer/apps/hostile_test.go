package apps

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"wscope/analyzer"
	"wscope/analyzer/apps/protoschema"
	"wscope/analyzer/record"
)

// said is a message for a conversation.
func said(from, kind string, data []byte) *record.Message {
	return &record.Message{From: record.Peer(from), Type: kind, Data: data, Length: int64(len(data)), Complete: true, IsText: kind == "text"}
}

// opened is a conversation for a request path and a subprotocol.
func opened(path, subprotocol string) *conversation {
	f := &record.Flow{HTTP: &record.HTTP{Path: path}, Handshake: &record.Handshake{Subprotocol: subprotocol}}
	return New().Open(f).(*conversation)
}

// kinds are the conversations that hostile bytes are given to: one of each language.
func kinds() map[string]func() *conversation {
	all := map[string]func() *conversation{"none": func() *conversation { return opened("/", "") }}
	for i := range languages {
		l := &languages[i]
		all[l.protocol] = func() *conversation {
			c := opened("/", "")
			c.adopt(l, l.open(), "path")
			c.seeker.left = 0
			return c
		}
	}
	all["schema"] = func() *conversation { return WithSchema(chatTypes())().Open(&record.Flow{}).(*conversation) }
	for i := range formats {
		l := &formats[i]
		all[l.protocol] = func() *conversation {
			c := opened("/", "")
			c.adopt(l, l.open(), "bytes")
			return c
		}
	}
	return all
}

// chatTypes is a schema for hostile bytes.
var chatTypes = sync.OnceValue(func() *protoschema.Choice {
	s, err := protoschema.Load("../../testdata/apps/formats/chat.pb", os.ReadFile)
	if err != nil {
		panic(err)
	}
	types, err := s.Choose(nil)
	if err != nil {
		panic(err)
	}
	return types
})

// check holds an App to what is promised of every one.
func check(t testing.TB, a *record.App) {
	t.Helper()
	if a == nil {
		return
	}
	if a.Decoded != nil && !json.Valid(a.Decoded) {
		t.Errorf("no JSON: %s", a.Decoded)
	}
	if a.Protocol == "" || a.Kind == "" {
		t.Errorf("an App without a protocol or kind: %+v", *a)
	}
	for _, s := range []string{a.Kind, a.Name, a.ID, a.Topic, a.Error, a.Gist} {
		if utf8.RuneCountInString(s) > 2*maxGist+40 || strings.ContainsAny(s, "\n\r\x00") || !utf8.ValidString(s) {
			t.Errorf("not a short line: %q", s)
		}
	}
}

// recorded are the messages of all recorded conversations, by protocol.
func recorded(t testing.TB) map[string][]*record.Message {
	t.Helper()
	all := map[string][]*record.Message{}
	for _, path := range captures(t) {
		out := analyse(t, path, analyzer.Options{})
		protocol := map[int64]string{}
		for _, f := range out.flows {
			if f.App != nil {
				protocol[f.Flow] = f.App.Protocol
			}
		}
		for _, m := range out.messages {
			if m.Type == "text" || m.Type == "binary" {
				p := protocol[m.Flow]
				all[p] = append(all[p], m)
				if p == "protobuf" {
					all["schema"] = append(all["schema"], m)
				}
			}
		}
	}
	return all
}

// TestEveryPrefixIsLeftAloneOrRead cuts each recorded message everywhere, and gives it to
// its own dialect, begun as the conversation began: nothing may panic, and the text of no App may be wild.
func TestEveryPrefixIsLeftAloneOrRead(t *testing.T) {
	for protocol, messages := range recorded(t) {
		begin := kinds()[protocol]
		if begin == nil {
			continue
		}
		for i, m := range messages {
			step := max(1, len(m.Data)/150)
			for n := 0; n <= len(m.Data); n += step {
				c := begin()
				for _, before := range messages[:min(i, 2)] { // the handshakes
					check(t, c.Message(before))
				}
				check(t, c.Message(said(string(m.From), m.Type, m.Data[:n])))
			}
		}
	}
}

// TestNoDialectReadsAnother gives every recorded conversation to every other dialect.
func TestForeignMessagesDoNoHarm(t *testing.T) {
	all := recorded(t)
	for name, begin := range kinds() {
		for _, messages := range all {
			c := begin()
			for _, m := range messages {
				check(t, c.Message(m))
			}
			var f record.Flow
			c.Done(&f)
			if f.App != nil && f.App.Protocol == "" {
				t.Errorf("%s: a summary without a protocol", name)
			}
		}
	}
}

// TestStreamsAreTheSameHoweverCut cuts MQTT and STOMP at every place, and into single bytes.
func TestStreamsAreTheSameHoweverCut(t *testing.T) {
	packets := map[string][]byte{
		"mqtt": []byte("\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a" + "\x82\x08\x00\x01\x00\x03a/b\x01" +
			"\x32\x0a\x00\x03a/b\x00\x02hi!" + "\xc0\x00" + "\xe0\x00"),
		"stomp": []byte("CONNECT\naccept-version:1.2\n\n\x00SEND\ndestination:/a\ncontent-length:3\n\nx\x00y\x00" +
			"SUBSCRIBE\nid:1\ndestination:/b\n\n\x00"),
	}
	for protocol, b := range packets {
		want := summed(kinds()[protocol](), b)
		if want == nil || want.Messages < 3 {
			t.Fatalf("%s: whole, it says %+v", protocol, want)
		}
		for i := range b {
			got := summed(kinds()[protocol](), b[:i], b[i:])
			if !reflect.DeepEqual(got.Kinds, want.Kinds) || !reflect.DeepEqual(got.Names, want.Names) {
				t.Errorf("%s cut at %d: %+v, whole %+v", protocol, i, got.Kinds, want.Kinds)
			}
		}
		var single [][]byte
		for i := range b {
			single = append(single, b[i:i+1])
		}
		if got := summed(kinds()[protocol](), single...); !reflect.DeepEqual(got.Kinds, want.Kinds) {
			t.Errorf("%s in single bytes: %+v, whole %+v", protocol, got.Kinds, want.Kinds)
		}
	}
}

func summed(c *conversation, parts ...[]byte) *record.AppSummary {
	for _, b := range parts {
		c.Message(said("client", "binary", b))
	}
	var f record.Flow
	c.Done(&f)
	return f.App
}

// TestMemoryIsBounded lets a peer say ever new things.
func TestMemoryIsBounded(t *testing.T) {
	c := opened("/", "jsonrpc")
	for i := range 20000 {
		c.Message(said("client", "text", fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"m%d"}`, i, i)))
		if i%2 == 0 {
			c.Message(said("server", "text", fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"result":1}`, i)))
		}
	}
	if n := c.pending.count; n > maxPending {
		t.Errorf("%d requests are kept", n)
	}
	if n := len(c.names); n > maxNames+1 {
		t.Errorf("%d names are kept", n)
	}
	if n := len(c.operations); n > maxOperations+1 {
		t.Errorf("%d operations are kept", n)
	}
	var f record.Flow
	c.Done(&f)
	var total int64
	for _, n := range f.App.Names {
		total += n.Client
	}
	if total != 20000 || f.App.Unanswered+f.App.Untracked != 10000 {
		t.Errorf("%d requests by name, %d unanswered, %d untracked", total, f.App.Unanswered, f.App.Untracked)
	}
}

// TestDepthIsBounded nests further than anything is followed.
func TestDepthIsBounded(t *testing.T) {
	deep := append(bytes.Repeat([]byte("["), 1<<20), bytes.Repeat([]byte("]"), 1<<20)...)
	for name, begin := range kinds() {
		if begin().Message(said("client", "text", deep)) != nil && name != "sockjs" && name != "docker" {
			t.Errorf("%s reads a million arrays", name)
		}
	}
}

// FuzzConversation gives any messages to any dialect: half of a byte chooses the sender
// and type, two bytes a length.
func FuzzConversation(f *testing.F) {
	var names []string
	for i := range languages {
		names = append(names, languages[i].protocol)
	}
	for i := range formats {
		names = append(names, formats[i].protocol)
	}
	names = append(names, "schema")
	for protocol, messages := range recorded(f) {
		for i, name := range names {
			if name != protocol {
				continue
			}
			var script []byte
			for _, m := range messages[:min(len(messages), 12)] {
				flags := byte(0)
				if m.From == "server" {
					flags |= 1
				}
				if m.Type == "binary" {
					flags |= 2
				}
				n := min(len(m.Data), 2000)
				script = append(append(script, flags, byte(n>>8), byte(n)), m.Data[:n]...)
			}
			f.Add(uint8(i), script)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, script []byte) {
		c := opened("/", "")
		if int(which) < len(names) {
			c = kinds()[names[which]]()
		}
		for len(script) >= 3 {
			n := min(int(script[1])<<8|int(script[2]), len(script)-3)
			m := said(string(sideNames[script[0]&1]), [...]string{"text", "binary"}[script[0]>>1&1], script[3:3+n])
			if script[0]&4 != 0 {
				c.Lost(m.From)
			}
			check(t, c.Message(m))
			script = script[3+n:]
		}
		var flow record.Flow
		c.Done(&flow)
	})
}

// TestLongMessagesLeaveNothingBehind shows that a buffer or list that one message made
// large is not kept.
func TestLongMessagesLeaveNothingBehind(t *testing.T) {
	c := opened("/", "mqtt")
	c.Message(said("client", "binary", []byte{0x30, 0x80, 0x80})) // of a length to come
	long := append([]byte{0x80, 0x01}, make([]byte, 1<<21)...)
	c.Message(said("client", "binary", append(long, bytes.Repeat([]byte{0xc0, 0}, 1000)...)))
	c.Message(said("client", "binary", []byte{0xc0, 0}))
	d := c.dialect.(*mqtt)
	if n := cap(d.sides[client].held); n > 2*maxHeld {
		t.Errorf("%d bytes are kept", n)
	}
	if n := cap(c.units); n > maxSpare {
		t.Errorf("room for %d units is kept", n)
	}
}
