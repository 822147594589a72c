package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wscope/analyzer/fleet/broker"
)

// init makes the test's own program the broker where it is run by that name.
func init() {
	if filepath.Base(os.Args[0]) != brokerProgram {
		return
	}
	if err := broker.Run(context.Background(), os.Args[1], os.Args[2], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(0)
}

// TestCollectServesABroker: collect --serve starts the program wscope-broker and collects from it; it says what is
// wrong where there is none, or where that cannot serve; and the broker ends with it.
func TestCollectServesABroker(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	var stderr bytes.Buffer
	if status := run(t.Context(), []string{"collect", "--serve", "127.0.0.1:0", "-o", t.TempDir()}, nil, &stderr, &stderr); status != exitTrouble ||
		!strings.Contains(stderr.String(), "nats-server -js") {
		t.Fatalf("without the program: status %d, %s", status, &stderr)
	}
	self, err := os.Executable()
	must(t, err)
	must(t, os.Symlink(self, filepath.Join(bin, brokerProgram)))
	stderr.Reset()
	if status := run(t.Context(), []string{"collect", "--serve", "127.0.0.1:no", "-o", t.TempDir()}, nil, &stderr, &stderr); status != exitTrouble ||
		!strings.Contains(stderr.String(), "no port") {
		t.Fatalf("without a port: status %d, %s", status, &stderr)
	}
	url, stop, err := startBroker("127.0.0.1:0", t.TempDir())
	must(t, err)
	carry(t, url, nil)
	stop()
	_, stop, err = startBroker(strings.TrimPrefix(url, "nats://"), t.TempDir())
	if err != nil {
		t.Fatalf("the address is still taken: %v", err)
	}
	stop()
}
