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
func sealedCells(s *record.Sealed) (there, back, bytes string) {
	about := func(d *record.SealedDirection) string {
		if d == nil || d.About == nil {
			return ""
		}
		return "~" + Number(*d.About)
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
