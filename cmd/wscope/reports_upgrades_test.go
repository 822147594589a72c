package main

import "strings"

// refuse is a capture of n requests that get the same answer.
func refuse(n int, path, status, body string, lines ...string) func(*world) {
	return func(w *world) {
		for range n {
			k := w.dial()
			var asked, answered []string
			for _, l := range lines {
				if l, ok := strings.CutPrefix(l, "> "); ok {
					asked = append(asked, l)
				} else {
					answered = append(answered, strings.TrimPrefix(l, "< "))
				}
			}
			k.get(path, asked...)
			k.answer(status, body, answered...)
			k.s.fin()
			k.c.fin()
			w.wait(1)
		}
	}
}

var reportedUpgrades = []reported{
	{id: "origin-403", ref: "gorilla/websocket#622", ask: "bad handshake, 403; is it my Origin?",
		make: refuse(1, "/ws", "403 Forbidden", "Forbidden\n", "> Origin: http://localhost:3000", "< Sec-WebSocket-Version: 13"), run: "@", was: "hard", did: `as session-unknown`, want: []string{`refused with 403 "Forbidden"`}},
	{id: "body-403", ref: "gorilla/websocket#951", ask: "403 with my client, fine with Postman; what does the body of the answer say?",
		make: refuse(1, "/ws/v5/public", "403 Forbidden", `{"code":"50123","msg":"region not allowed"}`, "> Origin: https://exchange.example", "< Content-Type: application/json", "< Server: cloudflare"), run: "flows @", was: "right", want: []string{`region not allowed`}},
	{id: "origin-js", ref: "coder/websocket#475", ask: "403 from a page but not from a tool: what differs in the requests?",
		make: func(w *world) {
			refuse(1, "/sub", "403 Forbidden", "request Origin \"null\" is not authorized", "> Origin: null")(w)
			w.open("/sub").c.bye()
		}, run: "flows --format table @", was: "right", want: []string{`403 refused`, `1000 client`}},
	{id: "curl-no-version", ref: "kubernetes/ingress-nginx#1609", ask: "the same curl upgrades inside the cluster, and gets 400 through the ingress; what is wrong with the request?",
		make: refuse(1, "/ws", "400 Bad Request", "Bad Request", "> Sec-WebSocket-Version:", "> Origin: http://ping.it", "< Server: nginx/1.13.5"), run: "@", was: "right", want: []string{`handshake-version-not-13`, `by the client: none`}},
	{id: "proxy-drops-upgrade", ref: "kubernetes/ingress-nginx#3746", ask: "does my proxy drop the Upgrade header on its way to the backend?",
		make: func(w *world) {
			front := w.dial()
			front.get("/hub?id=1")
			back := w.dialFrom(99)
			back.s.port = 5000
			back.get("/hub?id=1", "Upgrade:", "Connection: close")
			back.answer("400 Bad Request", "Connection ID required", "Server: Kestrel")
			back.s.fin()
			back.c.fin()
			front.answer("400 Bad Request", "Connection ID required", "Server: nginx")
			front.c.fin()
			front.s.fin()
		}, run: "@", was: "hard", now: "hard", did: `the request without Upgrade is told; that a proxy took it away is not`, want: []string{`handshake-no-upgrade`, `first: flow 2`}},
	{id: "backend-only", ref: "kubernetes/ingress-nginx#3823", ask: "I captured at the backend: no WebSocket is found, yet the browser says the upgrade failed",
		make: func(w *world) {
			k := w.dial()
			k.get("/mqtt", "Upgrade:", "Connection: close")
			k.answer("404 Not Found", "")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`1 rejected`, `handshake-no-upgrade`}},
	{id: "ingress-400", ref: "kubernetes/ingress-nginx#3141", ask: "`Unexpected response code: 400`; who sent it, the ingress or my service?",
		make: refuse(3, "/ws", "400 Bad Request", "Bad Request", "< Server: nginx/1.15.3"), run: "@", was: "right", want: []string{`3 of 3 were refused with 400 "Bad Request"`}},
	{id: "envoy-403", ref: "envoyproxy/envoy#27056", ask: "403 only through Envoy; does the upgrade reach the service?",
		make: refuse(2, "/graphql", "403 Forbidden", "", "> Sec-WebSocket-Protocol: graphql-transport-ws", "< server: envoy"), run: "why @", was: "right", want: []string{`2 of 2 were refused with 403`}},
	{id: "page-200", ref: "sefidgaran/signalr_client#92", ask: "`Unexpected response code: 200`: the server's WebSockets are not installed?",
		make: refuse(1, "/chathub", "200 OK", "<!DOCTYPE html><html>Welcome</html>", "< Content-Type: text/html", "< Server: Microsoft-IIS/10.0"), run: "@", was: "right", want: []string{`refused with 200`}},
	{id: "redirect-301", ref: "gorilla/websocket#69", ask: "`Unexpected response code: 301`; where does it want me to go?",
		make: refuse(1, "/ws", "301 Moved Permanently", "", "< Location: https://app.example/ws"), run: "@", was: "hard", did: `a redirect is told with where it leads`, want: []string{`refused with 301 "https://app.example/ws"`}},
	{id: "auth-401", ref: "antoniomika/sish#10", ask: "the upgrade is answered 401; what does the server ask for?",
		make: refuse(1, "/api/websocket", "401 Unauthorized", "", `< WWW-Authenticate: Bearer realm="api", error="invalid_token"`), run: "@", was: "hard", now: "hard", did: "the challenge is in `flows` alone", want: []string{`refused with 401`}},
	{id: "wrong-path-404", ref: "mochi-mqtt/server#5", ask: "MQTT over WebSocket does not connect; is it the path?",
		make: refuse(2, "/mqtt", "404 Not Found", "404 page not found\n", "> Sec-WebSocket-Protocol: mqtt"), run: "@", was: "right", want: []string{`2 of 2 were refused with 404 "404 page not found"`}},
	{id: "required-426", ref: "playframework/play1#1184", ask: "a plain request to my WebSocket URL gets 426; does the capture show that no upgrade was asked?",
		make: func(w *world) {
			k := w.dial()
			k.get("/", "Upgrade:", "Connection: keep-alive", "Sec-WebSocket-Key:", "Sec-WebSocket-Version:")
			k.answer("426 Upgrade Required", "Expected Upgrade: websocket", "Upgrade: websocket")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "hard", now: "hard", want: []string{`no WebSocket in 1 TCP connection`, `1 http/1.1`}},
	{id: "gateway-502", ref: "kubernetes/ingress-nginx#7257", ask: "kernels do not start: upgrades get 502 now and then; how many?",
		make: func(w *world) {
			for i := range 6 {
				if i%2 == 0 {
					refuse(1, "/api/kernels/1/channels", "502 Bad Gateway", "<html>502</html>", "< Server: nginx")(w)
					continue
				}
				k := w.open("/api/kernels/1/channels")
				converse(w, k, 2, 1)
				k.c.bye()
			}
		}, run: "why @", was: "right", want: []string{`3 of 6 were refused with 502`}},
	{id: "hang-504", ref: "envoyproxy/envoy#41068", ask: "the upgrade hangs and ends after minutes; how long did it wait, and who gave up?",
		make: func(w *world) {
			k := w.dial()
			k.get("/slow")
			w.wait(300)
			k.answer("504 Gateway Timeout", "stream timeout", "server: envoy")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "hard", did: `as session-unknown`, want: []string{`refused with 504 "stream timeout"`, `5m 00s`}},
	{id: "never-answered", ref: "gorilla/websocket#233", ask: "`Connection closed before receiving a handshake response`; did the server get the request?",
		make: func(w *world) {
			for range 2 {
				k := w.dial()
				k.get("/ws")
				k.s.fin()
				k.c.fin()
			}
		}, run: "@", was: "right", want: []string{`2 of 2 got no answer to their requests: the server ended each`}},
	{id: "mqtt-port", ref: "tommy44458/mqtt-vue-hook#9", ask: "a browser cannot connect to port 1883; is it the wrong listener?",
		make: func(w *world) {
			k := w.dial()
			k.s.port = 1883
			k.get("/mqtt", "Sec-WebSocket-Protocol: mqtt")
			k.s.rst()
		}, run: "@", was: "wrong", did: `crashed on a capture that ended with TCP connections without a byte; mended`, want: []string{`10.0.1.1:1883`, `got no answer to its request`}},
	{id: "unavailable-503", ref: "haproxy/haproxy#2280", ask: "all upgrades fail with 503 since the restart; when may clients come back?",
		make: refuse(4, "/ws", "503 Service Unavailable", "no server is available", "< Retry-After: 30"), run: "why @", was: "hard", did: `as session-unknown`, want: []string{`4 of 4 were refused with 503 "no server is available"`}},
	{id: "session-unknown", ref: "Arch1tect/Chatbox#21", ask: "socket.io gets 400 on the upgrade behind a load balancer; what does the server object to?",
		make: refuse(2, "/socket.io/?EIO=4&transport=websocket&sid=6VN-aAL8u5tpJzsUAAAL", "400 Bad Request", `{"code":1,"message":"Session ID unknown"}`, "< Content-Type: application/json"), run: "@", was: "hard", did: `a refusal is told with the first line of its body`, want: []string{`refused with 400 "{"code":1,"message":"Session ID unknown"}"`}},
	{id: "eio-version", ref: "artilleryio/artillery#1944", ask: "the load tester's socket.io client cannot connect; is it the protocol version?",
		make: refuse(2, "/socket.io/?EIO=3&transport=websocket", "400 Bad Request", `{"code":5,"message":"Unsupported protocol version"}`), run: "@", was: "hard", did: `as session-unknown`, want: []string{`Unsupported protocol version`}},
	{id: "subprotocol-ignored", ref: "mqttjs/MQTT.js#408", ask: "Chrome fails: a subprotocol was sent but none came back; Firefox is happy. Who is right?",
		make: func(w *world) {
			k := w.open("/", "> Sec-WebSocket-Protocol: mqttv3.1", "> Origin: http://localhost")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "cannot", did: `new finding subprotocol-not-chosen`, want: []string{`subprotocol-not-chosen`, `offered mqttv3.1`}},
	{id: "subprotocol-missing-lambda", ref: "michalkvasnicak/aws-lambda-graphql#79", ask: "`Server sent no subprotocol`: does the gateway leave the header out?",
		file: "reports/subprotocol-not-chosen.pcap", run: "why --flow 1 @", was: "cannot", did: "`why --flow` says it too", want: []string{`the server chose no subprotocol (offered mqttv3.1)`}},
	{id: "subprotocol-other", ref: "graphql/graphiql#2865", ask: "the server picks a subprotocol that I did not offer; is that what breaks?",
		make: func(w *world) {
			k := w.open("/graphql", "> Sec-WebSocket-Protocol: graphql-transport-ws", "< Sec-WebSocket-Protocol: graphql-ws")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "right", want: []string{`subprotocol-not-offered`, `by the server: graphql-ws`}},
	{id: "mosquitto-wrong-subprotocol", ref: "eclipse-mosquitto/mosquitto#1456", ask: "with a wrong subprotocol the broker accepts and then says nothing; can I see that?",
		make: func(w *world) {
			k := w.open("/", "> Sec-WebSocket-Protocol: foo")
			k.c.binary([]byte("\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test"))
			w.wait(30)
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "right", want: []string{`30.0 s after the last frame`, `server 0 messages`}},
	{id: "accept-wrong", ref: "Links2004/arduinoWebSockets#604", ask: "`Sec-WebSocket-Accept is wrong`: the client or the server?",
		make: func(w *world) {
			k := w.open("/websocket", "> Sec-WebSocket-Protocol: arduino", "< Sec-WebSocket-Accept: QEFMhxzLTip8aJkbmocIGNEeOB8=", "< Via: 1.1 vegur")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "right", want: []string{`accept-wrong`, `where the key asks for`}},
	{id: "accept-of-other", ref: "webbit/webbit#105", ask: "the accept value is wrong when many connections open at once; do answers go to the wrong client?",
		make: func(w *world) {
			a, b := w.dial(), w.dial()
			a.get("/")
			b.get("/")
			a.key, b.key = b.key, a.key
			a.accept()
			b.accept()
			for _, k := range []*conn{a, b} {
				k.c.fin()
				k.s.fin()
			}
		}, run: "@", was: "right", want: []string{`accept-wrong ×2 in 2 flows`}},
	{id: "accept-missing", ref: "cyrus-great/phpwebsocket#39", ask: "'Sec-WebSocket-Accept' header is missing: is it on the wire?",
		make: func(w *world) {
			k := w.open("/demo", "< Sec-WebSocket-Accept:")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "right", want: []string{`accept-missing`, `by the server`}},
	{id: "extension-not-offered", ref: "gateio/gatews#14", ask: "`Unsupported extension: permessage-deflate`: did my client offer it?",
		make: func(w *world) {
			k := w.open("/v4", "< Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "right", want: []string{`extension-not-offered`}},
	{id: "window-bits-answered", ref: "jupyterhub/jupyter-server-proxy#62", ask: "the proxy fails on client_max_window_bits=15 in the answer; is that answer legal?",
		make: func(w *world) {
			k := w.open("/proxy", "> Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits", "< Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=15")
			k.c.deflated("hello")
			k.s.deflated("hello")
			k.c.bye()
		}, run: "@", was: "right", want: []string{`1 accepted`}, not: []string{"FINDINGS", "error"}},
	{id: "http10-hop", ref: "kubernetes/ingress-nginx#2647", ask: "the hop to the backend is HTTP/1.0; can that upgrade?",
		make: func(w *world) {
			k := w.dial()
			k.c.send([]byte("GET /ws HTTP/1.0\r\nHost: backend\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"))
			k.answer("400 Bad Request", "")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`handshake-http-version`, `HTTP/1.0`}},
	{id: "keepalive-upgrade", ref: "websockets/ws#272", ask: "Firefox sends `Connection: keep-alive, Upgrade` and an Origin; is anything wrong with that?",
		make: func(w *world) {
			k := w.open("/", "> Connection: keep-alive, Upgrade", "> Origin: http://app.example:8080", "< Connection: upgrade", "< Upgrade: WebSocket")
			converse(w, k, 1, 1)
			k.c.bye()
		}, run: "@", was: "right", want: []string{`1 accepted`}, not: []string{"FINDINGS", "error"}},
	{id: "frame-with-101", ref: "denoland/deno#31883", ask: "the first frame comes in the same read as the 101; is it lost?",
		make: func(w *world) {
			k := w.dial()
			k.get("/")
			mark := k.s.seq
			w.lose = true
			k.accept()
			w.lose = false
			n := k.s.seq - mark
			k.s.seq = mark
			_ = n
			k.s.w = &world{mss: 100000, now: w.now}
			k.accept()
			answer := k.s.w.buf.Bytes()[16+54:]
			answer = answer[:n]
			k.s.w = w
			k.s.seq = mark
			k.s.send(append(append([]byte{}, answer...), k.s.bytes(0x81, []byte("welcome"), false)...))
			k.c.bye()
		}, run: "messages --max-payload 50 @", was: "right", want: []string{`"text":"welcome"`}},
	{id: "huge-cookie-431", ref: "portainer/portainer#5757", ask: "the upgrade fails for some users only; is their cookie too large?",
		make: refuse(1, "/api/websocket/exec", "431 Request Header Fields Too Large", "", "> Cookie: portainer="+strings.Repeat("x", 9000)), run: "@", was: "right", want: []string{`431 Request Header Fields Too Large`}},
	{id: "early-data", ref: "envoyproxy/envoy#3277", ask: "a client sends frames before the 101; is that the reason for the failure?",
		make: func(w *world) {
			k := w.dial()
			k.get("/")
			k.c.text("too early")
			w.wait(0.2)
			k.accept()
			k.c.bye()
		}, run: "@", was: "right", want: []string{`1 accepted`}},
	{id: "proxy-407", ref: "TooTallNate/Java-WebSocket#1179", ask: "from the office the WebSocket never opens; does the proxy want a password?",
		make: func(w *world) {
			k := w.dial()
			k.s.port = 3128
			k.c.send([]byte("CONNECT app.example:443 HTTP/1.1\r\nHost: app.example:443\r\n\r\n"))
			k.answer("407 Proxy Authentication Required", "", `Proxy-Authenticate: Basic realm="office"`)
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "cannot", now: "cannot", did: `a CONNECT that a proxy refused is not told`, want: []string{`no WebSocket in 1 TCP connection`}},
	{id: "ws-to-https-port", ref: "stanford-oval/genie-server#5", ask: "ws:// to a server that speaks TLS: what comes back?",
		make: refuse(1, "/api/conversation", "400 Bad Request", "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>", "< Server: nginx"), run: "@", was: "hard", did: `as session-unknown, with the title of HTML`, want: []string{`The plain HTTP request was sent to HTTPS port`}},
	{id: "wss-to-plain-port", ref: "websockets/ws#1882", ask: "wss:// to a port without TLS fails with `wrong version number`; can the capture tell?",
		make: func(w *world) {
			k := w.dial()
			hello := "\x16\x03\x01\x00\x31\x01\x00\x00\x2d\x03\x03" + strings.Repeat("r", 32) + "\x00\x00\x02\x13\x01\x01\x00\x00\x02\x00\x00"
			k.c.send([]byte(hello))
			k.answer("400 Bad Request", "Bad Request", "Connection: close")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "hard", did: `says that HTTP came in the place of TLS`, want: []string{`answered in HTTP without TLS`}},
	{id: "old-version-8", ref: "coder/websocket#176", ask: "an old device asks for version 8; does the server say which it takes?",
		make: refuse(1, "/", "426 Upgrade Required", "", "> Sec-WebSocket-Version: 8", "< Sec-WebSocket-Version: 13"), run: "@", was: "right", want: []string{`handshake-version-not-13`, `by the client: 8`}},
	{id: "h2-second-stream", ref: "envoyproxy/envoy#38645", ask: "over one HTTP/2 connection only the first WebSocket opens; can I see each stream?",
		file: "peers/http2/h2c-many.pcap", run: "flows --format table @", was: "right", want: []string{`/echo?n=4`}},
}
