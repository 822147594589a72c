#!/usr/bin/env bash
# Up to which rate does wscope live lose nothing? The same packets are replayed through a
# veth pair at rising rates, for tcpdump -w /dev/null, for tshark and for wscope, one after
# the other at each rate, with the same filter and the same buffer of the kernel.
#
#   cmd/wscope/e2e/load.sh [SECONDS] [RATE…]     packets a second; as root, with tcpreplay
#
# A line a run: what was sent (packets and seconds), what the tool had of it, what the
# kernel dropped, and for wscope what was shed and how much processor time it took.
set -euo pipefail
seconds=${1:-4}
shift || true
rates=(${@:-10000 20000 50000 100000 200000 300000 400000 600000})
here=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
ns=wscopeload$$
cleanup() {
	ip netns del "$ns" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

cd "$here"
go build -buildvcs=false -tags libpcap -o "$work/wscope" ./cmd/wscope
go build -buildvcs=false -o "$work/gen" ./cmd/wscope-gen
# Chat of 200-byte messages on 2,000 connections: about 200,000 packets.
"$work/gen" -kind text -size 200 -conns 2000 -messages 30 -o "$work/chat.pcap"
packets=$(tcpdump -r "$work/chat.pcap" 2>/dev/null | wc -l)

ip netns add "$ns"
in=(ip netns exec "$ns")
"${in[@]}" ip link add load0 type veth peer name load1
for i in load0 load1; do
	"${in[@]}" sysctl -qw net.ipv6.conf.$i.disable_ipv6=1
	"${in[@]}" ip link set $i up mtu 9000
done

# started waits for the packet socket of a program, or of its child.
started() {
	for _ in $(seq 100); do
		[ "$(wc -l <"/proc/$1/net/packet")" -gt 1 ] && sleep 0.4 && return
		sleep 0.05
	done
	echo "no capture" >&2
	return 1
}

run() { # TOOL RATE
	local tool=$1 rate=$2 loops pid
	loops=$(((rate * seconds + packets - 1) / packets))
	case $tool in
	tcpdump) "${in[@]}" tcpdump -i load1 -B 32768 -w /dev/null tcp 2>"$work/err" & ;;
	tshark) "${in[@]}" tshark -i load1 -B 32 -f tcp -Y websocket -T fields -e frame.number >"$work/out" 2>"$work/err" & ;;
	wscope) "${in[@]}" bash -c 'time "$0" live -i load1 --buffer 32M --no-screen --interval 1h' "$work/wscope" >"$work/out" 2>"$work/err" & ;;
	esac
	pid=$!
	started $pid
	"${in[@]}" tcpreplay -q -K --loop=$loops --pps="$rate" --limit=$((rate * seconds)) -i load0 "$work/chat.pcap" >"$work/sent" 2>&1 || true
	sleep 1.5
	"${in[@]}" bash -c 'kill -INT $(pgrep -P '$pid' -x wscope || echo '$pid')' 2>/dev/null || kill -INT $pid
	wait $pid || true
	printf '%-8s asked %7d/s  %s  ' "$tool" "$rate" "$(grep -o 'Actual: .*' "$work/sent" | sed 's/ ([0-9]* bytes)//')"
	case $tool in
	tcpdump) grep -E 'captured|dropped by kernel' "$work/err" | tr '\n' ' ' ;;
	tshark) echo -n "$(wc -l <"$work/out") frames of WebSocket told, "; grep -E 'dropped|captured' "$work/err" | tr '\n' ' ' ;;
	wscope) grep -o '[0-9]* packets analysed' "$work/err" | tr '\n' ' '; grep -oE '[0-9]+ received.*' "$work/err" | tr '\n' ' '; grep -E '^(user|sys)' "$work/err" | tr '\n\t' '  ' ;;
	esac
	echo
}

for rate in "${rates[@]}"; do
	for tool in tcpdump tshark wscope; do
		run $tool "$rate"
	done
done
