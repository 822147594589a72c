package main

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"syscall"
	"time"

	"github.com/klauspost/compress/flate"

	"wscope/wsparse/inflate"
)

// saying is a compressed message.
type saying struct {
	sender  int64
	payload []byte
}

// inflated collects the compressed messages of a capture, and then does nothing but inflate them,
// in the order of the capture and with the history of their senders, on two threads that
// share the senders. It prints the seconds of wall and of processor time that this took.
// library says by which inflater.
func inflated(library, path string) error {
	var lists [2][]saying
	count := &counter{compressed: func(sender int64, payload []byte) {
		list := &lists[sender/2%2]
		*list = append(*list, saying{sender, bytes.Clone(payload)})
	}}
	if err := count.read(path); err != nil {
		return err
	}
	all := map[string]func([]saying) error{"wscope": byOurs, "klauspost": byKlauspost}[library]
	if all == nil {
		return fmt.Errorf("unknown inflater %q", library)
	}
	var errs [2]error
	var threads sync.WaitGroup
	before, start := processor(), time.Now()
	for i, list := range lists {
		threads.Go(func() { errs[i] = all(list) })
	}
	threads.Wait()
	fmt.Println(time.Since(start).Seconds(), (processor() - before).Seconds())
	if errs[0] != nil {
		return errs[0]
	}
	return errs[1]
}

// processor is the processor time that the program took so far.
func processor() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func byOurs(list []saying) error {
	senders := map[int64]*inflate.Inflater{}
	var out []byte
	for _, m := range list {
		f := senders[m.sender]
		if f == nil {
			f = inflate.New()
			senders[m.sender] = f
		}
		var err error
		if out, err = f.Message(out[:0], m.payload, 1<<30); err != nil {
			return err
		}
	}
	return nil
}

// byKlauspost is what one does with a library that was not made for this: a reader a
// sender, begun anew at each message with the last 32 KiB as its dictionary.
func byKlauspost(list []saying) error {
	type reader struct {
		flate   io.ReadCloser
		history []byte
	}
	senders := map[int64]*reader{}
	var input bytes.Buffer
	for _, m := range list {
		r := senders[m.sender]
		if r == nil {
			r = &reader{flate: flate.NewReader(nil), history: make([]byte, 0, 1<<16)}
			senders[m.sender] = r
		}
		input.Reset()
		input.Write(m.payload)
		input.WriteString("\x00\x00\xff\xff\x01\x00\x00\xff\xff") // the bytes left out, and a last block
		if n := len(r.history); n > 1<<15 {
			r.history = r.history[:copy(r.history, r.history[n-1<<15:])]
		}
		if err := r.flate.(flate.Resetter).Reset(&input, r.history); err != nil {
			return err
		}
		for {
			if cap(r.history)-len(r.history) < 512 {
				r.history = append(r.history, make([]byte, 4096)...)[:len(r.history)]
			}
			n, err := r.flate.Read(r.history[len(r.history):cap(r.history)])
			r.history = r.history[:len(r.history)+n]
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
