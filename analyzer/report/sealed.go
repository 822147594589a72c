package report

import (
	"fmt"

	"wscope/analyzer/record"
)

// likely is what a connection that could not be opened is likely to be, and how likely.
func likely(s *record.Sealed) string {
	if s.Likely == "unknown" {
		return "?"
	}
	return fmt.Sprintf("%s? %.0f %%", Clean(s.Likely), s.Confidence*100)
}

// sealedCells are the cells of a row that say what was sent, of a connection that could not be opened: of messages
// about how many, of bytes those of TCP.
func sealedCells(f *record.Flow) (there, back, bytes string) {
	s := f.Sealed
	about := func(d *record.SealedDirection) string {
		if d == nil || d.About == nil {
			return ""
		}
		return "~" + Number(*d.About)
	}
	if q := f.QUIC; q != nil { // its packets have no records
		return "", "", Bytes(q.ClientBytes + q.ServerBytes)
	}
	wire := int64(0)
	for _, d := range []*record.SealedDirection{s.ClientToServer, s.ServerToClient} {
		if d != nil {
			wire += d.WireBytes
		}
	}
	return about(s.ClientToServer), about(s.ServerToClient), Bytes(wire)
}

// sealedLabel is how a connection ended that could not be opened.
func sealedLabel(f *record.Flow) string {
	c := f.Close
	switch {
	case c == nil || f.Sealed == nil:
		return "encrypted"
	case c.How == record.HowNone:
		return "encrypted, open"
	case c.How == record.HowHandshake || c.How == record.HowHalf:
		return "encrypted, close " + string(c.By)
	}
	return "encrypted, " + string(c.How) + " " + string(c.By)
}

// sealedSides says what both sides seem to have sent.
func sealedSides(f *record.Flow) string {
	if q := f.QUIC; q != nil {
		return fmt.Sprintf("there %s, %s; back %s, %s", Count(q.ClientPackets, "packet"), Bytes(q.ClientBytes), Count(q.ServerPackets, "packet"), Bytes(q.ServerBytes))
	}
	return "there " + sealedText(f.Sealed.ClientToServer) + "; back " + sealedText(f.Sealed.ServerToClient)
}

// sealedRhythm says how regularly a connection seems to have spoken, and for how long not at all.
func sealedRhythm(s *record.Sealed) (text string) {
	if s.Heartbeat != nil {
		text = "; a heartbeat each " + Span(*s.Heartbeat)
	}
	if s.RTTMean != nil {
		text += "; round trip " + Span(*s.RTTMean) + " on average"
	}
	if s.Silence != nil {
		text += "; longest silence " + Span(*s.Silence)
	}
	return text
}

// sealedText says what a side seems to have sent.
func sealedText(d *record.SealedDirection) string {
	if d == nil {
		return "nothing captured"
	}
	text := ""
	if d.About != nil {
		text = fmt.Sprintf("about %s (at least %s), %s", Count(*d.About, "message"), Number(*d.AtLeast), Bytes(*d.Payload))
		if *d.PayloadError > 0 {
			text += " ± " + Bytes(*d.PayloadError)
		}
		text += " of payload, "
	}
	return text + "in " + Count(d.Records, "TLS record")
}
