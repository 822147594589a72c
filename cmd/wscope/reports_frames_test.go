package main

import (
	"bytes"
	"strings"
)

const deflateBoth = "> Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"

var reportedFrames = []reported{
	{id: "rsv1-uninvited", ref: "websockets/ws#1140", ask: "`RSV1 must be clear`: who sends compressed frames that were not agreed on?",
		make: func(w *world) {
			k := w.open("/")
			k.c.text("hello")
			k.c.deflated(`{"type":"chat","text":"hello hello hello"}`)
			k.s.close(1002, "")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`after the client broke RFC 6455 §5.2 (reserved-bits)`}},
	{id: "rsv23-garbage", ref: "websockets/ws#1354", ask: "`RSV2 and RSV3 must be clear` after some seconds of fast sending: what are those bytes?",
		make: func(w *world) {
			k := w.open("/")
			for range 4 {
				k.c.text(`{"accel":[0.1,0.2,9.8]}`)
			}
			k.c.send([]byte(`:[0.1,0.2,9.8]}`))
			k.s.close(1002, "")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`reserved bits 3`, `by the client`}},
	{id: "http-in-stream", ref: "apollosolutions/federation-subscription-tools#2", ask: "`Invalid frame header` right after the ack: is something else writing into my socket?",
		make: func(w *world) {
			k := w.open("/graphql", "> Sec-WebSocket-Protocol: graphql-transport-ws", "< Sec-WebSocket-Protocol: graphql-transport-ws")
			k.c.text(`{"type":"connection_init"}`)
			k.s.text(`{"type":"connection_ack"}`)
			k.s.send([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 11\r\n\r\nBad Request"))
			k.c.rst()
		}, run: "@", was: "hard", now: "hard", did: `the HTTP text is shown as a close reason`, want: []string{`/1.1 400 Bad Request`}},
	{id: "second-message-inflate", ref: "Kitura/Kitura-WebSocket-NIO#22", ask: "the second compressed message does not decompress; which side forgets the context?",
		make: func(w *world) {
			k := w.open("/", deflateBoth, "< Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover")
			k.c.deflated(strings.Repeat("the same text again ", 5))
			k.c.deflated(strings.Repeat("the same text again ", 5))
			k.s.close(1007, "")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`deflate-context-taken-over`, `by the client`}},
	{id: "takeover-legal", ref: "oven-sh/bun#33003", ask: "the server kills me on the second compressed message; did my client compress as agreed?",
		make: func(w *world) {
			k := w.open("/", deflateBoth, "< Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover")
			k.c.deflated("msg0:" + strings.Repeat("abcdefghijklmnopqrstuvwxyz", 40))
			k.c.deflated("msg1:" + strings.Repeat("abcdefghijklmnopqrstuvwxyz", 40))
			k.s.fin()
			k.c.fin()
		}, run: "messages --max-payload 12 @", was: "right", want: []string{`"text":"msg1:abcdefg"`}},
	{id: "sides-swapped", ref: "netty/netty#8395", ask: "with no_context_takeover for one side alone decompression fails; are the sides mixed up?",
		make: func(w *world) {
			k := w.open("/", "> Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover", "< Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover")
			k.c.fresh = true
			for range 3 {
				k.c.deflated(`{"op":"tick","symbol":"ABC"}`)
				k.s.deflated(`{"op":"tick","symbol":"ABC"}`)
			}
			k.c.bye()
		}, run: "@", was: "right", want: []string{`deflate-context-taken-over ×2`, `by the server`}},
	{id: "window-drift", ref: "sockudo/sockudo-ws#14", ask: "after a message that was sent uncompressed everything is corrupt; can one see where it starts?",
		make: func(w *world) {
			k := w.open("/", deflateBoth, "< Sec-WebSocket-Extensions: permessage-deflate")
			k.s.deflated("alpha beta gamma delta alpha beta")
			incompressible := "q8Zr!x2LmPw0#vKfYt7@dNcHs5^"
			k.s.compress(incompressible)
			k.s.text(incompressible)
			k.s.deflated("again " + incompressible + " and " + incompressible)
			k.s.deflated("alpha beta gamma delta " + incompressible)
			k.c.close(1002, "Invalid compressed data")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "right", want: []string{`deflate-corrupt`, `packet 14, by the server`}},
	{id: "one-side-compresses", ref: "mitmproxy/mitmproxy#2447", ask: "what I receive reads well, what I send looks like binary: is my text compressed?",
		make: func(w *world) {
			k := w.open("/slack", deflateBoth, "< Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover")
			k.c.fresh = true
			k.c.deflated(`{"type":"typing","channel":"D6ABC","id":7}`)
			k.s.text(`{"ok":true,"reply_to":7,"text":"jf"}`)
			k.c.deflated(`{"type":"message","channel":"D6ABC","text":"jf","id":8}`)
			k.c.bye()
		}, run: "follow @", was: "right", want: []string{`{"type":"typing","channel":"D6ABC","id":7}`, `B compressed`}},
	{id: "single-frame-inflate", ref: "OISF/suricata#13022", ask: "can payloads be searched although they are compressed?",
		make: func(w *world) {
			k := w.open("/", deflateBoth, "< Sec-WebSocket-Extensions: permessage-deflate")
			k.s.deflated("nothing here, nothing there")
			k.s.deflated("nothing here, the secret word there")
			k.c.bye()
		}, run: `messages --filter 'message.text contains "secret word"' --max-payload 60 @`, was: "right", want: []string{`the secret word there`}},
	{id: "plain-after-agreed", ref: "vm0-ai/vm0#29544", ask: "compression is agreed on, and some messages are not compressed: allowed?",
		make: func(w *world) {
			k := w.open("/", deflateBoth, "< Sec-WebSocket-Extensions: permessage-deflate")
			k.s.text("short")
			k.s.deflated("longer and longer and longer")
			k.s.text("short")
			k.c.bye()
		}, run: "@", was: "right", want: []string{`3 text`}, not: []string{"FINDINGS", "error"}},
	{id: "client-unmasked", ref: "XX-net/XX-Net#14169", ask: "payloads come out scrambled on my server; does the client mask?",
		make: func(w *world) {
			k := w.open("/")
			k.c.send(k.c.bytes(0x81, []byte("not masked"), false))
			k.s.close(1002, "")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`client-frame-not-masked`}},
	{id: "server-masked", ref: "mitmproxy/mitmproxy#3200", ask: "the browser says that a server must not mask frames; does mine?",
		make: func(w *world) {
			k := w.open("/")
			k.s.send(k.s.bytes(0x81, []byte("masked"), true))
			k.c.close(1002, "A server must not mask any frames that it sends to the client.")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "right", want: []string{`server-frame-masked`}},
	{id: "text-not-utf8", ref: "lexiforest/curl_cffi#494", ask: "a message cannot be decoded as text; what is in it?",
		make: func(w *world) {
			k := w.open("/")
			k.s.frame(0x81, []byte("price \xff\xfe\x00 end"))
			k.c.close(1007, "Could not decode a text frame as UTF-8.")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "right", want: []string{`text-not-utf8`, `byte 0xff`}},
	{id: "stray-continuation", ref: "TooTallNate/Java-WebSocket#430", ask: "RSV errors at random, behind TLS; are frames cut or merged on the way?",
		make: func(w *world) {
			k := w.open("/")
			k.c.text("one")
			k.c.frame(0x80, []byte("the rest of something"))
			k.s.close(1002, "")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`continuation-without-start`}},
	{id: "frame-over-segments", ref: "nodejs/node#3445", ask: "a frame that spans TCP packets is malformed on arrival; is it whole on the wire?",
		make: func(w *world) {
			w.mss = 7
			k := w.open("/websocket")
			k.c.text(`{"msg":"connect","version":"1","support":["1"]}`)
			k.c.bye()
		}, run: "messages --max-payload 60 @", was: "right", want: []string{`"complete":true`, `"protocol":"ddp"`}},
	{id: "close-1006-sent", ref: "python-websockets/websockets#1202", ask: "is anybody sending code 1006 in a frame?",
		make: func(w *world) {
			k := w.open("/")
			k.s.close(1006, "")
			k.c.close(1002, "")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`close-code-not-on-wire`, `code 1006`}},
	{id: "reason-too-long", ref: "lidge-jun/opencodex#4367", ask: "the close reason is an error text of 200 bytes; does that break anything?",
		make: func(w *world) {
			k := w.open("/")
			k.s.close(1011, strings.Repeat("upstream error ", 14))
			k.c.rst()
		}, run: "@", was: "right", want: []string{`close frame of 212 bytes`}},
	{id: "close-cut-reason", ref: "theturtle32/WebSocket-Node#254", ask: "the client crashes on the close; what exactly was in it?",
		make: func(w *world) {
			k := w.open("/")
			k.s.frame(0x88, []byte{3})
			k.c.rst()
		}, run: "@", was: "right", want: []string{`close-payload-one-byte`, `byte 0x03`}},
	{id: "binary-as-text", ref: "cloudflare/workers-py#164", ask: "the framework gives me text where the client sent bytes; what was on the wire?",
		make: func(w *world) {
			k := w.open("/ws")
			k.c.binary([]byte{0, 1, 2, 0xff})
			k.c.text("text")
			k.c.bye()
		}, run: "messages --format table @", was: "right", want: []string{`00 01 02 ff`}},
	{id: "masking-chunks", ref: "anmonteiro/httpun-ws#49", ask: "long masked messages come out wrong from the second chunk on; is the mask applied right on the wire?",
		make: func(w *world) {
			k := w.open("/")
			k.c.text(strings.Repeat("0123456789", 1000))
			k.c.bye()
		}, run: "messages --max-payload 20 @", was: "right", want: []string{`"length":10000`}},
	{id: "ping-in-fragments", ref: "Kitura/Kitura-WebSocket-NIO#26", ask: "a ping between the fragments of a message: allowed, and is the message still whole?",
		make: func(w *world) {
			k := w.open("/")
			k.c.frame(0x01, []byte("first, "))
			k.c.ping("now")
			k.s.pong("now")
			k.c.frame(0x80, []byte("last"))
			k.c.bye()
		}, run: "@", was: "right", want: []string{`1 text, 1 ping`}, not: []string{"FINDINGS", "error"}},
	{id: "fragmented-deflate", ref: "dotnet/runtime#49304", ask: "is compression over the fragments of a message as a whole, or of each?",
		make: func(w *world) {
			k := w.open("/", deflateBoth, "< Sec-WebSocket-Extensions: permessage-deflate")
			z := k.s.compress(strings.Repeat("one message, three frames. ", 10))
			k.s.frame(0x41, z[:5])
			k.s.frame(0x00, z[5:9])
			k.s.frame(0x80, z[9:])
			k.c.bye()
		}, run: "messages --max-payload 40 @", was: "right", want: []string{`"frames":3`, `"length":270`}},
	{id: "deflate-after-garbage", ref: "paritytech/soketto#107", ask: "a client that ignores the context: which message is the first that fails?",
		make: func(w *world) {
			k := w.open("/", deflateBoth, "< Sec-WebSocket-Extensions: permessage-deflate")
			k.s.deflated("first")
			k.s.frame(0xc1, bytes.Repeat([]byte{0xee}, 20))
			k.c.close(1007, "")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "right", want: []string{`packet 10, by the server: block type 3`}},
	{id: "reserved-opcode", ref: "hatoo/http-mitm-proxy#59", ask: "an opcode that nobody knows: whose is it?",
		make: func(w *world) {
			k := w.open("/")
			k.c.frame(0x83, []byte("?"))
			k.s.close(1002, "")
			k.s.fin()
			k.c.fin()
		}, run: "@", was: "right", want: []string{`opcode 3`}},
}
