package apps

import (
	"encoding/binary"
	"reflect"
	"testing"

	"wscope/analyzer/record"
)

// frame is a frame of AMQP 0-9-1, §4.2.3.
func frame(kind byte, channel uint16, payload string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{kind}, channel)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	return append(append(b, payload...), 0xce)
}

// TestAMQP091 tells a conversation written by the reference's tables.
func TestAMQP091(t *testing.T) {
	c := opened("/", "amqp")
	for _, x := range []struct {
		from string
		data []byte
		want record.App
	}{
		{"client", []byte("AMQP\x00\x00\x09\x01"), record.App{Kind: "protocol header", Gist: "0-9-1"}},
		{"client", frame(1, 1, "\x00\x14\x00\x0a\x00"), record.App{Kind: "method", Name: "channel.open", ID: "1"}},
		{"server", frame(1, 1, "\x00\x14\x00\x0b\x00\x00\x00\x00"), record.App{Kind: "method", Name: "channel.open-ok", ID: "1"}},
		{"client", append(append(frame(1, 1, "\x00\x3c\x00\x28\x00\x00\x04logs\x04info\x00"), frame(2, 1, "\x00\x3c")...), frame(3, 1, "hello")...),
			record.App{Kind: "method", Name: "basic.publish", ID: "1", Topic: "logs info", Gist: "(+2)"}},
		{"server", frame(8, 0, ""), record.App{Kind: "heartbeat"}},
		{"server", frame(1, 1, "\x00\x14\x00\x28\x01\x94\x09NOT_FOUND\x00\x00\x00\x00"),
			record.App{Kind: "method", Name: "channel.close", ID: "1", Error: "404 NOT_FOUND", Gist: "404 NOT_FOUND"}},
		{"client", frame(1, 1, "\x00\x14\x00\x29"), record.App{Kind: "method", Name: "channel.close-ok", ID: "1"}},
	} {
		x.want.Protocol = "amqp"
		got := c.Message(said(x.from, "binary", x.data))
		if got != nil {
			got.After = nil
		}
		if got == nil || !reflect.DeepEqual(*got, x.want) {
			t.Errorf("%q is told as %+v, want %+v", x.data, got, x.want)
		}
	}
	var f record.Flow
	c.Done(&f)
	if s := f.App; s.Version != "0-9-1" || s.Unread != 0 || s.Unanswered != 0 || len(s.Operations) != 2 || s.Messages != 9 {
		t.Errorf("summed up as %+v", s)
	}
}
