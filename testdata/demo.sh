#!/bin/sh
# Makes demo.pcapng from captures of testdata/peers: a bit of everything, with the TLS
# keys inside. Needs Wireshark's mergecap and editcap.
set -e
cd "$(dirname "$0")"
p=peers
mergecap -F pcapng -w demo.tmp $p/plain/ws-ping.pcap $p/plain/ws-deflate.pcap $p/plain/ws-refused.pcap $p/plain/ws-drop.pcap \
	$p/invalid/utf8-bad.pcap $p/browser/chromium-wss.pcap $p/http2/h2c-many.pcap
editcap --inject-secrets tls,$p/browser/chromium-wss.keys demo.tmp demo.pcapng
rm demo.tmp
