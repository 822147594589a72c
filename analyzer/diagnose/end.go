package diagnose

import (
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// end is what is kept of a flow: how it ended.
type end struct {
	flow           int64
	client, server string // address; address and port
	start          int64
	at             int64 // when it ended; its last packet where nobody ended it
	by, how        string
	code           int // -1 where there is none
	status         int
	name, reason   string
	packet         int64
	file           string
	silence        float64 // seconds from the last frame; -1 where unknown
	quietest       float64 // longest silence that it lived through, seconds
	unanswered     int64   // pings of the side that ended it without their pong
	largest        int64   // bytes of the largest message before a Close
	sent           [2]float64
	lost           bool  // the capture lacks bytes of it
	hop            int64 // the other hop through a proxy; 0 where there is none
	back           bool  // this hop is the proxy's own
	same           int64 // the flow of the same TCP connection
}

// key is what a group has in common.
type key struct {
	by, how      string
	code, status int
	reason       string
}

const maxText = 120 // bytes of a reason that are kept

func newEnd(f *record.Flow) end {
	e := end{
		flow: f.Flow, client: f.Client.IP, server: f.Server.IP + ":" + strconv.Itoa(int(f.Server.Port)), start: int64(f.Start), at: int64(f.End),
		code: -1, silence: -1, packet: f.Packet, file: strings.Clone(f.File), same: f.SameAs,
		lost: f.ClientToServer.LostBytes+f.ServerToClient.LostBytes > 0,
	}
	if strings.Contains(f.Server.IP, ":") {
		e.server = "[" + f.Server.IP + "]:" + strconv.Itoa(int(f.Server.Port))
	}
	if f.TCP != nil && f.TCP.CaptureLoss > 0 {
		e.lost = true
	}
	if p := f.Proxied; p != nil {
		e.hop, e.back = p.Flow, p.Role == "back"
	}
	if p := f.Pace; p != nil {
		e.quietest = p.LongestSilence.Float()
	}
	for i, d := range [2]*record.Direction{&f.ClientToServer, &f.ServerToClient} {
		if d.Sizes != nil {
			e.sent[i] = d.Sizes.Max
		}
	}
	if f.Pickup == "rejected" || f.Handshake != nil && f.Handshake.Result == "rejected" {
		e.how, e.by = "refused", "server"
		if f.HTTP != nil {
			e.status = f.HTTP.Status
		}
		if f.Asked != 0 {
			e.at = int64(f.Asked)
		}
		return e
	}
	c := f.Close
	unanswered := f.Handshake != nil && f.Handshake.Result == "unanswered"
	if c == nil || c.How == "none" {
		switch {
		case unanswered:
			e.how = "unanswered"
		case c != nil && c.TCP == "silence":
			e.how = "silence"
		default:
			e.how = "open"
		}
		return e
	}
	e.by, e.how, e.name, e.largest = strings.Clone(c.By), c.How, c.Name, c.Largest
	e.reason = strings.Clone(c.Reason[:min(len(c.Reason), maxText)])
	if c.Code != nil {
		e.code = *c.Code
	}
	if c.At != nil {
		e.at = int64(*c.At)
	}
	if c.Packet != 0 {
		e.packet, e.file = c.Packet, strings.Clone(c.File)
	}
	if c.Silence != nil {
		e.silence = c.Silence.Float()
	}
	if unanswered {
		e.how, e.silence = "unanswered", -1
		if f.Asked != 0 && e.at >= int64(f.Asked) {
			e.silence = float64(e.at-int64(f.Asked)) / 1e9
		}
	}
	if p := f.Ping; p != nil {
		side := p.Client
		if e.by == "server" {
			side = p.Server
		}
		if side != nil {
			e.unanswered = side.Sent - side.Answered
		}
	}
	return e
}

// abnormal reports whether the end needs an explanation.
func (e *end) abnormal() bool {
	switch e.how {
	case "open":
		return false
	case "handshake", "half":
		return e.code >= 0 && e.code != 1000 && e.code != 1001 // the empty Close is in order, RFC 6455 §7.1.5
	}
	return true
}

func (e *end) key() key {
	return key{e.by, e.how, e.code, e.status, withoutNumbers(e.reason)}
}

// withoutNumbers makes reasons that differ in numbers and tokens one.
func withoutNumbers(s string) string {
	var b strings.Builder
	for _, word := range strings.Fields(s) {
		if strings.ContainsAny(word, "0123456789") {
			word = "#"
		}
		b.WriteString(word + " ")
	}
	return b.String()
}

func (e *end) age() float64 { return float64(e.at-e.start) / 1e9 }
