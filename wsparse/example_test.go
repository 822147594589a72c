package wsparse_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"wscope/wsparse"
)

// The masked "Hello" of RFC 6455 §5.7, and a fragmented "Hello" with a Ping inside.
const (
	single     = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
	fragmented = "\x01\x03Hel\x89\x00\x80\x02lo"
)

// A slice that holds a message.
func ExampleParseMessage() {
	m, rest, err := wsparse.ParseMessage([]byte(single))
	fmt.Println(m.InitialFrame.Opcode, m.InitialFrame.LenPayload, string(m.InitialFrame.Payload), len(rest), err)
	// Output: text 5 Hello 0 <nil>
}

// A reader from which messages come.
func ExampleReadMessage() {
	r := bufio.NewReader(strings.NewReader(fragmented + single))
	for {
		m, err := wsparse.ReadMessage(r, 0)
		if err == io.EOF {
			break
		}
		fmt.Printf("%s in %d frames, %d between\n", m.Data(), 1+len(m.TrailingFrames), len(m.Between))
	}
	// Output:
	// Hello in 2 frames, 1 between
	// Hello in 1 frames, 0 between
}

// Bytes as they come, cut anywhere.
func ExampleStream() {
	s := wsparse.NewStream(wsparse.StreamConfig{From: wsparse.FromServer, Collect: true})
	var ev wsparse.Event
	for _, piece := range []string{fragmented[:4], fragmented[4:] + single[:1], single[1:]} {
		s.Feed([]byte(piece))
		for s.Next(&ev) {
			switch ev.Kind {
			case wsparse.MessageDone:
				fmt.Printf("%v %q\n", ev.Message.Opcode, ev.Message.Data)
			case wsparse.Violation:
				fmt.Println(ev.Finding.Rule.ID, "at", ev.Finding.Offset)
			}
		}
	}
	// Output:
	// ping ""
	// text "Hello"
	// server-frame-masked at 12
	// text "Hello"
}

// A handshake, judged.
func ExampleHandshake() {
	request, _ := wsparse.ParseRequest([]byte("GET /chat HTTP/1.1\r\nHost: server.example.com\r\n" +
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
		"Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n\r\n"))
	response, _ := wsparse.ParseResponse([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
		"Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
		"Sec-WebSocket-Protocol: mqtt\r\n\r\n"))
	h := wsparse.JudgeRequest(request)
	h.Answer(response)
	fmt.Println(h.Result, h.AcceptValid)
	for _, f := range h.Findings {
		fmt.Println(f.From, f.Rule.ID, f.Detail)
	}
	// Output:
	// invalid true
	// server subprotocol-not-offered mqtt
}
