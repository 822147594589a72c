package upgrade

import (
	"bytes"

	"wscope/assembly"
	"wscope/wsparse"
)

// upgradeRequest is a request for another protocol: an upgrade, or a CONNECT.
type upgradeRequest struct {
	kind   string     // "websocket", "connect", "other"
	target string     // of a CONNECT
	ws     *WebSocket // with "websocket"
	recv   Receiver   // the same; nil where nobody takes it
	whole  bool       // HTTP/1: its body is over
	unsure bool       // HTTP/1: the server's answer may be lost, and what comes answers another
	early  int64      // bytes that the client sent certainly before the answer
	frames bool       // it was refused, and the client goes on in frames
	line   bool       // it was refused, and the first line of the answer's body is being read
	cut    bool       // the capture cut the head of the answer
	ended  [2]bool    // by role: recv was told the end
}

// isAnsweredBy reports whether the head of a 101 is taken for the answer.
func (a *upgradeRequest) isAnsweredBy(head []byte) bool {
	if !a.unsure || a.ws == nil {
		return true
	}
	r, err := wsparse.ParseResponse(head)
	return err == nil && r != nil && a.ws.Handshake.IsAnsweredBy(r)
}

// answer judges the handshake.
func (a *upgradeRequest) answer(r *wsparse.Response, at *assembly.Mark) {
	a.ws.Handshake.Answer(r)
	a.ws.Answered = *at
	if a.recv != nil {
		a.recv.Answered(at)
	}
}

// bodyLine keeps the first line of a refusal's body.
func (a *upgradeRequest) bodyLine(b []byte) {
	if !a.line || len(b) == 0 {
		return
	}
	line, _, more := bytes.Cut(b, []byte{'\n'})
	if room := maxBodyLine - len(a.ws.BodyLine); len(line) >= room {
		line, more = line[:room], true
	}
	a.ws.BodyLine += string(bytes.TrimSuffix(line, []byte{'\r'}))
	a.line = !more
}

// end tells the end of one direction, once.
func (a *upgradeRequest) end(from wsparse.Role, why assembly.Cause, code uint64, at *assembly.Mark) {
	i := from - wsparse.FromClient
	if a.recv == nil || a.ended[i] {
		return
	}
	a.ended[i] = true
	a.recv.End(from, why, code, at)
}

// passed ends both directions of a request that came to nothing while the connection
// goes on.
func (a *upgradeRequest) passed(at *assembly.Mark) {
	a.end(wsparse.FromClient, assembly.Reused, 0, at)
	a.end(wsparse.FromServer, assembly.Reused, 0, at)
}
