package behaviour_test

import (
	"path/filepath"
	"slices"
	"testing"

	"wscope/analyzer/behaviour"
)

func other(program, name string) string {
	return filepath.Join("..", "..", "testdata", "regressions", "others", program+"."+name+".pcap.gz")
}

// programs are those of testdata/regressions/others, and what each regression must show of them: that, and nothing else.
var programs = map[string]map[string]string{
	"smoke": { // one flow, in which all is done once
		"dropped-field": "field server cart $.currency vanished", "renamed-event": "message server cart changed",
		"extra-round-trip": "message client mfa appeared", "slower-operation": "latency server cart changed",
		"larger-payload": "size server cart changed", "out-of-order": "order server: paymentAccepted < orderPlaced changed",
		"duplicate-message": "repeated server orderPlaced appeared", "protocol-violation": "finding length-not-minimal by server appeared",
	},
	"game": { // plain text
		"dropped-field": "field server ROOM $.light vanished", "renamed-event": "message server LOOT changed",
		"extra-round-trip": "message client COLOR appeared", "slower-operation": "latency server ROOM changed",
		"larger-payload": "size server ROOM changed", "out-of-order": "order server: ROOM < LOOT changed",
		"duplicate-message": "repeated server LOOT appeared", "protocol-violation": "finding length-not-minimal by server appeared",
	},
	"feed": { // pushes at random times, of random length
		"dropped-field": "field server trade $.side vanished", "renamed-event": "message server trade changed",
		"extra-round-trip": "message client terms appeared", "slower-operation": "latency server subscribed changed",
		"larger-payload": "size server depth changed", "out-of-order": "order server: subscribed < snapshot changed",
		"duplicate-message": "repeated server trade appeared", "protocol-violation": "finding length-not-minimal by server appeared",
	},
	"builds": { // JSON-RPC; the client ends the connection when the protocol is broken
		"dropped-field": "field server response list $.result.targets[].lang vanished", "renamed-event": "message server notification build/started changed",
		"extra-round-trip": "message client request license appeared", "slower-operation": "latency server response build changed",
		"larger-payload": "size server response list changed", "out-of-order": "order server: notification build/queued < notification build/started changed",
		"duplicate-message": "repeated server notification build/progress appeared", "protocol-violation": "finding reserved-bits by server appeared",
	},
	"chat": { // Socket.IO; its pings are messages
		"dropped-field": "field server event message $[].color vanished", "renamed-event": "message server event message changed",
		"extra-round-trip": "message client event captcha appeared", "slower-operation": "latency server ack say changed",
		"larger-payload": "size server event message changed", "out-of-order": "order server: event topic < event history changed",
		"duplicate-message": "repeated server event message appeared", "protocol-violation": "finding length-not-minimal by server appeared",
	},
}

// everywhere is what is the same of all programs.
var everywhere = map[string]string{
	"wrong-close-code": "close  changed", "missing-pong": "pings  changed", "compression-off": "extensions  changed", "reconnect-loop": "reconnects  appeared",
}

func TestOtherProgramsRegressionsAreNamedAndNothingElse(t *testing.T) {
	unchanged := []string{"same-1", "same-2", "busy"}
	for program, want := range programs {
		old := map[string]*behaviour.Behaviour{}
		for _, name := range unchanged {
			old[name] = watch(t, other(program, name))
		}
		for _, a := range unchanged {
			for _, b := range unchanged {
				for _, d := range behaviour.Compare(old[a], old[b], nil) {
					t.Errorf("%s: %s and %s: %s", program, a, b, d.Sentence())
				}
			}
		}
		for regression := range regressions {
			line := want[regression] + everywhere[regression]
			now := watch(t, other(program, regression))
			for _, name := range unchanged {
				var got []string
				for _, d := range behaviour.Compare(old[name], now, nil) {
					got = append(got, d.Area+" "+d.Subject+" "+d.Change)
				}
				// On a machine so busy orders and latencies may not be told, but nothing else is.
				if !slices.Equal(got, []string{line}) && !(name == "busy" && len(got) == 0) {
					t.Errorf("%s: %s and %s: %q, want %q", program, name, regression, got, line)
				}
			}
		}
	}
}
