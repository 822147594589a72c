# make demo and make test are all that a fresh machine with Go, git and make needs.

GO ?= go
export GOFLAGS += -buildvcs=false

# Live capture needs libpcap's headers. Where they are missing and may be installed
# (root on a Debian machine), "make setup" installs them; else wscope is built without.
TAGS := $(shell test -e /usr/include/pcap/pcap.h -o -e /usr/local/include/pcap/pcap.h && command -v cc >/dev/null 2>&1 && echo libpcap)

VERSION := $(shell sh cmd/dist/version 2>/dev/null)

.PHONY: demo test build setup bench fuzz lint generate module dist

demo: setup ## set everything up and see the main job
	@$(MAKE) --no-print-directory build
	./bin/wscope testdata/demo.pcapng

bench: build ## measure beside tshark, tcpflow and a plain Go program: make bench BENCH='-size 1G -runs 5'
	$(GO) build -o bin/ ./cmd/wscope-gen
	cd cmd/wscope-bench && $(GO) build -o ../../bin/wscope-bench .
	./bin/wscope-bench $(BENCH)

test: ## run the tests
	$(GO) test ./...

generate: ## renew all that is made from the code: the field table, JSON Schemas, tables in documents, goldens
	$(GO) generate ./analyzer/record
	$(GO) test ./wsparse ./analyzer/record ./analyzer/report ./analyzer/rules ./cmd/wscope/screen -update
	$(GO) test ./cmd/wscope -run Script -update

# The new module path may be given as PATH, which make would pass on to the shell.
ifeq ($(origin PATH),command line)
MODULE := $(PATH)
override PATH := $(shell /bin/sh -c 'PATH=/usr/bin:/bin; getconf PATH')
endif

module: ## rename the module throughout: make module PATH=example.org/wscope
	@/bin/sh cmd/rename-module.sh '$(MODULE)'

build:
	@mkdir -p bin
	$(GO) build -tags '$(TAGS)' -ldflags='-w -X main.stamped=$(VERSION)' -o bin/ ./cmd/wscope ./cmd/wscope-broker
	@if [ "$$(uname)" = Linux ] && command -v cc >/dev/null 2>&1; then \
		cc -O2 -Wall -fPIC -shared -o bin/wscope-keylog.so cmd/wscope/keys/preload/keylog.c -ldl -lpthread; \
	else echo 'built without wscope-keylog.so, which gets the TLS keys of OpenSSL programs: it needs Linux and a C compiler'; fi
	@test -n '$(TAGS)' || echo 'built without live capture: the headers of libpcap (Debian: libpcap-dev) or a C compiler are missing'

dist: ## build what is released into dist: packages, tarballs, formulae, sums, SBOM
	cmd/dist/build dist

setup:
	@if [ -e /usr/include/pcap/pcap.h ] || [ -e /usr/local/include/pcap/pcap.h ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo 'installing the headers of libpcap (libpcap-dev) for live capture'; \
		apt-get update -qq && apt-get install -y -qq libpcap-dev gcc libc6-dev >/dev/null || echo 'could not: going on without live capture'; \
	else echo 'no headers of libpcap, and they may not be installed by this user: going on without live capture'; fi
