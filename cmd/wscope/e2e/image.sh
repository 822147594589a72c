#!/usr/bin/env bash
# Builds the image of the Dockerfile and runs it, where there is no docker engine and no
# registry of images: the base images are made here of Debian's packages and this machine's
# Go, and buildah and podman do what docker would.
#
#   cmd/wscope/e2e/image.sh     as root, on Debian, with buildah, podman, runc, debootstrap
#
# Shown is that every line of the Dockerfile runs, that the image reads a capture with no
# capability at all, and that live, with --cap-drop ALL --cap-add NET_RAW, captures on a
# veth pair of a network namespace of its own, as the image's user.
set -euo pipefail
here=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
ns=wscopeimage$$
store=(--root "$work/store" --runroot "$work/run" --storage-driver overlay)
cleanup() {
	podman "${store[@]}" rm -af >/dev/null 2>&1 || true
	ip netns del "$ns" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
say() { printf '\n== %s\n' "$*"; }

# base NAME FOLDER SETTING…: a folder as an image.
base() {
	local name=$1 folder=$2 c
	shift 2
	c=$(buildah "${store[@]}" from scratch)
	buildah "${store[@]}" add -q "$c" "$folder" / >/dev/null
	buildah "${store[@]}" config "$@" "$c"
	buildah "${store[@]}" commit -q "$c" "$name" >/dev/null
	buildah "${store[@]}" rm "$c" >/dev/null
}

say "base images of $(. /etc/os-release && echo "$PRETTY_NAME")"
debootstrap --variant=minbase bookworm "$work/slim" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$work/log" || { tail "$work/log"; exit 1; }
base localhost/debian:bookworm-slim "$work/slim" --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cp -a "$work/slim" "$work/golang"
chroot "$work/golang" sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates git gcc g++ libc6-dev make pkg-config' >"$work/log" 2>&1 ||
	{ tail "$work/log"; exit 1; }
cp -L /etc/ssl/certs/ca-certificates.crt "$work/golang/etc/ssl/certs/" # whom this machine trusts
cp -a "$(go env GOROOT)" "$work/golang/usr/local/go"
base localhost/golang:1.26-bookworm "$work/golang" --env GOTOOLCHAIN=local --env GOPATH=/go \
	--env PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
rm -rf "$work/slim" "$work/golang"

say "the Dockerfile"
git -C "$here" archive --prefix=src/ HEAD | tar -x -C "$work"
buildah "${store[@]}" build --isolation chroot --pull-never -t wscope "$work/src"
buildah "${store[@]}" images wscope

# Limits that also a machine lets set where root is not all-powerful.
run=(podman "${store[@]}" --runtime runc --cgroup-manager cgroupfs run --rm --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --pull never)
say "reading a capture with --cap-drop ALL"
"${run[@]}" --network none --cap-drop ALL --read-only -v "$here/testdata:/data:ro" wscope /data/demo.pcapng | tail -n 12

say "live with --cap-drop ALL --cap-add NET_RAW"
ip netns add "$ns"
ip -n "$ns" link add there type veth peer name here
for i in here there; do ip -n "$ns" link set $i up; done
go build -C "$here" -buildvcs=false -o "$work/gen" ./cmd/wscope-gen
go build -C "$here" -buildvcs=false -o "$work/send" ./cmd/wscope/e2e/send
"$work/gen" -conns 100 -at-once 10 -messages 20 -o "$work/chat.pcap"
"${run[@]}" --name live --network "ns:/run/netns/$ns" --cap-drop ALL --cap-add NET_RAW wscope live -i there --no-screen >"$work/live" 2>"$work/said" &
for _ in $(seq 200); do grep -q 'capturing on' "$work/said" && break; sleep 0.1; done
cat "$work/said"
pid=$(podman "${store[@]}" inspect -f '{{.State.Pid}}' live)
grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs)' "/proc/$pid/status"
ip netns exec "$ns" "$work/send" -i here -rate 10000 -count -1 "$work/chat.pcap"
sleep 2
podman "${store[@]}" kill -s TERM live >/dev/null
wait $! && echo "status 0" || echo "status $?"
tail -n 1 "$work/said"
closed=$(grep -c '"event":"close"' "$work/live")
echo "$closed flows of 100"
[ "$closed" = 100 ]
