#!/usr/bin/env bash
# Does a fleet lose anything? Two sensors in network namespaces of their own see WebSocket
# traffic; three NATS brokers keep a stream with three replicas; two collectors, of lines and
# of Parquet, take it. Meanwhile a broker is killed and comes back, the network parts (one
# sensor and one broker on the far side) for a tenth of the time, and the collector of lines
# is killed and comes back. In the end its records must be the sensors' own.
#
# Ten minutes on two busy cores: 8,401 flows and 855,688 messages of two sensors, all of them there and
# none twice; what waited in the spool of the sensor cut off was 32 MB at most; one collector was
# given 64 batches again, and knew them.
#
#   cmd/wscope/e2e/fleet.sh [SECONDS] [CONNECTIONS AT ONCE]     as root; 600 and 10 by default
set -euo pipefail
seconds=${1:-600}
conns=${2:-10}
here=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
id=f$$
pids=()
cleanup() {
	for p in "${pids[@]}"; do kill -KILL "$p" 2>/dev/null && wait "$p" 2>/dev/null || true; done
	for n in $(ip netns list | awk '{print $1}' | grep "^$id-"); do ip netns del "$n"; done
	[ -n "${KEEP:-}" ] && echo "kept: $work" || rm -rf "$work"
}
trap cleanup EXIT

cd "$here"
export GOFLAGS=-buildvcs=false
go build -tags libpcap -o "$work/wscope" ./cmd/wscope
go build -o "$work/nats-server" github.com/nats-io/nats-server/v2
go test -c -tags libpcap -o "$work/peers" ./cmd/wscope # with WSCOPE_PEER it is the endpoints

# hub has two bridges with a wire between them, near and far; cutting that parts the network.
ns() { ip netns exec "$id-$1" "${@:2}"; }
space() { ip netns add "$id-$1" && ns "$1" ip link set lo up; }
wire() { # A B: a veth pair of namespaces, named by the other end
	ip -n "$id-$1" link add "$2" type veth peer name "$1" netns "$id-$2"
	ip -n "$id-$1" link set "$2" up
	ip -n "$id-$2" link set "$1" up
}
space hub
ns hub ip link add near type bridge
ns hub ip link add far type bridge
ns hub ip link add cut0 master near type veth peer name cut1
ns hub ip link set cut1 master far
for i in near far cut0 cut1; do ns hub ip link set $i up; done
host=10
join() { # NAME SIDE: a namespace on the hub, at 10.88.0.N
	space "$1"
	wire hub "$1"
	ns hub ip link set "$1" master "$2"
	host=$((host + 1))
	ip -n "$id-$1" addr add 10.88.0.$host/24 dev hub
}
join b0 near # .11
join b1 near # .12
join b2 far  # .13
join c near
join s0 near
join s1 far
for i in 0 1; do # the traffic that a sensor sees
	space "p$i"
	wire "s$i" "p$i"
	ip -n "$id-s$i" addr add 10.89.$i.1/24 dev "p$i"
	ip -n "$id-p$i" addr add 10.89.$i.2/24 dev "s$i"
done

