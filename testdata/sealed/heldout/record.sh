#!/bin/sh
# record.sh: records programs that the classifier was not made with, in a network namespace of its own (root; tcpdump, node with NODE_PATH,
# bun, deno, Debian's python3-aiohttp, -tornado, -websocket, libmojolicious-perl, libio-socket-ssl-perl, firefox-esr, chromium, mosquitto,
# mosquitto-clients, redis, memcached, ngircd, unbound, knot-dnsutils, stunnel4, nginx). $WORK gets the captures; $OUT websockets.jsonl and others.jsonl.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export WORK="${WORK:?a folder for keys and captures}" NODE_NO_WARNINGS=1
: "${OUT:=$WORK}" "${NAMESPACE:=wscope-heldout}"
if [ "${INSIDE:-}" != yes ]; then
  if [ ! -e "$WORK/c.pem" ]; then # Firefox takes no certificate that signs itself
    ec="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    openssl req -x509 $ec -days 30 -subj /CN=heldout -keyout "$WORK/ca.key" -out "$WORK/ca.pem" 2>/dev/null
    openssl req $ec -subj /CN=localhost -keyout "$WORK/k.pem" -out "$WORK/leaf.csr" 2>/dev/null
    echo subjectAltName=DNS:localhost,IP:127.0.0.1 > "$WORK/san"
    openssl x509 -req -in "$WORK/leaf.csr" -CA "$WORK/ca.pem" -CAkey "$WORK/ca.key" -days 30 -extfile "$WORK/san" -out "$WORK/leaf.pem" 2>/dev/null
    cat "$WORK/leaf.pem" "$WORK/ca.pem" > "$WORK/c.pem"
  fi
  cat "$WORK/k.pem" "$WORK/c.pem" > "$WORK/pem.pem"
  chmod 644 "$WORK/k.pem"
  (cd "$here/go" && go build -o "$WORK/peers" .)
  ip netns add "$NAMESPACE" && ip -n "$NAMESPACE" link set lo up
  INSIDE=yes ip netns exec "$NAMESPACE" "$0" "$@"
  ip netns del "$NAMESPACE"
  exit
