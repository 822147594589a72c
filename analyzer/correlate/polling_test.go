package correlate

import (
	"fmt"
	"testing"
	"wscope/analyzer/record"

	"wscope/analyzer/flow"
)

func pollBy(sid string, port uint16, at record.Time) *flow.PollRequest {
	return &flow.PollRequest{
		Session: flow.PollSession{Server: record.Endpoint{IP: "192.0.2.1", Port: 80}, SID: sid}, Client: record.Endpoint{IP: "10.0.0.1", Port: port}, Asked: at, Ended: at + 10, Status: 200, Sent: [2]int64{1, 2},
	}
}

func flowOf(path string) *record.Flow {
	return &record.Flow{Server: record.Endpoint{IP: "192.0.2.1", Port: 80}, HTTP: &record.HTTP{Path: path}}
}

// TestPollingIsOfOneSession adds up what one session did on several connections, and nothing
// of another server's or another's session.
func TestPollingIsOfOneSession(t *testing.T) {
	var l pollings
	if l.of(flowOf("/?EIO=4&sid=a")) != nil {
		t.Error("polling of a session that polled nothing")
	}
	l.add(pollBy("a", 1001, 50))
	l.add(pollBy("b", 1001, 60))
	l.add(pollBy("a", 1002, 40))
	failed := pollBy("a", 1001, 70)
	failed.Status = 502
	l.add(failed)
	elsewhere := pollBy("a", 1001, 80)
	elsewhere.Session.Server.Port = 81
	l.add(elsewhere)
	lost := pollBy("a", 1001, 90)
	lost.Ended, lost.Status, lost.Unread = 0, 0, true
	l.add(lost)
	got := fmt.Sprintf("%+v", *l.of(flowOf("/socket.io/?EIO=4&transport=websocket&sid=a")))
	want := "{Start:1970-01-01T00:00:00.00000004Z End:1970-01-01T00:00:00.00000009Z Requests:4 Failed:1 Unanswered:1 Unread:1 Client:4 Server:8 Connections:[{IP:10.0.0.1 Port:1001} {IP:10.0.0.1 Port:1002}]}"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if l.of(flowOf("/socket.io/?EIO=4&transport=websocket")) != nil {
		t.Error("polling of a flow that names no session")
	}
}

// TestPollingIsBounded polls in ever new sessions and on ever new connections.
func TestPollingIsBounded(t *testing.T) {
	var l pollings
	for i := range 3 * maxSessions {
		l.add(pollBy(fmt.Sprint(i), 1000, record.Time(i)))
		l.add(pollBy("kept", uint16(i), record.Time(i)))
	}
	if len(l.sessions) != maxSessions || l.order.Len() != maxSessions {
		t.Errorf("%d sessions, %d in order", len(l.sessions), l.order.Len())
	}
	kept := l.of(flowOf("/?sid=kept"))
	if kept == nil || kept.Requests != 3*maxSessions || len(kept.Connections) != maxPollers {
		t.Errorf("the one that goes on polling is %+v", kept)
	}
	if l.of(flowOf("/?sid=0")) != nil {
		t.Error("the longest silent is still known")
	}
}
