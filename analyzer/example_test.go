package analyzer_test

import (
	"context"
	"fmt"
	"log"
	"strconv"

	"wscope/analyzer"
	"wscope/assembly/capture"
)

// A short program reads a capture and ranges over its messages.
func ExampleMessages() {
	for m, err := range analyzer.Messages("../testdata/peers/plain/ws-subprotocol.pcap") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Time.Time().Format("15:04:05.000"), m.From, m.Type, strconv.Quote(string(m.Data)))
		if m.Message == 2 {
			break
		}
	}
	// Output:
	// 19:48:20.541 client text "20: the quick brown "
	// 19:48:20.544 server text "20: the quick brown "
}

// ends prints how flows ended; NopSink takes the records of which it wants none.
type ends struct{ analyzer.NopSink }

func (ends) FlowEnded(f *analyzer.Flow) error {
	fmt.Println(f.Flow, f.Duration.Duration(), f.Close.How)
	return nil
}

// Run gives all records of a capture to a Sink.
func ExampleRun() {
	src, err := capture.Open([]string{"../testdata/peers/plain/ws-echo.pcap"}, capture.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer src.Close()
	sum, err := analyzer.Run(context.Background(), src, analyzer.Options{}, ends{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sum.Flows, "flows")
	// Output:
	// 1 75.07ms handshake
	// 1 flows
}
