//go:build linux

// Command send puts the packets of a capture on an interface, over and over, as fast as
// this machine can or at a steady rate, for load.sh. It is faster than tcpreplay, so that
// what is measured is the receiver: packets go to the kernel in a ring of memory that both
// share (PACKET_TX_RING), hundreds with each call, and past the queueing disciplines.
//
//	send -i load0 -rate 500000 -seconds 4 chat.pcap
//
// With -steps it waits for lines on standard input, sends as many packets as each says,
// going on where it was, and answers with a line.
//
// The times in the capture are not looked at. Start reading at ring.go.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"wscope/assembly/capture"
)

func main() {
	name := flag.String("i", "", "`interface` to send on")
	rate := flag.Int("rate", 0, "packets a second; 0 is as many as can be")
	seconds := flag.Float64("seconds", 4, "how long to send, at most")
	count := flag.Int64("count", 0, "packets to send at most; 0 is any number, -1 the capture once")
	steps := flag.Bool("steps", false, "send when standard input says so")
	flag.Parse()
	p := plan{*rate, time.Duration(*seconds * float64(time.Second)), *count}
	if err := run(*name, p, *steps, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "send:", err)
		os.Exit(2)
	}
}

// plan is what is to be sent.
type plan struct {
	rate  int           // packets a second; 0 is as many as can be
	long  time.Duration // at most
	count int64         // packets at most; 0 is any number, negative each once
}

// run prints how many packets were sent in how many seconds.
func run(name string, p plan, steps bool, files []string) error {
	packets, err := load(files)
	if err != nil {
		return err
	}
	r, err := newRing(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer r.close()
	if p.count < 0 {
		p.count = int64(len(packets))
	}
	if !steps {
		return r.send(packets, p)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if p.count, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			return err
		}
		if err := r.send(packets, p); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (r *ring) send(packets [][]byte, p plan) error {
	begin := time.Now()
	sent, err := r.replay(packets, p)
	took := time.Since(begin).Seconds()
	fmt.Printf("%d packets in %.3f seconds: %.0f a second\n", sent, took, float64(sent)/took)
	return err
}

// load reads the packets of captures into memory.
func load(files []string) (packets [][]byte, err error) {
	src, err := capture.Open(files, capture.Options{})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var b capture.Batch
	for {
		err := src.Read(&b)
		for i := range b.Packets {
			if p := b.Packets[i].Data; len(p) <= frameSize-dataOffset {
				packets = append(packets, append([]byte(nil), p...))
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if len(packets) == 0 {
		return nil, errors.New("no packets to send")
	}
	return packets, nil
}
