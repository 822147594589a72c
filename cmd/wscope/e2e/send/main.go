//go:build linux

// Command send puts the packets of a capture on an interface, over and over, as fast as
// this machine can or at a steady rate, for load.sh. It is faster than tcpreplay, so that
// what is measured is the receiver: packets go to the kernel in a ring of memory that both
// share (PACKET_TX_RING), hundreds with each call, and past the queueing disciplines.
//
//	send -i load0 -rate 500000 -seconds 4 chat.pcap
//
// With -xdp and the other end of a veth pair, which must be in the same network namespace,
// they are sent by a program in the kernel, twice as fast (Linux 5.18 and later).
//
// With -steps it waits for lines on standard input, sends as many packets as each says,
// going on where it was, and answers with a line.
//
// The times in the capture are not looked at. Start reading at ring.go, or at xdp.go.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

func main() {
	name := flag.String("i", "", "`interface` to send on")
	rate := flag.Int("rate", 0, "packets a second; 0 is as many as can be")
	seconds := flag.Float64("seconds", 4, "how long to send, at most")
	peer := flag.String("xdp", "", "send frames of the kernel's, to the other `end` of a veth pair, which is faster")
	count := flag.Int64("count", 0, "packets to send at most; 0 is any number, -1 the capture once")
	steps := flag.Bool("steps", false, "send when standard input says so")
	flag.Parse()
	p := plan{*rate, time.Duration(*seconds * float64(time.Second)), *count}
	if *peer != "" && (*steps || *count != 0) {
		fmt.Fprintln(os.Stderr, "send: -xdp sends for a time, not a number of packets")
		os.Exit(2)
	}
	if err := run(*name, *peer, p, *steps, flag.Args()); err != nil {
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

// due is how many packets are to be sent now, when sent were sent in the time past: at most
// so many as go with a call.
func (p *plan) due(past time.Duration, sent, most int64) int64 {
	if p.rate > 0 {
		most = min(most, int64(past.Seconds()*float64(p.rate))-sent)
	}
	if p.count > 0 {
		most = min(most, p.count-sent)
	}
	return most
}

// rest waits until more may be due. A high rate leaves no time to sleep.
func (p *plan) rest() {
	if p.rate < burst*1000 {
		time.Sleep(time.Millisecond)
	}
}

// run prints how many packets were sent in how many seconds.
func run(name, peer string, p plan, steps bool, files []string) error {
	packets, err := load(files)
	if err != nil {
		return err
	}
	var r sender
	if peer == "" {
		r, err = newRing(name, packets)
	} else {
		r, err = newXDP(name, peer, packets)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer r.close()
	if p.count < 0 {
		p.count = int64(len(packets))
	}
	if !steps {
		return send(r, p)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if p.count, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			return err
		}
		if err := send(r, p); err != nil {
			return err
		}
	}
	return lines.Err()
}

// sender is a way to send.
type sender interface {
	replay(plan) (sent int64, err error)
	close()
}

func send(s sender, p plan) error {
	begin := time.Now()
	sent, err := s.replay(p)
	took := time.Since(begin).Seconds()
	fmt.Printf("%d packets in %.3f seconds: %.0f a second\n", sent, took, float64(sent)/took)
	return err
}

// load reads the packets of captures into memory, one behind the other, where no collection
// of garbage comes between them and the kernel.
func load(files []string) (packets [][]byte, err error) {
	src, err := capture.Open(files, capture.Options{})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	debug.SetGCPercent(-1)
	var b packet.Batch
	var room []byte
	for {
		err := src.Read(&b)
		for i := range b.Packets {
			if p := b.Packets[i].Data; len(p) <= frameSize-dataOffset-vnetHeader {
				if len(p) > cap(room)-len(room) {
					room = make([]byte, 0, 1<<22)
				}
				begin := len(room)
				room = append(room, p...)
				packets = append(packets, room[begin:len(room):len(room)])
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
