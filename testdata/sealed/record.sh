#!/bin/sh
# record.sh NAME…: records TLS conversations over loopback again (root, tcpdump, node, python3-websockets; for some deno, java, chromium,
# nginx, haproxy, caddy) into $WORK, for trace.py. Names: patterns, others-node, others-go, peers. NODE_PATH has ws, deno and, for
# others-node, mqtt, aedes, smtp-server and nodemailer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export WORK="${WORK:?a folder for keys and captures}" NODE_TLS_REJECT_UNAUTHORIZED=0 NODE_NO_WARNINGS=1
[ -e "$WORK/k.pem" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
  -keyout "$WORK/k.pem" -out "$WORK/c.pem" 2>/dev/null
cat "$WORK/k.pem" "$WORK/c.pem" > "$WORK/pem.pem"
for conf in nginx.conf haproxy.cfg Caddyfile; do sed "s#WORK#$WORK#g" "$here/node/$conf" > "$WORK/$conf"; done

# capture NAME FILTER COMMAND… runs a command while tcpdump writes NAME.pcap.
capture() {
  name=$1 filter=$2
  shift 2
  tcpdump -i lo -s 0 -B 65536 -Z root -w "$WORK/$name.pcap" "$filter" 2>/dev/null &
  dump=$!
  sleep 1
  "$@" || echo "$name failed"
  sleep 1
  kill -INT $dump
  wait $dump || true
}

# behind NAME PORT COMMAND… captures a client of node's server.
behind() {
  name=$1 port=$2
  shift 2
  node "$here/node/server.js" "$port" "$WORK/$name.keys" &
  server=$!
  sleep 1
  capture "$name" "tcp port $port" timeout 40 "$@"
  kill $server
}

cd "$here/node"
for what in "$@"; do
  case $what in
  patterns) capture patterns 'tcp portrange 32768-60999' timeout 200 node patterns.js 12 "$WORK/patterns.keys" ;;
  others-node) capture others-node 'tcp portrange 32768-60999' timeout 200 node others.js 10 ;;
  others-go) (cd "$here/others" && go build -o "$WORK/others" .)
    capture others-go 'tcp portrange 32768-60999' sh -c "timeout 240 $WORK/others 1 14 > $WORK/others-go.truth" ;;
  peers)
    behind node-node 17001 node node.js wss://localhost:17001/ws
    behind node-corked 17002 node node_corked.js wss://localhost:17002/ws
    behind python-node 17003 /usr/bin/python3 py.py wss://127.0.0.1:17003/ws
    behind deno-node 17005 deno run -A --unsafely-ignore-certificate-errors std.js wss://localhost:17005/ws
    TLSMAX=TLSv1.2 behind deno-node12 17006 deno run -A --unsafely-ignore-certificate-errors std.js wss://localhost:17006/ws
    behind java-node 17007 java Peer.java wss://localhost:17007/ws
    TLSMAX=TLSv1.2 behind java-node12 17008 java Peer.java wss://localhost:17008/ws
    TLSMAX=TLSv1.2 CIPHERS=ECDHE-ECDSA-AES128-SHA256 behind node-cbc 17009 node node.js wss://localhost:17009/ws
    behind chromium-node 17010 timeout 12 chromium --headless=new --no-sandbox --disable-gpu --ignore-certificate-errors \
      --user-data-dir="$WORK/chromium" --virtual-time-budget=20000 --timeout=8000 https://localhost:17010/
    node server.js 17080 -plain & plain=$!
    nginx -c "$WORK/nginx.conf" & nginx=$!
    haproxy -f "$WORK/haproxy.cfg" & haproxy=$!
    XDG_DATA_HOME=$WORK caddy run --config "$WORK/Caddyfile" --adapter caddyfile 2>/dev/null & caddy=$!
    sleep 2
    for front in nginx:17443 haproxy:17444 caddy:17445; do
      capture "node-${front%:*}" "tcp port ${front#*:}" node --tls-keylog="$WORK/node-${front%:*}.keys" node.js "wss://localhost:${front#*:}/ws"
    done
    kill $plain $nginx $haproxy $caddy ;;
  esac
done
