package analyzer

import (
	"container/list"
	"slices"

	"wscope/assembly"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// pollings adds up what the Engine.IO sessions of a capture did over HTTP, for the flows of
// the same sessions. The merger keeps it, since polling is most often on other TCP connections
// than the WebSocket.
type pollings struct {
	sessions map[PollSession]*list.Element
	order    list.List // of *polled, the longest silent first
}

type polled struct {
	session PollSession
	Polling
}

const (
	maxSessions = 4096 // remembered at once; the longest silent goes
	maxPollers  = 16   // connections that are named of a session
)

// PollSession names an Engine.IO session: where it is polled, and its sid.
type PollSession struct {
	Server Endpoint
	Tunnel string
	SID    string
}

// PollRequest is one request of an Engine.IO session over HTTP.
type PollRequest struct {
	Session PollSession
	Client  Endpoint
	Asked   Time
	Ended   Time     // of the answer; 0 where it was not seen to its end
	Status  int      // 0 where there was no answer
	Sent    [2]int64 // messages, by the client and by the server
	Unread  bool     // not all of them could be counted
}

// polled tells the merger of a request. What the capture's end cuts off is not told.
func (s *shard) polled(p *upgrade.Poll) {
	if s.over {
		return
	}
	key := &p.Conn.Key
	client, server := endpoint(key.Src, key.SrcPort), endpoint(key.Dst, key.DstPort)
	if p.Client == assembly.B {
		client, server = server, client
	}
	r := &PollRequest{
		Session: PollSession{Server: server, SID: p.Session}, Client: client, Asked: Time(p.Asked.Time), Ended: Time(p.Ended.Time),
		Status: p.Status, Sent: p.Messages, Unread: p.Unread,
	}
	if key.Tunnel != 0 {
		r.Session.Tunnel = s.env.tunnelName(key.Tunnel)
	}
	s.say(item{kind: itemPolled, body: r})
}

// add takes a request.
func (l *pollings) add(p *PollRequest) {
	e := l.sessions[p.Session]
	if e == nil {
		if l.sessions == nil {
			l.sessions = map[PollSession]*list.Element{}
		}
		if len(l.sessions) == maxSessions {
			oldest := l.order.Front()
			delete(l.sessions, oldest.Value.(*polled).session)
			l.order.Remove(oldest)
		}
		e = l.order.PushBack(&polled{p.Session, Polling{Start: p.Asked, End: p.Asked}})
		l.sessions[p.Session] = e
	}
	l.order.MoveToBack(e)
	s := e.Value.(*polled)
	s.Start, s.End = min(s.Start, p.Asked), max(s.End, p.Asked, p.Ended)
	s.Requests++
	switch {
	case p.Status >= 400:
		s.Failed++
	case p.Ended == 0:
		s.Unanswered++
	}
	if p.Unread {
		s.Unread++
	}
	s.Client += p.Sent[0]
	s.Server += p.Sent[1]
	if !slices.Contains(s.Connections, p.Client) && len(s.Connections) < maxPollers {
		s.Connections = append(s.Connections, p.Client)
	}
}

// of is the polling of a flow's session so far; nil where there was none.
func (l *pollings) of(f *Flow) *Polling {
	if len(l.sessions) == 0 || f.HTTP == nil {
		return nil
	}
	e := l.sessions[PollSession{f.Server, f.Tunnel, wsparse.QueryValue(f.HTTP.Path, "sid")}]
	if e == nil {
		return nil
	}
	p := e.Value.(*polled).Polling
	p.Connections = slices.Clone(p.Connections)
	return &p
}
