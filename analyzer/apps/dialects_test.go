package apps

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"wscope/analyzer/record"
)

// spoken is a message of a conversation that was written after its protocol's specification.
type spoken struct{ from, kind, data string }

// chunk is a message of Bolt in one chunk.
func chunk(b string) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(len(b)))) + b + "\x00\x00"
}

// jupyterV1 is a message of v1.kernel.websocket.jupyter.org.
func jupyterV1(parts ...string) string {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(parts)+1))
	at := 8 * (len(parts) + 2)
	for _, p := range append([]string{""}, parts...) {
		at += len(p)
		b = binary.LittleEndian.AppendUint64(b, uint64(at))
	}
	return string(b) + joinAll(parts)
}

func joinAll(parts []string) (s string) {
	for _, p := range parts {
		s += p
	}
	return s
}

// sized is messages in MessagePack with their lengths in front, as SignalR's and WAMP's batches have them.
func sized(wide bool, messages ...string) (s string) {
	for _, m := range messages {
		if wide {
			s += string(binary.BigEndian.AppendUint32(nil, uint32(len(m)))) + m
		} else {
			s += string(rune(len(m))) + m
		}
	}
	return s
}

// scripts are conversations in protocols of which no recording stands in testdata, and what is to be counted of them.
var scripts = []struct {
	protocol, path, subprotocol string
	lines                       []spoken
	operations                  map[string]int64
	unanswered, errors          int64
	messages                    int64
}{
	{"jupyter", "/api/kernels/1/channels?session_id=s", "", []spoken{
		{"client", "text", `{"header":{"msg_id":"a1","msg_type":"execute_request","version":"5.3"},"parent_header":{},"metadata":{},"content":{"code":"1+1"},"channel":"shell"}`},
		{"server", "text", `{"header":{"msg_id":"b1","msg_type":"status"},"parent_header":{"msg_id":"a1","msg_type":"execute_request"},"content":{"execution_state":"busy"},"channel":"iopub"}`},
		{"server", "text", `{"header":{"msg_id":"b2","msg_type":"error"},"parent_header":{"msg_id":"a1"},"content":{"ename":"NameError","evalue":"x"},"channel":"iopub"}`},
		{"server", "text", `{"header":{"msg_id":"b3","msg_type":"execute_reply"},"parent_header":{"msg_id":"a1"},"content":{"status":"error","ename":"NameError","evalue":"x"},"channel":"shell"}`},
		{"client", "text", `{"header":{"msg_id":"a2","msg_type":"kernel_info_request"},"parent_header":{},"content":{},"channel":"shell"}`},
	}, map[string]int64{"execute_request": 1}, 1, 2, 5},
	{"jupyter", "/", "v1.kernel.websocket.jupyter.org", []spoken{
		{"client", "binary", jupyterV1("shell", `{"msg_id":"a1","msg_type":"execute_request"}`, "{}", "{}", `{"code":"2"}`)},
		{"server", "binary", jupyterV1("shell", `{"msg_id":"b1","msg_type":"execute_reply"}`, `{"msg_id":"a1"}`, "{}", `{"status":"ok"}`)},
	}, map[string]int64{"execute_request": 1}, 0, 0, 2},
	{"kubernetes", "/api/v1/namespaces/d/pods/p/portforward", "v4.channel.k8s.io", []spoken{
		{"server", "binary", "\x00\x50\x00"}, {"server", "binary", "\x01\x50\x00"}, {"client", "binary", "\x00GET /"}, {"server", "binary", "\x00HTTP/1.0 200 OK"}, {"server", "binary", "\x01refused"},
	}, nil, 0, 1, 5},
	{"firebase", "/.ws?v=5&ns=x", "", []spoken{
		{"server", "text", `{"t":"c","d":{"t":"h","d":{"ts":1,"v":"5","h":"s.example","s":"abc"}}}`},
		{"client", "text", `{"t":"d","d":{"r":1,"a":"q","b":{"p":"/rooms","h":""}}}`},
		{"server", "text", "2"}, {"server", "text", `{"t":"d","d":{"r":1,`}, {"server", "text", `"b":{"s":"ok","d":{}}}}`},
		{"client", "text", `{"t":"d","d":{"r":2,"a":"p","b":{"p":"/x","d":1}}}`},
		{"server", "text", `{"t":"d","d":{"r":2,"b":{"s":"permission_denied","d":"no"}}}`},
		{"server", "text", `{"t":"d","d":{"a":"d","b":{"p":"rooms","d":{}}}}`}, {"client", "text", "0"},
	}, map[string]int64{"listen": 1, "put": 1}, 0, 1, 7},
	{"appsync-events", "/event/realtime", "aws-appsync-event-ws", []spoken{
		{"client", "text", `{"type":"connection_init"}`}, {"server", "text", `{"type":"connection_ack","connectionTimeoutMs":300000}`}, {"server", "text", `{"type":"ka"}`},
		{"client", "text", `{"type":"subscribe","id":"1","channel":"/a/*","authorization":{"x-api-key":"k"}}`}, {"server", "text", `{"type":"subscribe_success","id":"1"}`},
		{"server", "text", `{"type":"data","id":"1","event":"{}"}`},
	}, map[string]int64{"connection_init": 1, "subscribe": 1}, 0, 0, 6},
	{"graphql-ws", "/graphql", "graphql-ws", []spoken{
		{"client", "text", `{"type":"connection_init"}`}, {"server", "text", `{"type":"connection_ack","payload":{"connectionTimeoutMs":300000}}`},
		{"client", "text", `{"id":"7","type":"start","payload":{"data":"{\"query\":\"subscription OnNews { news }\"}","extensions":{"authorization":{"host":"h"}}}}`},
		{"server", "text", `{"id":"7","type":"start_ack"}`}, {"server", "text", `{"id":"7","type":"data","payload":{"data":{"news":1}}}`},
	}, map[string]int64{"connection_init": 1, "OnNews": 1}, 0, 0, 5},
	{"signalr-2", "/signalr/connect?transport=webSockets&clientProtocol=1.5", "", []spoken{
		{"server", "text", `{"C":"s-0","S":1,"M":[]}`}, {"client", "text", `{"H":"chat","M":"Send","A":["hi"],"I":0}`}, {"server", "text", `{"I":"0"}`},
		{"server", "text", `{"C":"d-1","M":[{"H":"Chat","M":"heard","A":["hi"]},{"H":"Chat","M":"heard","A":["ho"]}]}`}, {"client", "text", `{"H":"chat","M":"Fail","A":[],"I":1}`},
		{"server", "text", `{"I":"1","E":"no such method"}`}, {"server", "text", `{}`},
	}, map[string]int64{"Send": 1, "Fail": 1}, 0, 1, 8},
	{"discord", "/?v=10&encoding=json", "", []spoken{
		{"server", "text", `{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250}}`}, {"client", "text", `{"op":2,"d":{"token":"very secret token","intents":1}}`},
		{"server", "text", `{"t":"READY","s":1,"op":0,"d":{"v":10,"session_id":"abc"}}`}, {"client", "text", `{"op":1,"d":1}`}, {"server", "text", `{"t":null,"s":null,"op":11,"d":null}`},
		{"server", "text", `{"t":"MESSAGE_CREATE","s":2,"op":0,"d":{"content":"hi"}}`},
	}, map[string]int64{"identify": 1}, 0, 0, 6},
	{"atproto", "/xrpc/com.atproto.sync.subscribeRepos", "", []spoken{
		{"server", "binary", "\xa2\x61t\x67#commit\x62op\x01\xa2\x63seq\x05\x64repo\x63did"}, {"server", "binary", "\xa1\x62op\x20\xa2\x65error\x6cFutureCursor\x67message\x61m"},
	}, nil, 0, 1, 2},
	{"rfb", "/websockify", "binary", []spoken{
		{"server", "binary", "RFB 003.008\n"}, {"client", "binary", "RFB 003.008\n"}, {"server", "binary", "\x01\x02"}, {"client", "binary", "\x02"}, {"server", "binary", "0123456789abcdef"},
		{"client", "binary", "fedcba9876543210"}, {"server", "binary", "\x00\x00\x00\x00"}, {"client", "binary", "\x01"},
		{"server", "binary", "\x04\x00\x03\x00" + "0123456789abcdef" + "\x00\x00\x00\x04desk"}, {"client", "binary", "\x00\x00\x00\x00" + "0123456789abcdef" + "\x03\x00\x00\x00\x00\x00\x04\x00\x03\x00"},
		{"server", "binary", "\x00\x00\x00\x01"}, {"client", "binary", "\x05\x00\x00\x01\x00\x02\x04\x01"}, {"client", "binary", "\x00\x00\x00\x00\x00\x41"},
	}, map[string]int64{"version": 1, "security": 1, "challenge": 1, "desk": 0, "client init": 1}, 0, 0, 14},
	{"guacamole", "/tunnel", "guacamole", []spoken{
		{"server", "text", "0.,36.00000000-0000-0000-0000-000000000000;"}, {"server", "text", "4.size,1.0,4.1024,3.768;4.sync,8.12345678;"}, {"client", "text", "4.sync,8.12345678;5.mouse,1.1,1.2,1.0;"},
		{"client", "text", "0.,4.ping,3.123;"}, {"server", "text", "0.,4.ping,3.123;"}, {"server", "text", "5.error,4.nöpe,3.519;"}, {"server", "text", "3.nop;"},
	}, map[string]int64{"sync": 1, "ping": 1}, 0, 1, 9},
	{"bolt", "/", "", []spoken{
		{"client", "binary", "\x60\x60\xb0\x17\x00\x04\x04\x05\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00"}, {"server", "binary", "\x00\x00\x04\x05"},
		{"client", "binary", chunk("\xb1\x01\xa1\x8bcredentials\x86secret")}, {"server", "binary", chunk("\xb1\x70\xa0")}, {"client", "binary", chunk("\xb3\x10\x88RETURN 1\xa0\xa0") + chunk("\xb1\x3f\xa0")},
		{"server", "binary", chunk("\xb1\x70\xa0") + chunk("\xb1\x71\x91\x01")}, {"server", "binary", chunk("\xb1\x7f\xa2\x84code\x81c\x87message\x84nope")},
	}, map[string]int64{"handshake": 1, "HELLO": 1, "RUN": 1, "PULL": 1}, 0, 1, 9},
	{"signalr", "/_blazor?id=x", "", []spoken{
		{"client", "text", `{"protocol":"blazorpack","version":1}` + "\x1e"}, {"server", "binary", "{}\x1e"}, {"client", "binary", sized(false, "\x95\x01\x80\xa10\xacStartCircuit\x90")}, {"server", "binary", sized(false, "\x95\x03\x80\xa10\x03\xa1c", "\x91\x06")},
	}, map[string]int64{"handshake": 1, "StartCircuit": 1}, 0, 0, 5},
	{"wamp", "/", "wamp.2.json.batched", []spoken{
		{"client", "text", "[48,1,{},\"a.b\"]\x1e[48,2,{},\"a.c\"]\x1e"}, {"server", "text", "[50,2,{}]\x1e[8,48,1,{},\"no.way\"]\x1e"},
	}, map[string]int64{"a.b": 1, "a.c": 1}, 0, 1, 4},
	{"wamp", "/", "wamp.2.msgpack.batched", []spoken{
		{"client", "binary", sized(true, "\x94\x30\x01\x80\xa3a.b", "\x94\x30\x02\x80\xa3a.c")}, {"server", "binary", sized(true, "\x93\x32\x02\x80")},
	}, map[string]int64{"a.c": 1}, 1, 0, 3},
	{"docker", "/v1.43/containers/x/attach/ws", "", []spoken{{"client", "text", "ls\n"}, {"server", "binary", "bin etc\r\n"}}, nil, 0, 0, 2},
	{"centrifugo", "/connection/websocket", "centrifuge-protobuf", []spoken{
		{"client", "binary", "\x07\x08\x01\x22\x03\x0a\x01t"}, {"server", "binary", "\x06\x08\x01\x2a\x02\x0a\x00"}, {"client", "binary", "\x07\x08\x02\x6a\x03\x12\x01m"}, {"server", "binary", "\x08\x08\x02\x12\x04\x08\x68\x12\x00"},
		{"server", "binary", "\x00"}, {"client", "binary", "\x00"}, {"server", "binary", "\x09\x22\x07\x12\x01n\x22\x02\x22\x00"},
	}, map[string]int64{"connect": 1, "rpc m": 1}, 0, 1, 7},
}

