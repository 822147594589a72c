package flow

import (
	"slices"
	"wscope/analyzer/record"

	"wscope/assembly"
	"wscope/wsparse"
)

// maxFindings is how many different findings (by rule and direction) a flow keeps; the
// rest is counted in the last one's place.
const maxFindings = 64

// findings collects what there is to tell about a flow. A rule broken again by the same
// side is counted, so that a hostile capture cannot fill the memory.
type findings struct{ list []record.Finding }

// add adds a rule of wsparse that a side broke.
func (fs *findings) add(f *flow, from int, v *wsparse.Finding, at *assembly.Mark) {
	if n := fs.seen(v.Rule.ID, fromNames[from]); n != nil {
		n.Repeat(record.Time(at.Time))
		return
	}
	fs.put(f, record.Finding{
		Rule: v.Rule.ID, Severity: record.Severity(v.Rule.Severity.String()), RFC: v.Rule.RFC, From: fromNames[from],
		Offset: v.Offset, Detail: v.Detail,
	}, at)
}

// report adds a rule of package record. from is "" where it is about neither side alone.
func (fs *findings) report(f *flow, r *record.Rule, from record.Peer, detail string, at *assembly.Mark) {
	if n := fs.seen(r.ID, from); n != nil {
		n.Repeat(record.Time(at.Time))
		return
	}
	fs.put(f, record.Finding{Rule: r.ID, Severity: r.Severity, RFC: r.RFC, From: from, Detail: detail}, at)
}

func (fs *findings) seen(rule string, from record.Peer) *record.Finding {
	for i := range fs.list {
		if r := &fs.list[i]; r.Rule == rule && r.From == from {
			return r
		}
	}
	return nil
}

// forgive takes back what was found against a side since a time: other bytes than its own may have
// shown it.
func (fs *findings) withdraw(from record.Peer, since record.Time) {
	fs.list = slices.DeleteFunc(fs.list, func(n record.Finding) bool { return n.From == from && n.Time >= since })
}

// blames reports whether a side broke a MUST: its peer may then fail the connection, RFC
// 6455 §7.1.7, and owes it no answer.
func (fs *findings) hasError(from record.Peer) bool {
	for i := range fs.list {
		if fs.list[i].From == from && fs.list[i].Severity == record.SeverityError {
			return true
		}
	}
	return false
}

func (fs *findings) put(f *flow, r record.Finding, at *assembly.Mark) {
	if len(fs.list) >= maxFindings {
		return
	}
	r.Packet, r.Time, r.File, r.Count = at.Number, record.Time(at.Time), f.table.env.Files(at.File), 1
	fs.list = append(fs.list, r)
	if f.table.opt.Events {
		f.table.emit(Item{Kind: ItemFinding, Flow: &f.ref, Body: &r})
	}
}
