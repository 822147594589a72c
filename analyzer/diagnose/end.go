package diagnose

import (
	"strings"

	"wscope/analyzer/record"
)

// end is what is kept of a flow: how it ended.
type end struct {
	flow           int64
	client, server string // address; address and port
	start          int64
	at             int64 // when it ended; its last packet where nobody ended it
	by             record.Peer
	how            record.How
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

	frames     int64       // of both sides
	unheard    float64     // seconds from the last frame of the side that did not end it; -1 where unknown
	before     float64     // silence before the first frame that stayed without an answer, seconds
	survived   float64     // the longest silence before that one, seconds
	gone       record.Peer // the side that no longer answered anything
	goneFor    float64     // seconds from its last packet
	full       record.Peer // the side whose window was zero at the end
	fullFor    float64     // seconds
	unfinished record.Peer // the side in the middle of a message
	ttl, reset int         // of a RST that is from somewhere else; 0 where none is
	broke      string      // what the side that did not end it had broken
	open       bool        // when the capture ended
	sealed     bool        // it could not be opened: what it is, and its Close frames, are estimated
	trait      trait
}

// key is what a group has in common.
type key struct {
	by           record.Peer
	how          record.How
	code, status int
	reason       string
	trait        trait
	side         record.Peer // that is gone, or whose window is zero
	sealed       bool
}

const maxText = 120 // bytes of a reason that are kept

func newEnd(f *record.Flow) *end {
	e := &end{
		flow: f.Flow, client: f.Client.IP, server: address(f.Server), start: int64(f.Start), at: int64(f.End),
		code: -1, silence: -1, unheard: -1, packet: f.Packet, file: strings.Clone(f.File), same: f.SameAs,
		lost: f.ClientToServer.LostBytes+f.ServerToClient.LostBytes > 0,
	}
	if f.TCP != nil && f.TCP.CaptureLoss > 0 {
		e.lost = true
	}
	e.frames = f.ClientToServer.Frames + f.ServerToClient.Frames
	if f.Pickup == record.PickupEncrypted {
		e.sealed, e.frames = true, f.Sealed.Records()
		if s := f.Sealed.Silence; s != nil {
			e.quietest = s.Float()
		}
		for _, d := range [...]*record.SealedDirection{f.Sealed.ClientToServer, f.Sealed.ServerToClient} {
			e.lost = e.lost || d != nil && d.LostBytes > 0
		}
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
	if f.Pickup == record.PickupRejected || f.Handshake != nil && f.Handshake.Result == record.Rejected {
		e.how, e.by = "refused", "server"
		if f.HTTP != nil {
			e.status = f.HTTP.Status
			e.reason = refusal(f.HTTP)
		}
		if f.Asked != 0 {
			e.at = int64(f.Asked)
		}
		return e
	}
	c := f.Close
	unanswered := f.Handshake != nil && f.Handshake.Result == record.Unanswered
	if c == nil || c.How == record.HowNone {
		switch {
		case unanswered:
			e.how = "unanswered"
		case c != nil && c.TCP == "silence":
			e.how = "silence"
		default:
			e.how, e.open = "open", true
		}
		if c != nil {
			e.presence(c)
		}
		return e
	}
	e.presence(c)
	e.by, e.how, e.name, e.largest = c.By, c.How, c.Name, c.Largest
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
	if c.PeerSilence != nil {
		e.unheard = c.PeerSilence.Float()
	}
	e.broke = broken(f, e)
	if unanswered {
		e.how, e.silence = "unanswered", -1
		if f.Asked != 0 && e.at >= int64(f.Asked) {
			e.silence = float64(e.at-int64(f.Asked)) / 1e9
		}
	}
	if p := f.Ping; p != nil {
		side := p.Client
		if e.by == record.Server {
			side = p.Server
		}
		if side != nil {
			e.unanswered = side.Sent - side.Answered
		}
	}
	e.trait = e.findTrait()
	return e
}

// refusal is what a refusal says besides its status: where to go, or the first line of its body. Of HTML only a title is
// worth a look.
func refusal(h *record.HTTP) string {
	text := strings.TrimSpace(h.Body)
	if h.Location != "" {
		text = h.Location
	} else if strings.HasPrefix(text, "<") {
		_, text, _ = strings.Cut(text, "<title>")
		text, _, _ = strings.Cut(text, "</title>")
	}
	return strings.Clone(text[:min(len(text), maxText)])
}

// abnormal reports whether the end needs an explanation.
func (e *end) abnormal() bool {
	switch e.how {
	case "open":
		return false
	case "gone", "full":
		return true
	case "handshake", "half":
		return e.code >= 0 && e.code != 1000 && e.code != 1001 // the empty Close is in order, RFC 6455 §7.1.5
	}
	return !e.sealed || e.how != record.HowFIN || e.by != record.Client // whose Close may be one that lengths do not show
}

// dismissed reports whether the server ended it in good order: what many such ends have in common may be a limit of its.
func (e *end) dismissed() bool {
	return e.by == record.Server && (e.how == record.HowHandshake || e.how == record.HowHalf)
}

func (e *end) key() key {
	how := e.how
	if how == "half" {
		how = "handshake" // whether the reply was captured is no cause
	}
	k := key{e.by, how, e.code, e.status, withoutNumbers(e.reason), e.trait, "", e.sealed}
	if e.how == record.HowRefused {
		k.reason = "" // the status is the kind; bodies differ in identifiers
	}
	switch e.trait {
	case gone, forgot:
		k.side = e.gone
	case full:
		k.side = e.full
	}
	return k
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
