// Command wscope-broker is the NATS broker that wscope collect --serve starts.
//
// It is a program of its own so that wscope itself does not carry a NATS server: most users never start one.
// It serves until its standard input ends, so it never outlives the wscope that started it. By hand, nats-server -js
// does the same and can do far more.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"wscope/analyzer/fleet/broker"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: wscope-broker ADDR FOLDER   (started by wscope collect --serve; serves until standard input ends)")
		os.Exit(2)
	}
	// An interrupt from the terminal reaches wscope too, which still needs the broker to finish its work.
	signal.Ignore(os.Interrupt)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := broker.Run(ctx, os.Args[1], os.Args[2], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
