package flow

import (
	"wscope/analyzer/record"
	"wscope/assembly"
	"wscope/assembly/engineio"
)

// PollSession names an Engine.IO session: where it is polled, and its sid.
type PollSession struct {
	Server record.Endpoint
	Tunnel string
	SID    string
}

// PollRequest is one request of an Engine.IO session over HTTP.
type PollRequest struct {
	Session PollSession
	Client  record.Endpoint
	Asked   record.Time
	Ended   record.Time // of the answer; 0 where it was not seen to its end
	Status  int         // 0 where there was no answer
	Sent    [2]int64    // messages, by the client and by the server
	Unread  bool        // not all of them could be counted
}

// polled tells the merger of a request. What the capture's end cuts off is not told.
func (t *Table) polled(p *engineio.Poll) {
	if t.over {
		return
	}
	key := &p.Conn.Key
	client, server := endpoint(key.Src, key.SrcPort), endpoint(key.Dst, key.DstPort)
	if p.Client == assembly.B {
		client, server = server, client
	}
	r := &PollRequest{
		Session: PollSession{Server: server, SID: p.Session}, Client: client, Asked: record.Time(p.Asked.Time), Ended: record.Time(p.Ended.Time),
		Status: p.Status, Sent: p.Messages, Unread: p.Unread,
	}
	if key.Tunnel != 0 {
		r.Session.Tunnel = t.env.TunnelName(key.Tunnel)
	}
	t.emit(Item{Kind: ItemPolled, Body: r})
}
