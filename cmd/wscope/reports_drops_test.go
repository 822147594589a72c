package main

import (
	"fmt"
	"strings"
)

// converse lets both ends say something n times, every so many seconds.
func converse(w *world, k *conn, n int, every float64) {
	for i := range n {
		w.wait(every)
		k.c.text(fmt.Sprintf(`{"n":%d}`, i))
		k.s.text(fmt.Sprintf(`{"n":%d,"ok":true}`, i))
	}
}

var reportedDrops = []reported{
	{id: "nginx-60s", ref: "websockets/ws#2283", ask: "who closes my connection after exactly 60 s, when I have set no time-out?",
		file: "why/nginx-idle.pcap.gz", run: "why @", was: "right", want: []string{`each 5.0 s after the last frame: an idle time-out of 5 s`}},
	{id: "minute-reconnect", ref: "websockets/ws#1598", ask: "my page reconnects every minute with 1006; what is that?",
		make: func(w *world) {
			for range 5 {
				k := w.open("/live")
				converse(w, k, 2, 1)
				w.wait(60)
				k.s.fin()
				k.c.fin()
				w.wait(1)
			}
		}, run: "@", was: "right", want: []string{`5 of 5 ended by the server's FIN, no Close, each 60.0 s after the last frame: an idle time-out of 60 s`}},
	{id: "some-at-once", ref: "gorilla/websocket#725", ask: "some of my connections through the proxy close the moment they are open, others live; which, and who ends them?",
		make: func(w *world) {
			for i := range 8 {
				k := w.open("/ws")
				if i%2 == 0 {
					k.s.fin()
					k.c.fin()
					continue
				}
				converse(w, k, 3, 1)
				k.c.bye()
			}
		}, run: "why @", was: "hard", did: `says "before any frame"`, want: []string{`4 of 8 ended by the server's FIN, no Close, before any frame`, `look at flow 1`}},
	{id: "cdn-restart", ref: "websockets/ws#1520", ask: "players are thrown out at random with 1006 or a text about the CDN restarting; how do I debug it?",
		make: func(w *world) {
			var ks []*conn
			for i := range 6 {
				k := w.open(fmt.Sprintf("/game?room=%d", i), "< Server: cloudflare")
				converse(w, k, 2, 2)
				ks = append(ks, k)
			}
			w.wait(5)
			for _, k := range ks {
				k.s.close(1001, "CloudFlare WebSocket proxy restarting")
				k.s.fin()
				k.c.fin()
			}
		}, run: "why @", was: "right", want: []string{`Close 1001 (going away) "CloudFlare WebSocket proxy restarting"`, `one event`}},
	{id: "keepalive-1011", ref: "python-websockets/websockets#1620", ask: "what does `1011 keepalive ping timeout` mean, is it packet loss?",
		file: "why/missed-pongs-python.pcap.gz", run: "why @", was: "right", want: []string{`Close 1011`, `pings of the server left unanswered`}},
	{id: "wifi-off", ref: "python-websockets/websockets#1527", ask: "the network is gone and the client goes on pinging; when did the other side die?",
		make: func(w *world) {
			k := w.open("/ws")
			for i := range 3 {
				w.wait(20)
				k.c.ping(fmt.Sprint(i))
				k.s.pong(fmt.Sprint(i))
			}
			w.wait(20)
			lost := k.c.bytes(0x89, []byte("last"), true)
			k.c.push(lost)
			for d := 0.4; d < 30; d *= 2 {
				w.wait(d)
				k.c.seq -= uint32(len(lost))
				k.c.push(lost)
			}
			w.wait(1)
			k.c.rst()
		}, run: "why --flow 1 @", was: "right", want: []string{`nothing came from the server for the last 71.8 s`, `1 ping unanswered`}},
	{id: "tunnel-30s", ref: "nextcloud/HaRP#115", ask: "idle WebSockets through HAProxy die after 30 s, though no time-out for tunnels is configured",
		file: "why/haproxy-tunnel.pcap.gz", run: "why @", was: "right", want: []string{`an idle time-out of 4 s`}},
	{id: "age-15s", ref: "envoyproxy/envoy#20062", ask: "the proxy closes every connection after 15 s, busy or not; is that an idle time-out?",
		make: func(w *world) {
			for range 6 {
				k := w.open("/sockjs/websocket", "< server: envoy")
				converse(w, k, 14, 1)
				w.wait(0.92)
				k.s.fin()
				k.c.fin()
				w.wait(2)
			}
		}, run: "why @", was: "wrong", did: `a silence that was lived through hides no limit on age`, want: []string{`each 15.0 s after it began, busy or not: a limit of 15 s`}},
	{id: "stream-idle-5min", ref: "pomerium/pomerium#1744", ask: "why does my tunnel end after 5 minutes of silence?",
		make: func(w *world) {
			for range 4 {
				k := w.open("/tcp", "< server: envoy")
				converse(w, k, 2, 0.5)
				w.wait(300)
				k.s.fin()
				k.c.fin()
			}
		}, run: "why @", was: "right", want: []string{`an idle time-out of 5 min`}},
	{id: "gateway-10min", ref: "pladaria/reconnecting-websocket#178", ask: "connections to an API gateway break although I reconnect; is that its idle limit of ten minutes?",
		make: func(w *world) {
			for range 3 {
				k := w.open("/prod")
				converse(w, k, 2, 1)
				w.wait(600)
				k.s.close(1001, "Going away")
				k.c.close(1001, "Going away")
				k.s.fin()
				k.c.fin()
			}
		}, run: "why @", was: "cannot", now: "hard", did: "`why` says how those in good order were closed, and points to --flow", want: []string{`good order: closed 1001 ×3`}},
	{id: "frame-131000", ref: "theturtle32/WebSocket-Node#403", ask: "closed with 1009: which message was too big, and how big is too big?",
		make: func(w *world) {
			k := w.open("/up")
			k.c.text(strings.Repeat("a", 30000))
			k.s.text("ok")
			k.c.text(strings.Repeat("b", 131000))
			k.s.close(1009, "Frame size of 131000 bytes exceeds maximum accepted frame size")
			k.s.fin()
			k.c.fin()
		}, run: "why --flow 1 @", was: "right", want: []string{`half 1009 server`, `the largest message before: 131.0 kB`}},
	{id: "gateway-65536", ref: "TooTallNate/Java-WebSocket#1466", ask: "a gateway in between closes with 1009 beyond 65536 bytes; do all of them end for size?",
		make: func(w *world) {
			for i := range 5 {
				k := w.open("/gw")
				converse(w, k, 3, 0.2)
				k.c.text(strings.Repeat("x", 70000+1000*i))
				k.s.close(1009, "Max frame length of 65536 has been exceeded.")
				k.c.close(1009, "")
				k.s.fin()
				k.c.fin()
			}
		}, run: "why @", was: "right", want: []string{`5 of 5 ended by the server's Close 1009`, `after a message of 70 kB to 74 kB`}},
	{id: "too-big-no-close", ref: "gravitee-io/issues#6751", ask: "with messages over 6 MB the client is disconnected without any close code; is it the size?",
		make: func(w *world) {
			w.mss = 16000
			for i := range 4 {
				k := w.open("/gw")
				converse(w, k, 3, 0.2)
				k.c.binary(make([]byte, 200000+4000*i))
				k.s.rst()
			}
		}, run: "why @", was: "right", want: []string{`4 of 4 ended by the server's RST, no Close`}},
	{id: "plain-1006", ref: "websockets/ws#1860", ask: "the client closes with 1006 right after a certain message; what does 1006 say?",
		make: func(w *world) {
			k := w.open("/")
			k.s.text("hi")
			k.s.text(`{"valid":"json"}`)
			k.c.fin()
			k.s.fin()
		}, run: "flows --format table @", was: "right", want: []string{`fin client`}},
	{id: "reset-no-handshake", ref: "snapview/tungstenite-rs#372", ask: "`Connection reset without closing handshake` after a few messages; who reset?",
		make: func(w *world) {
			k := w.open("/feed")
			converse(w, k, 3, 1)
			k.s.rst()
		}, run: "@", was: "right", want: []string{`ended by the server's RST, no Close, 2 ms after the last frame`}},
	{id: "load-econnreset", ref: "artilleryio/artillery#823", ask: "under load some virtual users get ECONNRESET; how many, and at which point?",
		make: func(w *world) {
			for i := range 12 {
				k := w.dial()
				k.get("/load")
				if i%3 == 2 {
					k.s.rst()
					continue
				}
				k.accept()
				converse(w, k, 2, 0.1)
				k.c.bye()
			}
		}, run: "why @", was: "right", want: []string{`4 of 12 got no answer to their requests: the server ended each`}},
	{id: "ingress-reload", ref: "kubernetes/ingress-nginx#3953", ask: "all WebSockets dropped at one moment; was it a reload?",
		make: func(w *world) {
			var ks []*conn
			for range 10 {
				ks = append(ks, w.open("/che"))
			}
			for _, k := range ks {
				converse(w, k, 2, 0.3)
			}
			w.wait(7)
			for _, k := range ks {
				k.s.fin()
				k.c.fin()
			}
		}, run: "why @", was: "hard", now: "hard", did: `opened at one moment too: that they ended at one is not said`, want: []string{`10 of 10 ended by the server's FIN, no Close`}},
	{id: "every-30s", ref: "OriginProtocol/origin#743", ask: "connections drop about every 30 s, all together; a time-out or a deploy that loops?",
		make: func(w *world) {
			for range 4 {
				var ks []*conn
				for i := range 5 {
					k := w.dialFrom(byte(20 + i)).upgrade("/messaging")
					ks = append(ks, k)
					w.wait(0.7 * float64(i))
				}
				w.wait(23)
				for _, k := range ks {
					k.s.fin()
					k.c.fin()
				}
				w.wait(1)
			}
		}, run: "why @", was: "cannot", now: "cannot", did: `waves are not told`, want: []string{`20 of 20 ended by the server's FIN, no Close`}},
	{id: "late-server-ping", ref: "socketio/socket.io#4298", ask: "socket.io clients report `ping timeout`, the server `transport close`; whose fault is it?",
		make: func(w *world) {
			k := w.open("/socket.io/?EIO=4&transport=websocket")
			k.s.text(`0{"sid":"lv_VI97HAXpY6yYWAAAB","upgrades":[],"pingInterval":30000,"pingTimeout":10000,"maxPayload":1000000}`)
			k.c.text("40")
			k.s.text(`40{"sid":"oSO0OpakMV_3jnilAAAC"}`)
			for range 3 {
				w.wait(30)
				k.s.text("2")
				k.c.text("3")
			}
			w.wait(40)
			k.c.close(1005-5, "")
			w.wait(2)
			k.s.text("2")
			k.s.close(1000, "")
			k.s.fin()
			k.c.fin()
		}, run: "why --flow 1 @", was: "hard", now: "hard", want: []string{`1000 client`, `40.0 s after the frame before`}},
	{id: "engineio-pings-missed", ref: "socketio/socket.io#2769", ask: "phones go to sleep and the server disconnects them with ping timeout; can one see that in the packets?",
		make: func(w *world) {
			for i := range 4 {
				k := w.dialFrom(byte(30 + i)).upgrade("/socket.io/?EIO=4&transport=websocket")
				k.s.text(`0{"sid":"lv_VI97HAXpY6yYWAAAB","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`)
				k.c.text("40")
				k.s.text(`40{"sid":"oSO0OpakMV_3jnilAAAC"}`)
				w.wait(25)
				k.s.text("2")
				k.c.text("3")
				w.wait(25)
				k.s.text("2")
				w.wait(20)
				k.s.close(1000, "")
				k.s.fin()
			}
		}, run: "why @", was: "cannot", now: "hard", did: `as gateway-10min`, want: []string{`good order: closed 1000 ×4`}},
	{id: "signalr-server-timeout", ref: "dotnet/aspnetcore#42043", ask: "`Server timeout elapsed without receiving a message`: did the server really fall silent?",
		make: func(w *world) {
			for range 3 {
				k := w.open("/chathub?id=abc")
				k.c.text("{\"protocol\":\"json\",\"version\":1}\x1e")
				k.s.text("{}\x1e")
				for range 3 {
					w.wait(15)
					k.c.text("{\"type\":6}\x1e")
					k.s.text("{\"type\":6}\x1e")
				}
				w.wait(15)
				k.c.text("{\"type\":6}\x1e")
				w.wait(15)
				k.c.close(1000, "")
				k.s.close(1000, "")
				k.s.fin()
				k.c.fin()
			}
		}, run: "why @", was: "cannot", now: "hard", did: `as gateway-10min`, want: []string{`good order: closed 1000 ×3`}},
	{id: "signalr-client-silent", ref: "dotnet/aspnetcore#8153", ask: "the client vanished and the server never noticed; can I see when?",
		file: "why/half-open.pcap.gz", run: "why @", was: "right", want: []string{`lost their client: nothing was heard of it any more`}},
	{id: "tunnel-reconnects", ref: "cloudflare/cloudflared#1282", ask: "clients behind the tunnel disconnect and come back all the time; how often and after how long?",
		make: func(w *world) {
			for i := range 8 {
				k := w.open("/svc")
				converse(w, k, 3+i%3, 2)
				k.s.fin()
				k.c.fin()
				w.wait(0.2)
			}
		}, run: "@", was: "right", want: []string{`8 of 8 ended by the server's FIN`, `reconnect-storm`}},
	{id: "close-not-answered", ref: "snapview/tungstenite-rs#506", ask: "disconnecting takes 30 s; who does not answer the close?",
		make: func(w *world) {
			k := w.open("/raw")
			converse(w, k, 2, 1)
			k.c.close(1000, "")
			w.wait(30)
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "hard", now: "hard", want: []string{`half 1000 client`}},
	{id: "half-closed", ref: "jetty/jetty.project#604", ask: "the peer sends no close of its own after mine; is that allowed, and did it happen?",
		make: func(w *world) {
			k := w.open("/")
			k.c.close(1000, "done")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`close-unanswered`, `by the server: it ended the connection instead`}},
	{id: "unexpected-1011", ref: "python-websockets/websockets#725", ask: "the server closes with 1011 and no reason; what was said before?",
		file: "why/internal-error.pcap.gz", run: "why @", was: "right", want: []string{`Close 1011 (internal error)`}},
	{id: "concurrent-writers", ref: "warmcat/libwebsockets#2704", ask: "1006 unexpected EOF when I send fast from several threads; are my frames mixed?",
		make: func(w *world) {
			k := w.open("/")
			k.c.text("ok")
			k.c.frame(0x01, []byte("first half, "))
			k.c.frame(0x81, []byte("another message"))
			k.c.frame(0x80, []byte("second half"))
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`data-inside-message`, `by the client: text frame before the last fragment`}},
	{id: "browser-navigates", ref: "facebookincubator/SocketRocket#605", ask: "what is 1001 and who sends it?",
		make: func(w *world) {
			k := w.open("/")
			converse(w, k, 2, 1)
			k.c.close(1001, "")
			k.s.close(1001, "")
			k.s.fin()
			k.c.fin()
		}, run: "flows --format table @", was: "right", want: []string{`1001 client`}},
	{id: "ping-30s-elb", ref: "mosano-eu/proxywrap#24", ask: "behind the load balancer the server notices a lost client only when it writes; is the balancer holding the connection?",
		file: "why/nginx-idle-both-hops.pcap.gz", run: "why @", was: "right", want: []string{`a proxy's (it ended both of its sides) FIN`}},
	{id: "close-90s", ref: "etherdelta/etherdelta.github.io#446", ask: "a CLOSE comes after 90 s though I ping and get pongs; why?",
		make: func(w *world) {
			for range 3 {
				k := w.open("/socket.io/?transport=websocket")
				for i := range 8 {
					w.wait(10)
					k.c.ping(fmt.Sprint(i))
					k.s.pong(fmt.Sprint(i))
				}
				w.wait(10)
				k.s.close(1000, "")
				k.c.close(1000, "")
				k.s.fin()
				k.c.fin()
			}
		}, run: "why @", was: "cannot", now: "hard", did: `as gateway-10min`, want: []string{`good order: closed 1000 ×3`}},
	{id: "slow-consumer", ref: "gorilla/websocket#789", ask: "1006 is a bucket for everything; how do I find out what happened?",
		file: "why/zero-window.pcap.gz", run: "why @", was: "right", want: []string{`with the client's receive window at zero`}},
	{id: "big-corporate-idle", ref: "oven-sh/bun#11452", ask: "read EOF after one minute though the ingress allows an hour; who cuts?",
		make: func(w *world) {
			for range 3 {
				k := w.open("/")
				k.s.ttl = 63
				converse(w, k, 3, 1)
				w.wait(60)
				k.s.ttl = 61
				k.s.rst()
			}
		}, run: "why @", was: "hard", now: "hard", did: `a RST of another TTL is named where it differs from all others alone`, want: []string{`each 60.0 s after the last frame: an idle time-out of 60 s`}},
}
