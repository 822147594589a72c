package analyzer

import (
	"context"
	"errors"
	"iter"

	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

// Messages reads captures (files, folders, "-" for standard input) as one and ranges over the
// messages of their WebSockets, payloads included, in the order of the capture:
//
//	for m, err := range analyzer.Messages("capture.pcapng") {
//		if err != nil {
//			log.Fatal(err)
//		}
//		fmt.Println(m.Time.Time(), m.From, m.Type, string(m.Data))
//	}
//
// A message is valid until the next one. What of a capture cannot be read is an error at the
// end, with no message. TLS is opened with the secrets in the captures themselves; Run takes
// options.
func Messages(paths ...string) iter.Seq2[*Message, error] {
	return func(yield func(*Message, error) bool) {
		src, err := capture.Open(paths, capture.Options{})
		if err != nil {
			yield(nil, err)
			return
		}
		defer src.Close()
		s := &ranging{yield: yield}
		// One worker is the calling goroutine, so yield is called from it alone.
		_, err = Run(context.Background(), src, Options{Workers: 1, Messages: true, Payload: true}, s)
		switch {
		case errors.Is(err, errBreak):
		case err != nil:
			yield(nil, err)
		default:
			if list := src.Problems(); len(list) > 0 {
				yield(nil, UnreadError(list))
			}
		}
	}
}

// UnreadError is what of the captures could not be read.
type UnreadError []packet.Problem

// Error is the first problem in one line.
func (e UnreadError) Error() string { return e[0].String() }

// errBreak ends a Run because the loop over Messages was left.
var errBreak = errors.New("the loop was left")

// ranging gives messages to the loop over Messages.
type ranging struct {
	NopSink
	yield func(*Message, error) bool
}

// Message implements Sink.
func (s *ranging) Message(m *Message) error {
	if !s.yield(m, nil) {
		return errBreak
	}
	return nil
}