fi
pids=
start() { "$@" >/dev/null 2>"$WORK/start.log" & pids="$pids $!"; }
capture() { # NAME FILTER
  tcpdump -i lo -s 0 -B 65536 -Z root -w "$WORK/$1.pcap" "$2" 2>/dev/null & dump=$!
  sleep 1
}
finish() {
  sleep 1
  kill -INT $dump; wait $dump
  [ -z "$pids" ] || kill $pids 2>/dev/null
  pids=
  sleep 0.3
}
# pair NAME PORT SERVER… -- CLIENT…
pair() {
  name=$1 port=$2; shift 2
  case " ${ONLY:-$name} " in *" $name "*) ;; *) return ;; esac
  rm -f "$WORK/$name.keys"
  server=
  while [ "$1" != -- ]; do server="$server $1"; shift; done; shift
  start $server
  sleep 2
  capture "$name" "tcp port $port"
  timeout 40 "$@" || echo "$name: status $?"
  finish
}
cd "$here"
n=${COUNT:-2}
websockets() {
  pair websocket-node 18001 node server.js websocket 18001 "$WORK/websocket-node.keys" -- node client.js websocket wss://localhost:18001 $n
  pair faye 18002 node server.js faye 18002 "$WORK/faye.keys" -- node client.js faye wss://localhost:18002 $n
  pair socket.io 18003 node server.js socket.io 18003 "$WORK/socket.io.keys" -- node client.js socket.io wss://localhost:18003 $n
  pair undici-faye 18004 node server.js faye 18004 "$WORK/undici-faye.keys" -- node client.js undici wss://localhost:18004 $n
  pair bun-websocket 18005 node server.js websocket 18005 "$WORK/bun-websocket.keys" -- bun client.js bun wss://localhost:18005 $n
  pair aiohttp 18006 /usr/bin/python3 server.py aiohttp 18006 "$WORK/aiohttp.keys" -- /usr/bin/python3 client.py aiohttp wss://localhost:18006 $n
  pair tornado 18007 /usr/bin/python3 server.py tornado 18007 "$WORK/tornado.keys" -- /usr/bin/python3 client.py tornado wss://localhost:18007 $n
  pair websocket-client 18008 /usr/bin/python3 server.py aiohttp 18008 "$WORK/websocket-client.keys" -- /usr/bin/python3 client.py websocket-client wss://localhost:18008 $n
  port=18009
  for l in gorilla coder gobwas xnet; do
    pair $l $port "$WORK/peers" server $l $port "$WORK/$l.keys" -- "$WORK/peers" client $l wss://localhost:$port $n
    port=$((port + 1))
  done
  pair mojolicious 18013 "$WORK/peers" server coder 18013 "$WORK/mojolicious.keys" -- perl client.pl wss://localhost:18013 $n
  pair firefox 18014 node server.js faye 18014 "$WORK/firefox.keys" -- "$here/firefox.sh" https://localhost:18014/ 30
  cp "$here/../../../cmd/wscope/keys/preload/keylog.c" "$WORK" && cc -O2 -fPIC -shared -o "$WORK/keylog.so" "$WORK/keylog.c" -ldl -lpthread
  pair libwebsockets 18015 env LD_PRELOAD="$WORK/keylog.so" WSCOPE_KEYLOG="$WORK/libwebsockets.keys" libwebsockets-test-server --ssl \
    --port=18015 -C "$WORK/c.pem" -K "$WORK/k.pem" -r "$WORK" -- "$here/lws.sh" 18015 6
  pair deno-bun 18016 env SSLKEYLOGFILE="$WORK/deno-bun.keys" deno run -A deno.js 18016 -- bun client.js bun wss://localhost:18016 $n
  pair undici-gobwas 18017 "$WORK/peers" server gobwas 18017 "$WORK/undici-gobwas.keys" -- node client.js undici wss://localhost:18017 $n
}
others() {
  rm -f "$WORK/truth"
  printf 'listener 19001 127.0.0.1\ncertfile %s/c.pem\nkeyfile %s/k.pem\nallow_anonymous true\n' "$WORK" "$WORK" > "$WORK/mosquitto.conf"
  start mosquitto -c "$WORK/mosquitto.conf"
  start redis-server --port 0 --tls-port 19002 --tls-cert-file "$WORK/c.pem" --tls-key-file "$WORK/k.pem" --tls-ca-cert-file "$WORK/c.pem" --tls-auth-clients no --save "" --dir "$WORK"
  start memcached -u nobody -l 127.0.0.1 -p 19803
  printf '[Global]\nName = irc.example\nPorts = 19804\nListen = 127.0.0.1\nMotdPhrase = hello\n[Options]\nIdent = no\nPAM = no\nDNS = no\n' > "$WORK/ngircd.conf"
  start ngircd -n -f "$WORK/ngircd.conf"
  printf 'server:\n interface: 127.0.0.1@19006\n tls-port: 19006\n tls-service-key: "%s/k.pem"\n tls-service-pem: "%s/c.pem"\n use-syslog: no\n username: ""\n chroot: ""\n pidfile: "%s/unbound.pid"\n local-zone: "example." redirect\n local-data: "example. A 10.0.0.1"\n' "$WORK" "$WORK" "$WORK" > "$WORK/unbound.conf"
  start unbound -d -c "$WORK/unbound.conf"
  printf 'foreground = yes\npid =\n[memcached]\ncert = %s/pem.pem\naccept = 127.0.0.1:19003\nconnect = 127.0.0.1:19803\n[irc]\ncert = %s/pem.pem\naccept = 127.0.0.1:19004\nconnect = 127.0.0.1:19804\n[git]\ncert = %s/pem.pem\naccept = 127.0.0.1:19018\nconnect = 127.0.0.1:19818\n' "$WORK" "$WORK" "$WORK" > "$WORK/stunnel.conf"
  printf 'foreground = yes\npid =\n[git]\nclient = yes\naccept = 127.0.0.1:19819\nconnect = 127.0.0.1:19018\n' > "$WORK/stunnel-client.conf"
  start stunnel4 "$WORK/stunnel.conf"
  start stunnel4 "$WORK/stunnel-client.conf"
  rm -rf "$WORK/repo" && git init -q "$WORK/repo" && (cd "$WORK/repo" && seq 9999 > a && git add a && git -c user.name=a -c user.email=a@b commit -qm a)
  start git daemon --reuseaddr --export-all --base-path="$WORK" --listen=127.0.0.1 --port=19818
  mkdir -p "$WORK/www"; head -c 200000 /dev/urandom > "$WORK/www/big"; echo small > "$WORK/www/small"
  printf 'daemon off;pid %s/nginx.pid;error_log stderr;events{}http{access_log off;server{listen 127.0.0.1:19014 ssl;ssl_certificate %s/c.pem;ssl_certificate_key %s/k.pem;root %s/www;}}' "$WORK" "$WORK" "$WORK" "$WORK" > "$WORK/web.conf"
  start nginx -c "$WORK/web.conf"
  start node web.js 19012
  start node web.js 19011
  start node web.js 19013
  sleep 3
  capture others 'tcp'
  timeout 60 /usr/bin/python3 others.py "$WORK/truth" 8 & a=$!
  timeout 30 node grpc.js 19007 8 & b=$!
  timeout 30 node polling.js 19011 6 & c=$!
  timeout 30 /usr/bin/python3 irc.py 19004 7 & d=$!
  timeout 25 chromium --headless=new --no-sandbox --disable-gpu --ignore-certificate-errors --user-data-dir="$WORK/chromium-o" https://localhost:19012/ >/dev/null 2>&1 & e=$!
  "$here/firefox.sh" https://localhost:19013/ 28 & f=$!
  for i in 1 2 3 4 5 6; do
    mosquitto_sub -h localhost -p 19001 --cafile "$WORK/ca.pem" -t a -k 5 -C 20 >/dev/null &
    (seq 25 | while read -r k; do echo "SET k$k v$k"; echo "GET k$k"; sleep 0.1; done | redis-cli --tls --insecure -p 19002 >/dev/null) &
    timeout 4 redis-cli --tls --insecure -p 19002 subscribe news >/dev/null &
    (seq 15 | while read -r k; do printf 'set k%s 0 0 5\r\nhello\r\nget k%s\r\n' "$k" "$k"; sleep 0.1; done; printf 'quit\r\n') | timeout 5 openssl s_client -quiet -connect 127.0.0.1:19003 >/dev/null 2>&1 &
    (sleep 0.$i; kdig @127.0.0.1 -p 19006 +tls +keepopen a.example b.example c.example d.example >/dev/null) &
    (sleep 0.$i; git clone -q git://127.0.0.1:19819/repo "$WORK/clone-$$-$i" 2>/dev/null; rm -rf "$WORK/clone-$$-$i") &
    curl -sk --http1.1 https://127.0.0.1:19014/small https://127.0.0.1:19014/big https://127.0.0.1:19014/none https://127.0.0.1:19014/small -o /dev/null -o /dev/null -o /dev/null -o /dev/null &
  done
  sleep 1
  for i in $(seq 20); do mosquitto_pub -h localhost -p 19001 --cafile "$WORK/ca.pem" -t a -m "message $i"; redis-cli --tls --insecure -p 19002 publish news "item $i" >/dev/null; done
  wait $a $b $c $d $e $f
  finish
  printf '%s\n' '19001 mosquitto' '19002 redis-cli' '19003 memcached' '19004 ngircd' '19006 kdig' '19007 grpc-node' '19011 socket.io-polling' \
    '19012 chromium-page' '19013 firefox-page' '19014 curl-nginx' '19018 git' >> "$WORK/truth"
}
for what in "${@:-websockets}"; do $what; done
