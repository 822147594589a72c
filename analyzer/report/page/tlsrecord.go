package page

import (
	"strconv"

	"wscope/analyzer/record"
)

// TLSRecord adds a record of a connection that could not be opened: a row without a payload, whose type is "record" and
// which no count of messages includes. It implements record.TLSRecordSink.
func (p *Writer) TLSRecord(t *record.TLSRecord) error {
	r := p.alive[t.Flow]
	if r == nil {
		return nil // its flow is not wanted, or is over
	}
	if !p.budget.row() {
		r.entry.Left++
		return nil
	}
	r.entry.Listed++
	before := len(r.json)
	r.json = appendRecord(separated(r.json), t, r.entry.Listed, *p.epoch)
	return p.grown(t.Flow, r, len(r.json)-before)
}

// separated is rows with what stands before another one.
func separated(rows []byte) []byte {
	if len(rows) > 0 {
		return append(rows, ',')
	}
	return rows
}

// appendRecord appends the row of a TLS record, in the order of appendRow.
func appendRecord(dst []byte, t *record.TLSRecord, number int64, epoch record.Time) []byte {
	from := int64(0)
	if t.From == "server" {
		from = 1
	}
	dst = append(dst, '[')
	for _, n := range [...]int64{number, -1, from, int64(t.Time - epoch), int64(t.Time - epoch), t.Packet, 1, 0, t.Bytes, t.Bytes} {
		dst = append(strconv.AppendInt(dst, n, 10), ',')
	}
	m := more{Type: "record", File: t.File, Error: t.Error}
	return append(m.append(append(dst, `"",`...)), ']')
}
