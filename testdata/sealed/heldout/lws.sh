#!/bin/sh
# lws.sh PORT COUNT: clients of libwebsockets, of its counting and its mirroring protocol
for i in $(seq "$2"); do timeout $((2 + i % 3)) libwebsockets-test-client --ssl --port="$1" localhost >/dev/null 2>&1 & done
wait
