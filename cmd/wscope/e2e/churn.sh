#!/usr/bin/env bash
# Does wscope live stay within its memory? Short connections (handshake, two messages,
# close), 2,000 of them a second, pass a veth pair; the resident memory is printed as it goes.
#
#   cmd/wscope/e2e/churn.sh [SECONDS] [CONNECTIONS A SECOND]     as root, on Linux, with tcpdump
#
# The first minute fills pools and lets the collector find its pace; from then on the
# memory is to stay.
set -euo pipefail
seconds=${1:-1800}
rate=${2:-2000}
here=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
ns=wscopechurn$$
replay=
cleanup() {
	[ -z "$replay" ] || kill $replay 2>/dev/null || true
	ip netns del "$ns" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

cd "$here"
go build -buildvcs=false -tags libpcap -o "$work/wscope" ./cmd/wscope
go build -buildvcs=false -o "$work/gen" ./cmd/wscope-gen
go build -buildvcs=false -o "$work/send" ./cmd/wscope/e2e/send
"$work/gen" -conns 60000 -at-once 200 -messages 2 -o "$work/short.pcap"
each=$(($(tcpdump -r "$work/short.pcap" 2>/dev/null | wc -l) / 60000))

ip netns add "$ns"
in=(ip netns exec "$ns")
"${in[@]}" ip link add load0 type veth peer name load1
for i in load0 load1; do
	"${in[@]}" sysctl -qw net.ipv6.conf.$i.disable_ipv6=1
	"${in[@]}" ip link set $i up mtu 9000
done
"${in[@]}" "$work/wscope" live -i load1 --no-screen --max-memory 512M >"$work/out" 2>"$work/err" &
pid=$!
sleep 1
"${in[@]}" "$work/send" -i load0 -rate $((rate * each)) -seconds "$seconds" "$work/short.pcap" >"$work/sent" 2>&1 &
replay=$!
begin=$SECONDS
while kill -0 $replay 2>/dev/null; do
	sleep $((seconds > 300 ? 60 : 10))
	: >"$work/out" # a disk is not the subject
	[ ! -r /proc/$pid/status ] || awk -v s=$((SECONDS - begin)) \
		'/^(VmRSS|RssAnon|RssShmem|RssFile)/ {n[$1] = int($2 / 1024)}
		END {printf "%d s: %d MB resident, %d of them its own\n", s, n["VmRSS:"], n["RssAnon:"]}' /proc/$pid/status
done
replay=
kill -TERM $pid
wait $pid || true
cat "$work/sent" "$work/err"
