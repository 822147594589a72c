package main

import (
	"strings"
)

// graphqlOpen is a graphql-transport-ws connection.
func graphqlOpen(w *world, proto string) *conn {
	return w.open("/graphql", "> Sec-WebSocket-Protocol: "+proto, "< Sec-WebSocket-Protocol: "+proto)
}

var reportedApps = []reported{
	{id: "graphql-4406", ref: "apollographql/apollo-ios#2819", ask: "4406 Subprotocol not acceptable: what did my client ask for?",
		make: func(w *world) {
			k := w.open("/graphql", "> Sec-WebSocket-Protocol: graphql-ws")
			k.s.close(4406, "Subprotocol not acceptable")
			k.c.close(4406, "")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`Close 4406 (private) "Subprotocol not acceptable"`}},
	{id: "graphql-4408", ref: "enisdenjo/graphql-ws#185", ask: "the socket closes some seconds after opening; did the client forget to say connection_init?",
		make: func(w *world) {
			k := graphqlOpen(w, "graphql-transport-ws")
			w.wait(3)
			k.s.close(4408, "Connection initialisation timeout")
			k.c.close(4408, "")
			k.s.fin()
			k.c.fin()
		}, run: "why --flow 1 @", was: "right", want: []string{`server closed with 4408`, `3.0 s after it began`}},
	{id: "graphql-4400", ref: "enisdenjo/graphql-ws#2", ask: "4400: which message was invalid?",
		make: func(w *world) {
			k := graphqlOpen(w, "graphql-transport-ws")
			k.c.text(`{"type":"connection_init"}`)
			k.s.text(`{"type":"connection_ack"}`)
			k.c.text(`{"type":"start","id":"1","payload":{"query":"subscription { a }"}}`)
			k.s.close(4400, "Invalid message received")
			k.c.close(4400, "")
			k.s.fin()
			k.c.fin()
		}, run: "follow @", was: "right", want: []string{`start a #1`, `close 4400 Invalid message received`}},
	{id: "graphql-legacy", ref: "enisdenjo/graphql-ws#164", ask: "server and client speak two GraphQL protocols; how do I see which is which?",
		make: func(w *world) {
			k := w.open("/graphql", "> Sec-WebSocket-Protocol: graphql-ws")
			k.s.close(1002, "Protocol Error")
			k.s.fin()
			k.c.fin()
		}, run: "flows --format table @", was: "right", want: []string{`half 1002 server`}},
	{id: "graphql-no-ack", ref: "grafana-cold-storage/xk6-websockets#59", ask: "k6 sends connection_init and nothing comes back; is the server silent?",
		make: func(w *world) {
			k := graphqlOpen(w, "graphql-transport-ws")
			k.c.text(`{"type":"connection_init","payload":{"x-api-key":"k"}}`)
			w.wait(30)
			k.c.bye()
		}, run: "flows @", was: "right", want: []string{`"unanswered":1`}},
	{id: "graphql-unanswered", ref: "wso2/product-apim#11850", ask: "which operation never got an answer?",
		make: func(w *world) {
			k := graphqlOpen(w, "graphql-transport-ws")
			k.c.text(`{"type":"connection_init"}`)
			k.s.text(`{"type":"connection_ack"}`)
			k.c.text(`{"type":"subscribe","id":"1","payload":{"operationName":"Who","query":"query Who { me { id } }"}}`)
			k.s.text(`{"type":"next","id":"1","payload":{"data":{"me":{"id":1}}}}`)
			k.s.text(`{"type":"complete","id":"1"}`)
			k.c.text(`{"type":"subscribe","id":"2","payload":{"operationName":"Slow","query":"query Slow { slow }"}}`)
			w.wait(20)
			k.c.bye()
		}, run: "flows @", was: "right", want: []string{`Slow`, `"unanswered":1`}},
	{id: "mqtt-connack-refused", ref: "jllopis/docker-mosquitto#9", ask: "the broker disconnects the client; what did CONNACK say?",
		make: func(w *world) {
			k := w.open("/mqtt", "> Sec-WebSocket-Protocol: mqtt", "< Sec-WebSocket-Protocol: mqtt")
			k.c.binary([]byte("\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04abcd"))
			k.s.binary([]byte{0x20, 2, 0, 5})
			k.s.fin()
			k.c.fin()
		}, run: "follow @", was: "right", want: []string{`reason code 0x5 not authorized`}},
	{id: "mqtt-no-connect", ref: "aklivity/zilla-examples#132", ask: "wscat connects to a broker and is closed with 1005; why?",
		make: func(w *world) {
			k := w.open("/", "> Sec-WebSocket-Protocol: mqtt", "< Sec-WebSocket-Protocol: mqtt")
			w.wait(5)
			k.s.frame(0x88, nil)
			k.c.frame(0x88, nil)
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`protocols mqtt`, `empty server`}},
	{id: "mqtt-v31-name", ref: "mqttjs/MQTT.js#251", ask: "which MQTT subprotocol name is asked for, mqtt or mqttv3.1?",
		make: func(w *world) {
			k := w.open("/", "> Sec-WebSocket-Protocol: mqttv3.1", "< Sec-WebSocket-Protocol: mqttv3.1")
			k.c.binary([]byte("\x10\x12\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x04abcd"))
			k.s.binary([]byte{0x20, 2, 0, 0})
			k.c.bye()
		}, run: "messages --format table @", was: "hard", now: "hard", did: `the name stands in the summary and flows, not in messages`, want: []string{`keep alive 60 s`}},
	{id: "socketio-namespace", ref: "socketio/socket.io#3424", ask: "reconnected, but no events come; did the namespace connect?",
		make: func(w *world) {
			k := w.open("/socket.io/?EIO=4&transport=websocket")
			k.s.text(`0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}`)
			k.c.text("40/chat,")
			k.s.text(`44/chat,{"message":"Invalid namespace"}`)
			w.wait(1)
			k.c.bye()
		}, run: "follow @", was: "right", want: []string{`failed: Invalid namespace`}},
	{id: "socketio-ack", ref: "socketio/socket.io#3376", ask: "an acknowledgement took 20 s; which event was it?",
		make: func(w *world) {
			k := w.open("/socket.io/?EIO=4&transport=websocket")
			k.s.text(`0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}`)
			k.c.text("40")
			k.s.text(`40{"sid":"y"}`)
			k.c.text(`421["render",{"page":1}]`)
			w.wait(20)
			k.s.text(`431[{"ok":true}]`)
			k.c.bye()
		}, run: "flows @", was: "right", want: []string{`render`}},
	{id: "signalr-error", ref: "aspnet/SignalR#2557", ask: "an invocation fails; with which error?",
		make: func(w *world) {
			k := w.open("/hub?id=1")
			k.c.text("{\"protocol\":\"json\",\"version\":1}\x1e")
			k.s.text("{}\x1e")
			k.c.text("{\"type\":1,\"invocationId\":\"0\",\"target\":\"Send\",\"arguments\":[1]}\x1e")
			k.s.text("{\"type\":3,\"invocationId\":\"0\",\"error\":\"Method does not exist.\"}\x1e")
			k.c.bye()
		}, run: "follow @", was: "right", want: []string{`failed: Method does not exist.`}},
	{id: "stomp-ended", ref: "lexiforest/curl_cffi#494", ask: "what is this protocol with CONNECT and null bytes?",
		make: func(w *world) {
			k := w.open("/ws", "> Sec-WebSocket-Protocol: v12.stomp", "< Sec-WebSocket-Protocol: v12.stomp")
			k.c.text("CONNECT\naccept-version:1.2\nheart-beat:10000,10000\n\n\x00")
			k.s.text("CONNECTED\nversion:1.2\nheart-beat:10000,10000\n\n\x00")
			k.c.bye()
		}, run: "messages --format table @", was: "right", want: []string{`accept-version 1.2`}},
	{id: "flaky-count", ref: "agent-of-empires/agent-of-empires#3179", ask: "a test expects binary frames and sometimes sees none; were they sent in this run?",
		make: func(w *world) {
			k := w.open("/live")
			k.s.text("meta")
			k.c.bye()
		}, run: `check --rules @@/reports/binary.yaml @`, was: "right", want: []string{`live frames are binary`}, exit: 1},
	{id: "flaky-close", ref: "microsoft/playwright-python#1387", ask: "a test is flaky: what differs between the run that passed and the one that failed?",
		file: "regressions/wrong-close-code.after.pcap.gz", run: "diff @@/regressions/wrong-close-code.before.pcap.gz @", was: "right", want: []string{`1000 by server → 1011 by server`}, exit: 1},
	{id: "ci-clean", ref: "denoland/deno#31883", ask: "can CI fail when a run of the tests breaks the protocol?",
		file: "peers/invalid/rsv2.pcap", run: "check --rules no-errors @", was: "cannot", did: `--rules takes the name of a ready-made rule`, want: []string{`reserved-bits`, `failed: 0 of 1 rules are kept`}, exit: 1},
	{id: "ci-same", ref: "mxschmitt/playwright-go#87", ask: "two good runs: is there a difference that should alarm me?",
		file: "regressions/same-1.after.pcap.gz", run: "diff @@/regressions/same-1.before.pcap.gz @", was: "right", want: []string{`no difference`}},
	{id: "ci-nothing-recorded", ref: "testingisdocumenting/webtau#1431", ask: "the job recorded nothing: does the check pass all the same?",
		make: func(*world) {}, run: "check --rules no-errors @", was: "cannot", did: `as ci-clean`, want: []string{`nothing to judge`}, exit: 1},
	{id: "only-binary", ref: "microsoft/playwright#7360", ask: "I want text and binary messages only, no pings",
		make: some, run: `messages --filter 'message.type in ["text","binary"]' --format table @`, was: "right", want: []string{`{"n":2,"ok":true}`}},
	{id: "ping-latency", ref: "erebe/wstunnel#228", ask: "how long do pings take, and how often are they sent?",
		make: some, run: "flows @", was: "right", want: []string{`"ping":`}},
	{id: "load-slow-open", ref: "artilleryio/artillery#286", ask: "connections fluctuate under load: how long did upgrades take, how many were open at once?",
		make: func(w *world) {
			var ks []*conn
			for i := range 20 {
				k := w.dial()
				k.get("/")
				w.wait(0.05 * float64(i))
				k.accept()
				ks = append(ks, k)
			}
			for _, k := range ks {
				k.c.bye()
			}
		}, run: "@", was: "right", want: []string{`20 at once`}},
	{id: "find-text", ref: "sergey-melnychuk/parsed#2", ask: "which messages have a certain word?",
		make: some, run: `messages --filter 'message.text contains "ok"' --format table @`, was: "right", want: []string{`{"n":2,"ok":true}`}},
	{id: "json-field", ref: "Security-Onion-Solutions/securityonion#15657", ask: "messages whose JSON has n = 2?",
		make: some, run: `messages --filter 'fromJSON(message.text).n == 2' --format table @`, was: "cannot", now: "hard", did: `the error says that it is json.n`, want: []string{`unknown name fromJSON; a message's JSON is json`}, exit: 2},
	{id: "cross-site", ref: "ehsanmok/flare#11", ask: "did another site's page open a socket to my local service?",
		make: func(w *world) {
			k := w.open("/", "> Host: 127.0.0.1:8080", "> Origin: https://evil.example")
			k.s.text("secrets")
			k.c.bye()
		}, run: "@", was: "right", want: []string{`cross-site-origin`}},
	{id: "token-in-query", ref: "dotnet/runtime#49304", ask: "browsers cannot set headers, so the token is in the URL: does it leak, and what may I share?",
		make: func(w *world) {
			k := w.open("/ws?access_token=" + strings.Repeat("abcDEF123", 4))
			k.c.bye()
		}, run: "--redact @", was: "right", want: []string{`token-in-url`, `redacted`}},
	{id: "jwt-4401", ref: "logseq/logseq#8166", ask: "connections end with 4401 after a while: does the token expire?",
		file: "why/token-4401.pcap.gz", run: "why @", was: "right", want: []string{`a limit of 6 s`}},
	{id: "decode-hex", ref: "guevara/read-it-later#8810", ask: "I have raw bytes of frames from a log, no capture",
		file: "reports/frames.bin", run: "decode --payload @", was: "right", want: []string{`"payload_text":"hello"`}},
}
