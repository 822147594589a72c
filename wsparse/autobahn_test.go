package wsparse

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// autobahn has the case groups of the Autobahn test suite, with vectors of our own: what
// a sender sends, the messages that come out, and the rules that it breaks.
var autobahn = []struct {
	group, name string
	cfg         StreamConfig
	data        [][]byte
	messages    []string // opcode and data
	rules       []string
}{
	{"1.1 text messages", "empty", client, [][]byte{frame(Text, true, 1, "")}, []string{"text "}, nil},
	{"1.1 text messages", "125", client, [][]byte{frame(Text, true, 1, repeat(125))}, []string{"text " + repeat(125)}, nil},
	{"1.1 text messages", "126", client, [][]byte{frame(Text, true, 1, repeat(126))}, []string{"text " + repeat(126)}, nil},
	{"1.1 text messages", "65535", client, [][]byte{frame(Text, true, 1, repeat(65535))}, []string{"text " + repeat(65535)}, nil},
	{"1.1 text messages", "65536", client, [][]byte{frame(Text, true, 1, repeat(65536))}, []string{"text " + repeat(65536)}, nil},
	{"1.2 binary messages", "empty", client, [][]byte{frame(Binary, true, 1, "")}, []string{"binary "}, nil},
	{"1.2 binary messages", "127", client, [][]byte{frame(Binary, true, 1, strings.Repeat("\xfe", 127))}, []string{"binary " + strings.Repeat("\xfe", 127)}, nil},
	{"1.2 binary messages", "65536", client, [][]byte{frame(Binary, true, 1, strings.Repeat("\xfe", 65536))}, []string{"binary " + strings.Repeat("\xfe", 65536)}, nil},

	{"2 pings and pongs", "empty ping", client, [][]byte{frame(Ping, true, 1, "")}, []string{"ping "}, nil},
	{"2 pings and pongs", "binary ping", client, [][]byte{frame(Ping, true, 1, "\x00\xff\xfe")}, []string{"ping \x00\xff\xfe"}, nil},
	{"2 pings and pongs", "ping of 125", client, [][]byte{frame(Ping, true, 1, repeat(125))}, []string{"ping " + repeat(125)}, nil},
	{"2 pings and pongs", "ping of 126", client, [][]byte{frame(Ping, true, 1, repeat(126))}, []string{"ping " + repeat(126)}, []string{"control-frame-too-long"}},
	{"2 pings and pongs", "unsolicited pong, then ping", client, [][]byte{frame(Pong, true, 1, "a"), frame(Ping, true, 4, "b")}, []string{"pong a", "ping b"}, nil},

	{"3 reserved bits", "RSV1", server, [][]byte{raw(Header{Finished: true, Reserved: 4, Opcode: Text, LenPayloadPrimary: 1}, "a")}, []string{"text a"}, []string{"reserved-bits"}},
	{"3 reserved bits", "RSV2 on the second of three", server, [][]byte{frame(Text, true, 0, "a"), raw(Header{Finished: true, Reserved: 2, Opcode: Text, LenPayloadPrimary: 1}, "b"), frame(Ping, true, 0, "c")}, []string{"text a", "text b", "ping c"}, []string{"reserved-bits"}},
	{"3 reserved bits", "all on a ping", server, [][]byte{raw(Header{Finished: true, Reserved: 7, Opcode: Ping}, "")}, []string{"ping "}, []string{"reserved-bits"}},
	{"3 reserved bits", "all on a close", server, [][]byte{raw(Header{Finished: true, Reserved: 7, Opcode: Close}, "")}, []string{"close "}, []string{"reserved-bits"}},

	{"4.1 reserved data opcodes", "3 to 7", server, [][]byte{frame(3, true, 0, ""), frame(4, true, 0, "a"), frame(5, true, 0, ""), frame(6, true, 0, ""), frame(7, true, 0, "")},
		[]string{"reserved_3 ", "reserved_4 a", "reserved_5 ", "reserved_6 ", "reserved_7 "}, slices.Repeat([]string{"reserved-opcode"}, 5)},
	{"4.2 reserved control opcodes", "11 to 15", server, [][]byte{frame(11, true, 0, ""), frame(12, true, 0, "a"), frame(13, true, 0, ""), frame(14, true, 0, ""), frame(15, true, 0, "")},
		[]string{"reserved_control_b ", "reserved_control_c a", "reserved_control_d ", "reserved_control_e ", "reserved_control_f "}, slices.Repeat([]string{"reserved-opcode"}, 5)},

	{"5 fragmentation", "ping in fragments", server, [][]byte{frame(Ping, false, 0, "a"), frame(Continuation, true, 0, "b")}, []string{"ping a", "continuation b"}, []string{"control-frame-fragmented", "continuation-without-start"}},
	{"5 fragmentation", "pong in fragments", server, [][]byte{frame(Pong, false, 0, "a"), frame(Continuation, true, 0, "b")}, []string{"pong a", "continuation b"}, []string{"control-frame-fragmented", "continuation-without-start"}},
	{"5 fragmentation", "text in two", server, [][]byte{frame(Text, false, 0, "a"), frame(Continuation, true, 0, "b")}, []string{"text ab"}, nil},
	{"5 fragmentation", "text in two, ping between", server, [][]byte{frame(Text, false, 0, "a"), frame(Ping, true, 0, "p"), frame(Continuation, true, 0, "b")}, []string{"ping p", "text ab"}, nil},
	{"5 fragmentation", "continuation first", server, [][]byte{frame(Continuation, true, 0, "a"), frame(Text, true, 0, "b")}, []string{"continuation a", "text b"}, []string{"continuation-without-start"}},
	{"5 fragmentation", "unfinished continuation first", server, [][]byte{frame(Continuation, false, 0, "a"), frame(Text, true, 0, "b")}, []string{"continuation a", "text b"}, []string{"continuation-without-start", "data-inside-message"}},
	{"5 fragmentation", "text inside text", server, [][]byte{frame(Text, false, 0, "a"), frame(Text, true, 0, "b")}, []string{"text a", "text b"}, []string{"data-inside-message"}},
	{"5 fragmentation", "five fragments, pings between", server, [][]byte{frame(Text, false, 0, "1"), frame(Continuation, false, 0, "2"), frame(Ping, true, 0, "p"), frame(Continuation, false, 0, "3"), frame(Continuation, false, 0, "4"), frame(Ping, true, 0, "q"), frame(Continuation, true, 0, "5")}, []string{"ping p", "ping q", "text 12345"}, nil},

	{"6 UTF-8", "in fragments cut inside characters", server, [][]byte{frame(Text, false, 0, "\xce\xba\xe1\xbd"), frame(Continuation, false, 0, "\xb9\xcf"), frame(Continuation, true, 0, "\x83")}, []string{"text \xce\xba\xe1\xbd\xb9\xcf\x83"}, nil},
	{"6 UTF-8", "invalid in the second fragment", server, [][]byte{frame(Text, false, 0, "ok"), frame(Continuation, false, 0, "\xf4\x90"), frame(Continuation, true, 0, "\x80\x80")}, []string{"text ok\xf4\x90\x80\x80"}, []string{"text-not-utf8"}},
	{"6 UTF-8", "lone continuation", server, [][]byte{frame(Text, true, 0, "\x80")}, []string{"text \x80"}, []string{"text-not-utf8"}},
	{"6 UTF-8", "overlong slash", server, [][]byte{frame(Text, true, 0, "\xc0\xaf")}, []string{"text \xc0\xaf"}, []string{"text-not-utf8"}},
	{"6 UTF-8", "overlong in three", server, [][]byte{frame(Text, true, 0, "\xe0\x80\xaf")}, []string{"text \xe0\x80\xaf"}, []string{"text-not-utf8"}},
	{"6 UTF-8", "surrogate", server, [][]byte{frame(Text, true, 0, "\xed\xa0\x80")}, []string{"text \xed\xa0\x80"}, []string{"text-not-utf8"}},
	{"6 UTF-8", "impossible bytes", server, [][]byte{frame(Text, true, 0, "\xfe")}, []string{"text \xfe"}, []string{"text-not-utf8"}},
	{"6 UTF-8", "noncharacters are allowed", server, [][]byte{frame(Text, true, 0, "\xef\xbf\xbe\xf4\x8f\xbf\xbf")}, []string{"text \xef\xbf\xbe\xf4\x8f\xbf\xbf"}, nil},

	{"7.1 close", "text after close", server, [][]byte{closing(""), frame(Text, true, 0, "a")}, []string{"close ", "text a"}, []string{"data-after-close"}},
	{"7.1 close", "ping after close", server, [][]byte{closing(""), frame(Ping, true, 0, "a")}, []string{"close ", "ping a"}, nil},
	{"7.1 close", "two closes", server, [][]byte{closing(""), closing("")}, []string{"close ", "close "}, []string{"close-repeated"}},
	{"7.1 close", "inside a message", server, [][]byte{frame(Text, false, 0, "a"), closing(""), frame(Continuation, true, 0, "b")}, []string{"close ", "text ab"}, []string{"data-after-close"}},
	{"7.3 close payload", "one byte", server, [][]byte{closing("a")}, []string{"close a"}, []string{"close-payload-one-byte"}},
	{"7.3 close payload", "123 bytes of reason", server, [][]byte{closing("\x03\xe8" + repeat(123))}, []string{"close \x03\xe8" + repeat(123)}, nil},
	{"7.3 close payload", "124 bytes of reason", server, [][]byte{closing("\x03\xe8" + repeat(124))}, []string{"close \x03\xe8" + repeat(124)}, []string{"control-frame-too-long"}},
	{"7.5 close reason", "invalid UTF-8", server, [][]byte{closing("\x03\xe8\xce\xba\xed\xa0")}, []string{"close \x03\xe8\xce\xba\xed\xa0"}, []string{"close-reason-not-utf8"}},

	{"9 limits", "1 MiB in one frame", client, [][]byte{frame(Binary, true, 1, repeat(1<<20))}, []string{"binary " + repeat(1<<20)}, nil},
	{"9 limits", "64 KiB in fragments of 64", server, fragments(65536, 64), []string{"text " + repeat(65536)}, nil},

	{"10 masks and auto-fragmentation", "65536 in fragments of 1300", server, fragments(65536, 1300), []string{"text " + repeat(65536)}, nil},

	{"12 compression", "takeover", serverDeflate, [][]byte{deflated(true, repeat(100), repeat(100), "")}, []string{"text " + repeat(100), "text " + repeat(100), "text "}, nil},
	{"12 compression", "128 KiB", serverDeflate, [][]byte{deflated(true, noise(1<<17))}, []string{"text " + noise(1<<17)}, nil},
	{"13 parameters", "no takeover", noTakeover, [][]byte{deflated(false, "abcabc", "abcabc")}, []string{"text abcabc", "text abcabc"}, nil},
	{"13 parameters", "a window of 9 bits", narrow, [][]byte{deflated(true, noise(500))}, []string{"text " + noise(500)}, nil},
}

