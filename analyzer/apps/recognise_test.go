package apps

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/record"
)

// TestNothingIsSeenInOtherTraffic runs over all captures that speak no subprotocol:
// echoes of texts and of bytes that look random.
func TestNothingIsSeenInOtherTraffic(t *testing.T) {
	paths, _ := filepath.Glob("../../testdata/peers/*/*.pcap*")
	if len(paths) == 0 {
		t.Fatal("no captures in testdata/peers")
	}
	for _, path := range paths {
		for _, f := range analyse(t, path, analyzer.Options{}).flows {
			if f.App != nil {
				t.Errorf("%s: flow %d is taken for %s by its %s", path, f.Flow, f.App.Protocol, f.App.By)
			}
		}
	}
}

// TestDialectsAreRecognisedByFirstMessages gives the first message of a conversation
// whose handshake says nothing, as in one joined midway.
func TestDialectsAreRecognisedByFirstMessages(t *testing.T) {
	for _, c := range []struct{ want, from, kind, data string }{
		{"socket.io", "server", "text", `0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000}`},
		{"mqtt", "client", "binary", "\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a"},
		{"mqtt", "client", "binary", "\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01a"},
		{"graphql-transport-ws", "client", "text", `{"type":"connection_init","payload":{}}`},
		{"stomp", "client", "text", "CONNECT\naccept-version:1.2\nhost:a\n\n\x00"},
		{"signalr", "client", "text", `{"protocol":"json","version":1}` + "\x1e"},
		{"ocpp", "client", "text", `[2,"1","BootNotification",{"chargePointVendor":"a"}]`},
		{"json-rpc", "client", "text", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`},
		{"json-rpc", "server", "text", `[{"jsonrpc":"2.0","id":1,"result":5}]`},
		{"cdp", "client", "text", `{"id":1,"method":"Page.enable","params":{}}`},
		{"phoenix", "client", "text", `["3","3","room:lobby","phx_join",{}]`},
		{"phoenix", "client", "text", `{"topic":"room:lobby","event":"phx_join","payload":{},"ref":"1"}`},
		{"xmpp", "client", "text", `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="example.org" version="1.0"/>`},
		{"amqp", "client", "binary", "AMQP\x00\x01\x00\x00"},
		{"amqp", "client", "binary", "AMQP\x00\x00\x09\x01"},
		{"pusher", "server", "text", `{"event":"pusher:connection_established","data":"{\"socket_id\":\"1.2\"}"}`},
		{"json", "server", "text", `{"e":"trade","s":"BTCUSDT","p":"1"}`},
		{"msgpack", "server", "binary", "\x81\xa4type\xa5hello"},
		{"cbor", "server", "binary", "\xa1\x64type\x65hello"},
		{"protobuf", "server", "binary", "\x0a\x05hello\x10\x96\x01"},

		{"", "client", "text", `0{"sid":"a"}`}, // a server says that
		{"", "server", "binary", "\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a"},
		{"", "client", "text", "CONNECTED to nothing"},
		{"", "client", "text", "42"},
		{"", "client", "text", `"a lone text"`},
		{"", "client", "text", "hello"},
		{"", "client", "text", ""},
		{"", "client", "binary", ""},
		{"", "client", "binary", "\x00\x00\x00\x01\x65\x88\x84\x00"}, // H.264
		{"", "client", "binary", "\x80\x01"},
		{"", "client", "text", `{"unterminated":`},
		{"", "client", "text", `<html>`},
		{"json", "client", "text", `{"id":1,"method":"player.move"}`},
		{"json", "client", "text", `[2,"1","Move",{}]`},
	} {
		conv := opened("/", "")
		conv.Message(said(c.from, c.kind, []byte(c.data)))
		var f record.Flow
		conv.Done(&f)
		got := ""
		if f.App != nil {
			got = f.App.Protocol
		}
		if got != c.want {
			t.Errorf("%q by the %s is taken for %q, want %q", c.data, c.from, got, c.want)
		}
	}
}

// TestDialectsAreRecognisedFromTheMiddle cuts off what every recorded conversation begins with: the handshake, and one
// to ten of its messages. What the rest is read as must be the dialect, or nothing, and in most places the dialect.
func TestDialectsAreRecognisedFromTheMiddle(t *testing.T) {
	for _, path := range captures(t) {
		out := analyse(t, path, analyzer.Options{})
		for _, f := range slices.DeleteFunc(out.flows, isSilent) {
			var all []*record.Message
			for _, m := range out.messages {
				if m.Flow == f.Flow && (m.Type == "text" || m.Type == "binary") {
					all = append(all, m)
				}
			}
			if strings.HasSuffix(path, "docker/attach.pcap") || strings.HasSuffix(path, "kubernetes/portforward.pcap") {
				continue // bytes of anything, which the handshake alone tells
			}
			right, tried := 0, 0
			for cut := 1; cut <= 10 && len(all)-cut >= 4 && f.App.Messages > 4; cut++ {
				c := opened("", "")
				for _, m := range all[cut:] {
					again := *m
					c.Message(&again)
				}
				var got record.Flow
				c.Done(&got)
				tried++
				switch {
				case got.App == nil:
				case got.App.Protocol == f.App.Protocol:
					right++
				case strings.HasSuffix(got.App.Protocol, "e.io") && f.App.Protocol == "socket.io": // heartbeats alone are of both
				case got.App.Protocol == "socket.io" && f.App.Protocol == "engine.io": // whose application sends what looks like it
				case !slices.Contains([]string{"json", "msgpack", "cbor", "text"}, got.App.Protocol):
					t.Errorf("%s flow %d, joined at message %d: taken for %s, it is %s", path, f.Flow, cut, got.App.Protocol, f.App.Protocol)
				}
			}
			if tried > 0 && 10*right < 7*tried {
				t.Errorf("%s flow %d: %s is known from %d of %d places in its middle", path, f.Flow, f.App.Protocol, right, tried)
			}
		}
	}
}

// TestOnePayloadThatIsNoneEndsAGuess shows that binary messages are Protocol Buffers
// only where all are.
func TestOnePayloadThatIsNoneEndsAGuess(t *testing.T) {
	c := opened("/", "")
	c.Message(said("client", "binary", []byte("\x0a\x05hello\x10\x96\x01")))
	c.Message(said("client", "binary", []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")))
	c.Message(said("client", "binary", []byte("\x0a\x05hello\x10\x96\x01")))
	var f record.Flow
	if c.Done(&f); f.App != nil {
		t.Errorf("told as %+v", *f.App)
	}
}

// TestConversationIsLetGoOnceNothingCanBeRecognised shows after how many messages of no dialect a
// conversation is over, and that it never is where one may still be read.
func TestConversationIsLetGoOnceNothingCanBeRecognised(t *testing.T) {
	withSchema := func() *conversation { return WithSchema(chatTypes())().Open(&record.Flow{}).(*conversation) }
	for _, c := range []struct {
		name string
		conv *conversation
		data []string // the messages; the last again and again
		want int      // messages after which it is over; 0 is never
	}{
		{"no dialect", opened("/", ""), []string{"hello"}, trials},
		{"a dialect by the subprotocol, and nothing of it", opened("/", "mqtt"), []string{"hello"}, 0},
		{"a dialect by the path, and nothing of it", opened("/socket.io/?EIO=4&transport=websocket", ""), []string{"hello"}, 0},
		{"a dialect by the bytes", opened("/", ""), []string{"hello", `{"jsonrpc":"2.0","id":1,"result":5}`, "hello"}, 0},
		{"a format by the bytes", opened("/", ""), []string{`{"e":"trade"}`, "hello"}, 0},
		{"a schema", withSchema(), []string{"hello"}, 0},
	} {
		over := 0
		for i := range 3 * trials {
			m := said("client", "text", []byte(c.data[min(i, len(c.data)-1)]))
			if c.conv.Message(m) == nil && c.conv.Over() {
				over = i + 1
				break
			}
		}
		if over != c.want {
			t.Errorf("%s: over after %d messages, want %d", c.name, over, c.want)
		}
	}
}