// TestProtocolsAreReadAsTheirSpecificationsSay reads the scripts from their beginning.
func TestProtocolsAreReadAsTheirSpecificationsSay(t *testing.T) {
	for _, s := range scripts {
		c := opened(s.path, s.subprotocol)
		for _, l := range s.lines {
			check(t, c.Message(said(l.from, l.kind, []byte(l.data))))
		}
		var f record.Flow
		c.Done(&f)
		a := f.App
		if a == nil || a.Protocol != s.protocol || a.Unread != 0 || a.Unanswered != s.unanswered || a.Errors != s.errors || a.Messages != s.messages {
			t.Errorf("%s %s: read as %+v", s.protocol, s.path, a)
			continue
		}
		got := map[string]int64{}
		for _, o := range a.Operations {
			got[o.Name] = o.Count
		}
		for name, n := range s.operations {
			if got[name] != n {
				t.Errorf("%s: %d answers to %s, want %d of %v", s.protocol, got[name], name, n, got)
			}
		}
	}
}

// TestEveryPrefixOfProtocols cuts the scripts' messages anywhere: nothing panics, and nothing is told without a kind.
func TestEveryPrefixOfProtocols(t *testing.T) {
	for _, s := range scripts {
		for i, l := range s.lines {
			for n := range len(l.data) {
				c := opened(s.path, s.subprotocol)
				for _, before := range s.lines[:i] {
					c.Message(said(before.from, before.kind, []byte(before.data)))
				}
				check(t, c.Message(said(l.from, l.kind, []byte(l.data[:n]))))
				check(t, c.Message(said(l.from, l.kind, bytes.Clone([]byte(l.data[n:])))))
			}
		}
	}
}

// FuzzScripts begins the fuzzing of all dialects with the scripts.
func FuzzScripts(f *testing.F) {
	for i, s := range scripts {
		for _, l := range s.lines {
			f.Add(uint8(i), l.from == "server", l.kind == "binary", []byte(l.data))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, fromServer, isBinary bool, data []byte) {
		s := scripts[int(which)%len(scripts)]
		for _, c := range []*conversation{opened(s.path, s.subprotocol), opened("", "")} {
			from, kind := "client", "text"
			if fromServer {
				from = "server"
			}
			if isBinary {
				kind = "binary"
			}
			for _, l := range s.lines {
				c.Message(said(l.from, l.kind, []byte(l.data)))
				check(t, c.Message(said(from, kind, data)))
			}
			c.Lost(record.Peer(from))
			check(t, c.Message(said(from, kind, data)))
			var flow record.Flow
			c.Done(&flow)
			if flow.App != nil && flow.App.Messages < 0 {
				t.Error(fmt.Sprint(flow.App))
			}
		}
	})
}
