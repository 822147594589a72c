#!/usr/bin/env bash
# Up to which rate do wscope live, tcpdump -w /dev/null and tshark lose nothing? The same
# packets pass a veth pair at rising rates, for each tool in turn, with the same filter and
# the same buffer of the kernel (32 MiB).
#
#   cmd/wscope/e2e/load.sh [SECONDS] [TRIES]     as root, on Linux, with tcpdump and tshark
#
# Where wscope loses nothing at max the sender is what is measured. What a tool could do is
# then in the processor time that it took (of tshark without its dumpcap, a process apart).
#
# A rate is held if in one of the tries nothing was lost: no packet that was sent is
# missing, neither dropped by the kernel nor shed, nor (for tshark, which puts packets into
# a file first) untold a second after the last one was sent. A tool that does not hold a
# rate is not asked for a higher one. The last rate, max, is what the sender can do.
#
# Sender and receiver have processors of their own and go before all else on the machine
# for these seconds (SCHED_RR), so that its other work is not what is measured.
set -euo pipefail
seconds=${1:-5}
tries=${2:-3}
here=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
ns=wscopeload$$
receiver=
cleanup() {
	[ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true
	ip netns del "$ns" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
[ "$(nproc)" -ge 2 ] || { echo "load.sh needs two processors: a sender and a receiver" >&2; exit 2; }

cd "$here"
go build -buildvcs=false -tags libpcap -o "$work/wscope" ./cmd/wscope
go build -buildvcs=false -o "$work/gen" ./cmd/wscope-gen
go build -buildvcs=false -o "$work/send" ./cmd/wscope/e2e/send
# Chat of 200-byte messages on 2,000 connections, 200 of them open at once, 300 messages
# each: 820,000 packets. When they are through, send begins again with other addresses.
"$work/gen" -kind text -size 200 -conns 2000 -at-once 200 -messages 300 -o "$work/chat.pcap"

ip netns add "$ns"
in=(ip netns exec "$ns")
"${in[@]}" ip link add load0 type veth peer name load1
for i in load0 load1; do
	"${in[@]}" sysctl -qw net.ipv6.conf.$i.disable_ipv6=1
	"${in[@]}" ip link set $i up
done
first=(taskset -c 0 chrt -r 50)
others=(taskset -c 1-$(($(nproc) - 1)) chrt -r 40)
send=("${in[@]}" "${first[@]}" "$work/send" -i load0)
if "${send[@]}" -xdp load1 -rate 1000 -seconds 0.1 "$work/chat.pcap" >/dev/null; then
	send+=(-xdp load1)
else
	echo "going on with the slower way to send" >&2
fi

# started waits for the packet socket of a program, or of its child.
started() {
	for _ in $(seq 100); do
		[ "$(wc -l <"/proc/$1/net/packet")" -gt 1 ] && sleep 0.5 && return
		sleep 0.05
	done
	echo "no capture" >&2
	return 1
}

count() { grep -oE "[0-9]+ $1" "$work/err" | awk '{n += $1} END {print n + 0}'; }

# run TOOL RATE: a line of what was sent and had, and status 0 if nothing was lost.
run() {
	local tool=$1 rate=$2 sent had lost=0 begin cpu
	case $tool in
	tcpdump) "${in[@]}" "${others[@]}" tcpdump -i load1 -B 32768 -w /dev/null tcp 2>"$work/err" & ;;
	tshark) "${in[@]}" "${others[@]}" tshark -l -i load1 -B 32 -f tcp -Y websocket -T fields -e websocket.opcode >"$work/out" 2>"$work/err" & ;;
	wscope) "${in[@]}" "${others[@]}" "$work/wscope" live -i load1 --buffer 32M --no-screen -o "$work/out" 2>"$work/err" & ;;
	esac
	receiver=$!
	: >"$work/out"
	started $receiver
	"${send[@]}" -rate "$rate" -seconds "$seconds" "$work/chat.pcap" >"$work/sent"
	sleep 1
	had=$(wc -l <"$work/out")
	cpu=$(awk '{printf "%.2f", ($14 + $15 + $16 + $17) / 100}' /proc/$receiver/stat)
	kill -INT $receiver
	wait $receiver || true
	receiver=
	read -r sent _ <"$work/sent"
	effort=$(awk -v n="$sent" -v s="$cpu" 'BEGIN {printf "%d", n / (s > 0 ? s : 0.01)}')
	case $tool in
	tcpdump) had=$(count 'packets captured') ;;
	wscope) had=$(count 'packets analysed') ;;
	tshark) # what it would tell of the packets that were sent, had it the time
		tcpdump -r "$work/chat.pcap" -c "$sent" -w "$work/part.pcap" 2>/dev/null
		sent=$(tshark -r "$work/part.pcap" -Y websocket -T fields -e websocket.opcode 2>/dev/null | wc -l) ;;
	esac
	[ "$had" -ge "$sent" ] || lost=$((sent - had))
	printf '%-8s %s, lost %d of %d, %s s of processor time\n' "$tool" "$(cut -d' ' -f6- "$work/sent")" "$lost" "$sent" "$cpu"
	reached=$(awk '{print $6}' "$work/sent")
	[ "$lost" = 0 ]
}

declare -A best economy # the highest rate held, and packets a second of processor time at it
climb() { # TOOLS RATE…: raises the rate for each tool that held the one before
	local tools=$1 rate tool try held
	shift
	for rate; do
		for tool in $tools; do
			held=
			for try in $(seq "$tries"); do
				if run "$tool" "$rate"; then
					held=1
					[ "$reached" -le "${best[$tool]:-0}" ] || { best[$tool]=$reached economy[$tool]=$effort; }
					break
				fi
			done
			[ -n "$held" ] || tools=${tools/$tool/}
		done
	done
}

climb tshark 2000 5000 10000 15000 20000 25000 30000 35000 40000 45000 50000 60000
climb "tcpdump wscope" 200000 400000 600000 700000 800000 900000 1000000 1100000 1200000 1300000
for _ in $(seq "$tries"); do climb "tcpdump wscope" 0; done
echo
for tool in tcpdump tshark wscope; do
	echo "$tool: nothing lost up to ${best[$tool]:-0} packets a second; ${economy[$tool]:-0} a second of its processor time"
done
awk -v w="${best[wscope]:-0}" -v d="${best[tcpdump]:-1}" -v s="${best[tshark]:-1}" \
	'BEGIN {printf "wscope: %.0f %% of tcpdump, %.1f times tshark\n", 100 * w / d, w / s}'
awk -v w="${economy[wscope]:-0}" -v s="${economy[tshark]:-1}" 'BEGIN {printf "by processor time: %.1f times tshark\n", w / s}'
