package flow

import (
	"wscope/analyzer/record"
	"wscope/wsparse"
)

// squeeze is the compression ledger of one direction.
type compression struct {
	messages, plain, grew int64
	in, out               int64
	largest               float64
}

// dataMessage takes a text or binary message for the ledger and the sizes.
func (d *direction) dataMessage(m *wsparse.Message) {
	ledger := d.ledger // read first: to take &d.sizes of a d not known to be good Go would read its first bytes, which lie in no line in use
	d.sizes.Add(int64(m.Length))
	if !m.Compressed && !ledger {
		return
	}
	s := &d.compression
	if !m.Compressed {
		s.plain++
		return
	}
	s.messages++
	if !m.Inflated {
		return
	}
	s.in += int64(m.Payload)
	s.out += int64(m.Length)
	if m.Payload > m.Length {
		s.grew++
	}
	if m.Payload > 0 {
		s.largest = max(s.largest, float64(m.Length)/float64(m.Payload))
	}
}

// record is the ledger; nil where compression was neither agreed nor used.
func (s *compression) record(d *direction) *record.Compression {
	p := d.flow.terms.deflate
	if p == nil {
		return nil
	}
	bits, takeover := p.ClientMaxWindowBits, !p.ClientNoContextTakeover
	if d.role == wsparse.FromServer {
		bits, takeover = p.ServerMaxWindowBits, !p.ServerNoContextTakeover
	}
	r := &record.Compression{
		WindowAgreed: 1 << bits, WindowUsed: d.stream.Window(), Takeover: takeover,
		Messages: s.messages, Uncompressed: s.plain, Grew: s.grew, In: s.in, Out: s.out, LargestFactor: s.largest,
	}
	if s.in > 0 {
		r.Ratio = float64(s.out) / float64(s.in)
	}
	return r
}