// fragments is a text of total bytes in fragments of each.
func fragments(total, each int) (all [][]byte) {
	op := Text
	for ; total > each; total -= each {
		all = append(all, frame(op, false, 0, repeat(each)))
		op = Continuation
	}
	return append(all, frame(op, true, 0, repeat(total)))
}

func TestAutobahnGroups(t *testing.T) {
	for code := range 6000 {
		var want []string
		switch {
		case code < 1000 || code > 4999:
			want = []string{"close-code-out-of-range"}
		case code == 1005 || code == 1006 || code == 1015:
			want = []string{"close-code-not-on-wire"}
		case code == 1004 || code > 1014 && code < 3000:
			want = []string{"close-code-unassigned"}
		case code == 1010:
			want = []string{"close-code-of-other-side"}
		}
		body := string([]byte{byte(code >> 8), byte(code)})
		autobahn := findings(server, closing(body))
		if got := ruleIDs(autobahn); !slices.Equal(got, want) {
			t.Errorf("7.7, 7.9, 7.13 close codes: %d: %v, want %v", code, got, want)
		}
	}
	for _, test := range autobahn {
		t.Run(test.group+"/"+test.name, func(t *testing.T) {
			data := bytes.Join(test.data, nil)
			for _, piece := range []int{len(data), 1000, 1} {
				if piece == 1 && len(data) > 100_000 {
					continue
				}
				messages, rules := whole(test.cfg, data, max(piece, 1))
				if !slices.Equal(messages, test.messages) {
					t.Errorf("in pieces of %d: messages %.200q, want %.200q", piece, messages, test.messages)
				}
				if !slices.Equal(rules, test.rules) {
					t.Errorf("in pieces of %d: rules %v, want %v", piece, rules, test.rules)
				}
			}
		})
	}
}

func ruleIDs(all []Finding) (s []string) {
	for _, f := range all {
		s = append(s, f.Rule.ID)
	}
	return s
}

// whole decodes data fed in pieces: the messages, and the rules broken.
func whole(cfg StreamConfig, data []byte, piece int) (messages, rules []string) {
	cfg.Collect = true
	s := NewStream(cfg)
	var ev Event
	for rest := data; ; {
		n := min(piece, len(rest))
		s.Feed(rest[:n])
		if rest = rest[n:]; n == 0 {
			s.End()
		}
		for s.Next(&ev) {
			switch ev.Kind {
			case MessageDone:
				messages = append(messages, fmt.Sprintf("%v %s", ev.Message.Opcode, ev.Message.Data))
			case Violation:
				rules = append(rules, ev.Finding.Rule.ID)
			}
		}
		if n == 0 {
			return messages, rules
		}
	}
}
