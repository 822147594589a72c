package flow

import (
	"fmt"
	"strings"

	"wscope/analyzer/record"
	"wscope/assembly"
	"wscope/wsparse"
)

// judge adds what can only be said at the end of a flow.
func (f *flow) checkEnd(at *assembly.Mark) {
	f.checkTCP()
	if f.sealed != nil {
		return
	}
	f.checkChoice()
	f.checkPings(at)
	f.checkClose(at)
	f.checkBeacon(at)
}

// checkChoice reports a client that left at once when none of the subprotocols that it had offered was chosen, as browsers
// and many libraries do.
func (f *flow) checkChoice() {
	ws := f.socket()
	if ws == nil || ws.Handshake == nil {
		return
	}
	h := ws.Handshake
	if h.Result != wsparse.Accepted || len(h.SubprotocolsOffered) == 0 || h.Subprotocol != "" || lostAny(&f.dirs[0]) || lostAny(&f.dirs[1]) {
		return
	}
	if d := &f.dirs[0]; d.frames > 1 || d.frames == 1 && f.closing.number[0] == 0 {
		return // it went on without one
	}
	var left int64
	switch s := f.conn().Stats(f.side(0)); {
	case f.closing.first == 0:
		left = f.closing.at[0]
	case f.closing.first > 0 || f.firstEnd() != 0:
		return
	case s.FIN:
		left = s.FINAt.Time
	case s.RST:
		left = s.RSTAt.Time
	}
	if left == 0 || left-f.ws.Answered.Time > record.FailsWithin {
		return
	}
	var names []string
	for _, p := range h.SubprotocolsOffered {
		if !looksLikeToken(p) {
			names = append(names, p)
		}
	}
	f.findings.report(f, record.RuleChoice, "server", "offered "+strings.Join(names, ", "), &f.ws.Answered)
}

// checkTCP reports bytes that TCP sent twice with different contents.
func (f *flow) checkTCP() {
	for i := range fromNames {
		s := f.conn().Stats(f.side(i))
		if s.Conflicts > 0 {
			f.findings.withdraw(fromNames[i], record.Time(s.ConflictSince))
			f.findings.report(f, record.RuleConflict, fromNames[i], fmt.Sprintf("%d bytes differ", s.Conflicts), &s.FirstConflict)
		}
	}
}

// checkPings reports a ping that was certainly received and not answered: RFC 6455
// §5.5.2 and 5.5.3. Nothing is said where bytes of the answering side are lost, or where an even
// later ping was answered.
func (f *flow) checkPings(at *assembly.Mark) {
	for i, s := range f.pings.sides {
		if s == nil || len(s.pending) == 0 {
			continue
		}
		last := &s.pending[len(s.pending)-1]
		peer := &f.dirs[1-i]
		if last.nth < s.lastAnswered || lostAny(peer) || lostAny(&f.dirs[i]) || f.findings.hasError(fromNames[i]) {
			continue
		}
		c := &f.closing
		switch {
		case c.first == i && c.reply == 1-i && c.at[i] >= last.at.Time && !c.both:
			// The peer answered a Close that came after the ping, so it had read the ping.
			f.findings.report(f, record.RulePing, fromNames[1-i], "the Close after it was answered", &last.at)
		case peer.firstAt != 0 && peer.begunAt-last.at.Time > record.PongWithin && c.first < 0:
			f.findings.report(f, record.RulePing, fromNames[1-i],
				fmt.Sprintf("frames were sent until %s s after it", record.Seconds(peer.begunAt-last.at.Time).Append(nil)), &last.at)
		}
	}
}

func lostAny(d *direction) bool {
	lost, _ := d.stream.Lost()
	return lost > 0 || d.gaps > 0
}

// checkClose reports a Close that was received and not answered, RFC 6455 §5.5.1: the
// other side ended the transport itself, having acknowledged it.
func (f *flow) checkClose(at *assembly.Mark) {
	c := &f.closing
	if c.first < 0 || c.reply >= 0 || f.conn().Stats(f.side(c.first)).Conflicts > 0 || lostAny(&f.dirs[1-c.first]) || f.findings.hasError(fromNames[c.first]) {
		return
	}
	if peer := &f.dirs[1-c.first]; peer.frames == 0 && !f.granted() {
		return // all that it sent may be missing
	}
	acked, known := f.conn().Acked(f.side(c.first))
	if !known || int32(acked-c.sent) < 0 || f.firstEnd() != 1-c.first {
		return
	}
	if acked != c.sent && !f.conn().Stats(f.side(c.first)).FIN && len(f.streamEnds()) == 0 {
		return // what it acknowledged besides may be the end of the first closer
	}
	f.findings.report(f, record.RuleClose, fromNames[1-c.first], "it ended the connection instead", at)
}

// granted reports whether the capture has the answer that made it a WebSocket.
func (f *flow) granted() bool {
	ws := f.socket()
	return ws != nil && ws.Handshake != nil && ws.Handshake.Result != wsparse.Unanswered
}
