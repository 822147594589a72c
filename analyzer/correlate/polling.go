package correlate

import (
	"container/list"
	"slices"
	"wscope/analyzer/record"

	"wscope/analyzer/flow"
	"wscope/wsparse"
)

// pollings adds up what the Engine.IO sessions of a capture did over HTTP, for the flows of
// the same sessions. The merger keeps it, since polling is most often on other TCP connections
// than the WebSocket.
type pollings struct {
	sessions map[flow.PollSession]*list.Element
	order    list.List // of *polled, the longest silent first
}

type polled struct {
	session flow.PollSession
	record.Polling
}

const (
	maxSessions = 4096 // remembered at once; the longest silent goes
	maxPollers  = 16   // connections that are named of a session
)

// add takes a request.
func (l *pollings) add(p *flow.PollRequest) {
	e := l.sessions[p.Session]
	if e == nil {
		if l.sessions == nil {
			l.sessions = map[flow.PollSession]*list.Element{}
		}
		if len(l.sessions) == maxSessions {
			oldest := l.order.Front()
			delete(l.sessions, oldest.Value.(*polled).session)
			l.order.Remove(oldest)
		}
		e = l.order.PushBack(&polled{p.Session, record.Polling{Start: p.Asked, End: p.Asked}})
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
func (l *pollings) of(f *record.Flow) *record.Polling {
	if len(l.sessions) == 0 || f.HTTP == nil {
		return nil
	}
	e := l.sessions[flow.PollSession{Server: f.Server, Tunnel: f.Tunnel, SID: wsparse.QueryValue(f.HTTP.Path, "sid")}]
	if e == nil {
		return nil
	}
	p := e.Value.(*polled).Polling
	p.Connections = slices.Clone(p.Connections)
	return &p
}