brokers=nats://10.88.0.11:4222,nats://10.88.0.12:4222,nats://10.88.0.13:4222
routes=${brokers//:4222/:6222}
start() { # NAME NAMESPACE COMMAND…: its pid is in $pid
	local log=$1 space=$2
	shift 2
	ip netns exec "$id-$space" "$@" >"$work/$log.out" 2>>"$work/$log.err" &
	pid=$!
	pids+=("$pid")
}
broker() {
	start "b$1" "b$1" "$work/nats-server" -n "b$1" -js -sd "$work/b$1" -a 10.88.0.1$((1 + $1)) -p 4222 \
		--cluster_name fleet --cluster "nats://10.88.0.1$((1 + $1)):6222" --routes "$routes"
}
collector() { # NAME FORMAT
	start "$1" c "$work/wscope" collect --from "$brokers" --replicas 3 --name "$1" --format "$2" -o "$work/$1" --every 2s --settle 20s --metrics "127.0.0.1:$3"
}
metric() { ns c curl -s "http://127.0.0.1:$1" | awk -v n="$2" '$1 == n {print $2}'; }
say() { printf '%4d s  %s\n' $((SECONDS - began)) "$*"; }

began=$SECONDS
for i in 0 1 2; do
	broker $i
	b[i]=$pid
done
sleep 5
collector lines ndjson 9001
lines=$pid
collector tables parquet 9002
tables=$pid
sleep 3
for i in 0 1; do
	mkdir "$work/spool$i"
	start "s$i" "s$i" "$work/wscope" live -i "p$i" --no-screen --messages --interval 1h --sensor "sensor-$i" --to "$brokers" --replicas 3 \
		--spool "$work/spool$i" --clock-offset 5ms tcp port 8080
	s[i]=$pid
	WSCOPE_PEER='{"Server":true,"Addr":"10.89.'$i'.1:8080","Journal":"'$work/server$i.json'"}' start "server$i" "s$i" "$work/peers"
done
sleep 3
for i in 0 1; do
	WSCOPE_PEER='{"Addr":"10.89.'$i'.1:8080","Journal":"'$work/clients$i.json'","Conns":100000000,"AtOnce":'$conns',"Messages":50,"Size":120,"Pause":20000000}' \
		start "clients$i" "p$i" "$work/peers"
	p[i]=$pid
done

began=$SECONDS
at() { # TENTHS: sleeps until then, telling what waits in the spools
	while [ $((10 * (SECONDS - began))) -lt $((seconds * $1)) ]; do
		sleep 1
		for i in 0 1; do
			n=$(du -sk "$work/spool$i" 2>/dev/null | cut -f1)
			[ "${n:-0}" -gt "${most[i]:-0}" ] && most[i]=$n || true
		done
	done
}
declare -a most
say "traffic begins"
at 2
kill -KILL "${b[1]}" && say "broker 1 killed"
at 4
broker 1
say "broker 1 back"
at 5
ns hub ip link set cut0 down && say "the network parts: sensor 1 and broker 2 on the far side"
at 6
ns hub ip link set cut0 up && say "the network is whole"
at 8
kill -KILL "$lines" && say "collector of lines killed"
sleep 2
collector lines ndjson 9001
lines=$pid
say "collector of lines back"
at 10
kill "${p[@]}" && say "traffic ends"
sleep 2
status=0
for i in 0 1; do
	kill -INT "${s[i]}"
	wait "${s[i]}" || { echo "sensor $i: status $?"; status=1; }
done
say "sensors ended; most that waited in their spools: ${most[0]:-0} KB, ${most[1]:-0} KB; left there: $(find "$work"/spool? -type f | wc -l) batches"
last=-1
for _ in $(seq 60); do # until nothing more comes, longer than an unacknowledged batch stays away
	now=$(metric 9001 wscope_collector_batches_total)+$(metric 9001 wscope_collector_repeated_batches_total)+$(metric 9002 wscope_collector_batches_total)
	[ "$now" = "$last" ] && same=$((same + 1)) || same=0
	last=$now
	[ $same -ge 6 ] && break
	sleep 5
done
for m in batches repeated_batches records; do
	say "$m: lines (since it was killed) $(metric 9001 wscope_collector_${m}_total), tables $(metric 9002 wscope_collector_${m}_total)"
done
ns c curl -s http://127.0.0.1:9002 | grep '^wscope_sensor_records_total' || true
for p in $lines $tables; do
	kill -TERM "$p"
	wait "$p" || { echo "a collector: status $?"; status=1; }
done

sort_() { LC_ALL=C sort -S 64M -T "$work"; }
for i in 0 1; do
	sed -n 's/^{"event":"close",/{/p' "$work/s$i.out" | sort_ >"$work/own"
	own_flows=$(wc -l <"$work/own")
	own_findings=$({ grep -o '"rule":' "$work/own" || true; } | wc -l)
	find "$work/lines" -name 'flows-*.ndjson' -print0 | xargs -0r cat | grep "\"sensor\":\"sensor-$i\"" | sed 's/^{"schema_version"[^{]*"at":"[^"]*",/{/' | sort_ >"$work/held"
	cmp "$work/own" "$work/held" && echo "sensor $i: $own_flows flows, the same" || status=1
	found=$(find "$work/lines" -name 'findings-*.ndjson' -print0 | xargs -0r cat | grep -c "\"sensor\":\"sensor-$i\"" || true)
	[ "$found" = "$own_findings" ] && echo "sensor $i: $found findings, as many" || { echo "sensor $i: $found findings, its own are $own_findings"; status=1; }
	sed -n 's/^{"event":"message",/{/p' "$work/s$i.out" | sort_ >"$work/own"
	find "$work/lines" -name 'messages-*.ndjson' -print0 | xargs -0r cat | grep "\"sensor\":\"sensor-$i\"" | sed 's/^{"schema_version"[^{]*"at":"[^"]*",/{/' | sort_ >"$work/held"
	cmp "$work/own" "$work/held" && echo "sensor $i: $(wc -l <"$work/own") messages, the same, $(uniq -d "$work/held" | wc -l) of them twice" || status=1
	grep -E 'packets|dropped|spool' "$work/s$i.err" || true
done
if [ -d analyzer/report/export/readers/node_modules ]; then
	for kind in flows messages; do
		n=0
		for f in $(find "$work/tables" -name "$kind-*.parquet"); do
			n=$((n + $(cd analyzer/report/export/readers && node parquet.mjs "$f" | jq .rows)))
		done
		echo "$n $kind in $(find "$work/tables" -name "$kind-*.parquet" | wc -l) Parquet files; in lines: $(find "$work/lines" -name "$kind-*.ndjson" -print0 | xargs -0r cat | wc -l)"
	done
else
	echo "the Parquet files are not read: cd analyzer/report/export/readers && npm ci"
fi
if find "$work/lines" "$work/tables" -name '*.tmp' -o -name '*rejected*' -o -path '*/.open/*/*' | grep .; then status=1; fi
[ $status = 0 ] && echo "nothing lost, nothing twice"
exit $status
