package main

import (
	"encoding/binary"
	"strings"
)

// vxlan puts IP into VXLAN, as traffic mirroring of clouds does.
func vxlan(ip []byte) []byte {
	inner := append([]byte{2, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 4, 8, 0}, ip...)
	udp := []byte{0xc0, 0, 0x12, 0xb5, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 42, 0}
	binary.BigEndian.PutUint16(udp[4:], uint16(len(udp)+len(inner)))
	udp = append(udp, inner...)
	outer := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 172, 31, 0, 1, 172, 31, 0, 2}
	binary.BigEndian.PutUint16(outer[2:], uint16(20+len(udp)))
	return append(outer, udp...)
}

// some is a short conversation.
func some(w *world) {
	k := w.open("/chat", "> Origin: http://app.example:8080")
	converse(w, k, 3, 1)
	k.c.ping("p")
	w.wait(0.02)
	k.s.pong("p")
	k.c.bye()
}

var reportedCaptures = []reported{
	{id: "joined-midway", ref: "kubeshark/kubeshark#1624", ask: "I began to capture when the connection was long open; are its messages there?",
		make: func(w *world) {
			k := w.pair(10)
			converse(w, k, 6, 1)
			k.c.bye()
		}, run: "messages --format table @", was: "right", want: []string{`{"n":0}`, `close`}},
	{id: "joined-midway-deflate", ref: "arkime/arkime#3962", ask: "joined midway, and the messages are unreadable; why?",
		make: func(w *world) {
			k := w.pair(10)
			w.lose = true
			for range 5 {
				k.s.deflated(`{"topic":"quotes","symbol":"ABC","price":101.5}`)
				k.c.text(`{"ack":1}`)
			}
			w.lose = false
			for range 6 {
				w.wait(1)
				k.s.deflated(`{"topic":"quotes","symbol":"ABC","price":101.5}`)
				k.c.text(`{"ack":1}`)
			}
		}, run: "@", was: "hard", now: "hard", did: `no hint says that compression needs what came before`, want: []string{`joined midway`, `6 messages unfinished`}},
	{id: "cut-at-96", ref: "the-tcpdump-group/libpcap#1629", ask: "packets are cut in the capture; which messages can still be read?",
		make: func(w *world) { w.snap = 96; some(w) }, run: "@", was: "right", want: []string{`2 packets cut by the capture's snaplen`}},
	{id: "cut-in-headers", ref: "the-tcpdump-group/tcpdump#136", ask: "captured with -s 42: is there a WebSocket?",
		make: func(w *world) { w.snap = 42; some(w) }, run: "@", was: "right", want: []string{`30 packets cut by the capture's snaplen`}},
	{id: "one-direction", ref: "haproxy/haproxy#2125", ask: "only one direction arrives; does the server really not send, or did the capture miss it?",
		make: func(w *world) {
			k := w.open("/ws")
			for range 5 {
				w.wait(1)
				k.c.text("up")
			}
			k.c.bye()
		}, run: "@", was: "right", want: []string{`← server 1 message (1 close)`}},
	{id: "one-sided-tap", ref: "OISF/suricata#10014", ask: "the tap sees one direction of the traffic; what can be said?",
		make: func(w *world) {
			k := w.dial()
			k.get("/")
			w.lose = true
			k.accept()
			w.lose = false
			for range 5 {
				k.c.push(k.c.bytes(0x81, []byte("from the client"), true))
				w.lose = true
				k.s.text("from the server")
				w.lose = false
			}
		}, run: "@", was: "right", want: []string{`the capture lacks 197 B`, `in the capture`}},
	{id: "ssh-inside", ref: "zeek/zeek#3555", ask: "is a tunnel hidden in this WebSocket?",
		make: func(w *world) {
			k := w.open("/v1/events", "> Sec-WebSocket-Protocol: v1", "< Sec-WebSocket-Protocol: v1")
			k.c.binary([]byte("SSH-2.0-OpenSSH_9.6\r\n"))
			k.s.binary([]byte("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"))
			k.c.binary([]byte("\x00\x00\x05\xdc\x04\x14"))
		}, run: "@", was: "right", want: []string{`protocol-inside`, `SSH`}},
	{id: "jumbo-offload", ref: "nmap/nmap#1563", ask: "packets of 60 kB in the capture, larger than any MTU; are messages read whole?",
		make: func(w *world) {
			w.mss = 60000
			k := w.open("/")
			k.s.binary(make([]byte, 200000))
			k.c.bye()
		}, run: "messages --max-payload 10 @", was: "right", want: []string{`"length":200000`}},
	{id: "captured-twice", ref: "kubeshark/kubeshark#1746", ask: "every packet is there twice (-i any on a node); are messages counted twice?",
		make: func(w *world) { w.twice = true; some(w) }, run: "@", was: "right", want: []string{`5 messages (3 text, 1 ping, 1 close)`}, not: []string{"FINDINGS", "error"}},
	{id: "lost-by-capture", ref: "seladb/PcapPlusPlus#1372", ask: "bytes are missing in the middle; which messages does that cost, and was it the network?",
		make: func(w *world) {
			k := w.open("/")
			converse(w, k, 2, 1)
			w.lose = true
			k.s.text("never captured")
			w.lose = false
			converse(w, k, 3, 1)
			k.c.bye()
		}, run: "@", was: "right", want: []string{`the capture lacks 16 B`}, not: []string{"FINDINGS", "error"}},
	{id: "vpc-mirror", ref: "arkime/arkime#3686", ask: "traffic mirrored in VXLAN: are WebSockets inside found?",
		make: func(w *world) { w.wrap = vxlan; some(w) }, run: "@", was: "right", want: []string{`1 accepted`}, not: []string{"FINDINGS", "error"}},
	{id: "nothing-found", ref: "kubeshark/kubeshark#1277", ask: "no WebSocket is shown; is there none, or can the tool not see it?",
		make: func(w *world) {
			k := w.dial()
			k.c.send([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
			k.answer("200 OK", "hello")
			k.c.fin()
			k.s.fin()
		}, run: "@", was: "right", want: []string{`no WebSocket in 1 TCP connection`, `1 http/1.1`}},
	{id: "tls-no-keys", ref: "nodejs/node#2363", ask: "it is all TLS; what do I do to read it?",
		file: "peers/tls/tls13-node.pcap", run: "@", was: "right", want: []string{`give --keylog FILE`, `wscope keys`}},
	{id: "tls-resumed", ref: "adulau/ssldump#27", ask: "a resumed session: does the key log still open it?",
		file: "peers/tls/tls12-resumed-ticket.pcap", run: "messages --keylog @@/peers/tls/tls12-resumed-ticket.keys @", was: "right", want: []string{`the quick brown`}},
	{id: "tls-wrong-keys", ref: "pan-unit42/wireshark-tutorial-decrypting-HTTPS-traffic#1", ask: "I gave a key log and nothing is decrypted: is it the wrong one?",
		file: "peers/tls/tls13-node.pcap", run: "--keylog @@/peers/tls/tls13-go.keys @", was: "right", want: []string{`the keys given are of other connections`}},
	{id: "keys-node", ref: "nodejs/node-v0.x-archive#25452", ask: "how do I get the keys of a node program?",
		run: "keys node", was: "right", want: []string{`--tls-keylog`}},
	{id: "keys-python-client", ref: "websocket-client/websocket-client#943", ask: "my Python client ignores SSLKEYLOGFILE; what then?",
		run: "keys python", was: "right", want: []string{`keylog_filename`}},
	{id: "keys-deno", ref: "denoland/deno#23989", ask: "does Deno write a key log?", run: "keys deno", was: "right", want: []string{`SSLKEYLOGFILE=KEYS deno`}},
	{id: "keys-rust", ref: "vi/websocat#306", ask: "websocat and other Rust programs: how do I get keys?", run: "keys rust", was: "right", want: []string{`rustls::KeyLogFile`}},
	{id: "keys-java", ref: "kubeshark/kubeshark#1741", ask: "a Java service on 443 cannot be read; how do I get its keys?", run: "keys java", was: "right", want: []string{`javaagent`}},
	{id: "keys-go", ref: "kubeshark/kubeshark#1441", ask: "eBPF does not read my Go program; what does wscope do?", run: "keys go", was: "right", want: []string{`live --keys-of`}},
	{id: "keys-curl", ref: "curl/curl#2220", ask: "keys of curl's session, for a capture that I made on another machine?", run: "keys curl", was: "right", want: []string{`SSLKEYLOGFILE=KEYS curl`}},
	{id: "keys-dotnet", ref: "dotnet/aspnetcore#20816", ask: "a .NET client: which way to its keys?", run: "keys dotnet", was: "right", want: []string{`libssl`}},
	{id: "keys-bun", ref: "oven-sh/bun#11452", ask: "does Bun write a key log?", run: "keys bun", was: "right", want: []string{`no key log`}},
	{id: "keys-in-file", ref: "kubeshark/kubeshark#1882", ask: "decrypted in real time, but not in the saved file; can the keys be in the capture?",
		file: "peers/derived/secrets.pcapng", run: "messages @", was: "right", want: []string{`the quick brown`}},
	{id: "not-a-capture", ref: "microsoft/etl2pcapng#28", ask: "I have an .etl trace of Windows; can I give it?",
		make: func(w *world) {
			w.buf.Reset()
			w.buf.WriteString("\x00\x00\x01\x00" + strings.Repeat("\x00", 44) + "\xff\xfe" + strings.Repeat("E\x00", 80))
		},
		run: "@", was: "hard", now: "hard", did: `.etl is not named with what converts it`, want: []string{`not a capture`}, exit: 2},
	{id: "file-cut-short", ref: "the-tcpdump-group/tcpdump#460", ask: "the capture was killed while it wrote; is the rest usable?",
		make: func(w *world) { some(w); w.buf.Truncate(w.buf.Len() - 20) }, run: "@", was: "right", want: []string{`cut in the middle of a packet`, `1 accepted`}, exit: 2},
	{id: "zeek-log", ref: "idaholab/Malcolm#593", ask: "can I have Zeek's websocket.log of it?",
		make: some, run: "export --to zeek @ -o @.logs", was: "right"},
	{id: "pcap-over-ip", ref: "kubeshark/kubeshark#1322", ask: "can it read packets from a TCP socket (PCAP-over-IP)?",
		run: "tcp://127.0.0.1:1", was: "right", want: []string{`connection refused`}, exit: 2},
	{id: "har-export", ref: "httptoolkit/httptoolkit#461", ask: "I want the WebSocket messages in a HAR", make: some, run: "export --to har @ -o @.har", was: "right"},
}
