# Two stages: build with libpcap, run with little more than it. The user is not root; for
# live capture give it one capability (the version comes in as --build-arg VERSION="$(cmd/dist/version)"):
#	docker run --rm --network host --cap-drop ALL --cap-add NET_RAW IMAGE live -i eth0
FROM golang:1.26-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends libpcap-dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
RUN go build -buildvcs=false -trimpath -ldflags="-s -w -X main.stamped=$VERSION" -tags libpcap -o /out/ ./cmd/wscope ./cmd/wscope-broker

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpcap0.8 libcap2-bin && rm -rf /var/lib/apt/lists/* \
 && useradd --system --no-create-home wscope
COPY --from=build /out/ /usr/local/bin/
# live takes it where the container has NET_RAW. Not +ep: that would not run at all where it has not, and wscope reads files there.
RUN setcap cap_net_raw+p /usr/local/bin/wscope
USER wscope
WORKDIR /data
ENTRYPOINT ["wscope"]
