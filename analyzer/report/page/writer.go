package page

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// Writer is a record.EventSink that writes a page. It needs Options.Messages,
// Options.Payload and Options.Events, and shows what Options.TLSRecords gives; Close writes what only the end of the run can say.
//
// It holds some rows of living flows (waitingSize) and a block of each sort; all else is
// written as it comes.
type Writer struct {
	record.NopSink
	// Choosy says that not every flow will be in the page: rows then wait for FlowEnded or
	// Passed (within Limits), so that nothing of a flow that is not wanted is in the file.
	Choosy bool
	// Remarks are sentences for the reader that the page shows first.
	Remarks []string

	w        *bufio.Writer
	blocks   blocks
	flows    list
	messages list
	budget   budget
	alive    map[int64]*rows
	epoch    *record.Time // the first flow's start
	rate     rate
	left     omitted
	kept     int64 // flows with a record
	data     []byte
	waiting  int // bytes of the living flows' rows
}

// rows is what a flow has in the page so far.
type rows struct {
	json    []byte
	blocks  []int // the message blocks that hold its rows
	payload int64
	rate    flowRate
	entry   entry
}

// entry is a flow in the page's JSON, beside its record.
type entry struct {
	Listed int64         `json:"listed"`          // messages with a row, or records of a connection that could not be opened
	Left   int64         `json:"left,omitempty"`  // messages without
	Bare   int64         `json:"bare,omitempty"`  // rows without their payload
	Short  int64         `json:"short,omitempty"` // rows with the beginning of their payload
	Gaps   []*record.Gap `json:"gaps,omitempty"`
}

// omitted is what the limits kept out of the page.
type omitted struct {
	Flows    int64 `json:"flows"`
	Messages int64 `json:"messages"`
	Payloads int64 `json:"payloads"` // of messages that have a row
	Short    int64 `json:"short"`    // payloads that were cut
}

// New begins a page; limits may be the zero value. The caller calls Close, and flushes
// nothing itself.
func New(w io.Writer, limits Limits) *Writer {
	p := &Writer{
		w:     bufio.NewWriterSize(w, 1<<16),
		flows: list{sort: "flows"}, messages: list{sort: "messages"},
		budget: budget{limits: limits.orDefault()},
		alive:  map[int64]*rows{},
	}
	p.blocks.w = p.w
	head, _ := shell()
	p.w.WriteString(head)
	return p
}

// FlowBegun takes note of a flow's number.
func (p *Writer) FlowBegun(f *record.Flow) error {
	if p.epoch == nil {
		start := f.Start
		p.epoch = &start
	}
	p.alive[f.Flow] = &rows{}
	return nil
}

// FlowUpdate is nothing to a page.
// Frame is nothing to a page.
// Rendered is nothing to a page.
// Batch is nothing to a page.
// Message adds a message's row to its flow.
func (p *Writer) Message(m *record.Message) error {
	r := p.alive[m.Flow]
	if r == nil {
		return nil // its flow is not wanted, or is over
	}
	if kind(m) >= 0 {
		p.rate.add(&r.rate, m.From, int64(m.Time-*p.epoch))
	}
	if !p.budget.row() {
		r.entry.Left++
		return nil
	}
	var flags int
	p.data, flags = content(p.data[:0], m, p.budget.limits.Message)
	if p.budget.takes(r.payload, int64(len(p.data))) {
		r.payload += int64(len(p.data))
		if flags&flagShort != 0 {
			r.entry.Short++
		}
	} else {
		p.data, flags = append(p.data[:0], `""`...), flags&^flagShort|flagLeft
		r.entry.Bare++
	}
	r.entry.Listed++
	before := len(r.json)
	r.json = appendRow(separated(r.json), m, *p.epoch, p.data, flags)
	return p.grown(m.Flow, r, len(r.json)-before)
}

// grown hands rows over where they have become many. n is how many bytes a flow's have grown by.
func (p *Writer) grown(flow int64, r *rows, n int) error {
	p.waiting += n
	switch {
	case p.Choosy:
	case p.waiting >= waitingSize:
		return p.giveAll()
	case len(r.json) >= pendingSize:
		return p.give(flow, r)
	}
	return nil
}

// giveAll hands over the rows of all living flows, and their memory.
func (p *Writer) giveAll() error {
	room := 0 // kept for the rows to come
	for _, flow := range slices.Sorted(maps.Keys(p.alive)) {
		r := p.alive[flow]
		if err := p.give(flow, r); err != nil {
			return err
		}
		if room += cap(r.json); room > waitingSize {
			r.json = nil
		}
	}
	p.waiting = 0
	return nil
}

// Gap adds a hole to its flow. It counts as a message does where there is little room.
func (p *Writer) Gap(g *record.Gap) error {
	if r := p.alive[g.Flow]; r != nil && p.budget.row() {
		own := *g
		r.entry.Gaps = append(r.entry.Gaps, &own)
	}
	return nil
}

// Finding is nothing to a page: the flow's record has it.
func (p *Writer) Finding(int64, *record.Finding) error { return nil }

// give hands a flow's rows over to the block at hand.
func (p *Writer) give(flow int64, r *rows) error {
	if len(r.json) == 0 {
		return nil
	}
	l := &p.messages
	l.add()
	l.json = append(strconv.AppendInt(append(l.json, `{"flow":`...), flow, 10), `,"rows":[`...)
	l.json = append(append(l.json, r.json...), "]}"...)
	p.waiting -= len(r.json)
	r.json = r.json[:0]
	if !slices.Contains(r.blocks, l.closed) {
		r.blocks = append(r.blocks, l.closed)
	}
	return l.flush(&p.blocks, false)
}

// FlowEnded writes a flow's record.
func (p *Writer) FlowEnded(f *record.Flow) error {
	r := p.alive[f.Flow]
	if r == nil {
		return nil
	}
	delete(p.alive, f.Flow)
	record := report.FlowJSON(f)
	if !p.budget.record(len(record)) {
		p.left.Flows++
		p.left.Messages += r.entry.Listed + r.entry.Left // nothing leads to them
		p.rate.take(&r.rate)
		p.forget(r)
		return nil
	}
	p.kept++
	p.rate.take(&r.rate)
	p.left.Messages += r.entry.Left
	p.left.Payloads += r.entry.Bare
	p.left.Short += r.entry.Short
	if err := p.give(f.Flow, r); err != nil {
		return err
	}
	l := &p.flows
	l.add()
	l.json = append(append(l.json, `{"record":`...), record[:len(record)-1]...)
	l.json = append(append(l.json, `,"blocks":`...), marshal(append([]int{}, r.blocks...))...)
	l.json = append(append(l.json, `,"page":`...), marshal(r.entry)...)
	l.json = append(l.json, '}')
	return l.flush(&p.blocks, false)
}

// Passed says that a flow will not be in the page: it is forgotten.
func (p *Writer) Passed(flow int64) {
	if r := p.alive[flow]; r != nil {
		delete(p.alive, flow)
		p.forget(r)
	}
}

// forget gives back what a flow took of the budget, where its rows are still here.
func (p *Writer) forget(r *rows) {
	p.waiting -= len(r.json)
	if len(r.blocks) == 0 {
		p.budget.messages -= r.entry.Listed + int64(len(r.entry.Gaps))
		p.budget.payload -= r.payload
	}
}

// about is what the page says of itself and of the whole capture.
type about struct {
	Summary json.RawMessage `json:"summary"`
	Remarks []string        `json:"remarks,omitempty"`
	Rules   []rule          `json:"rules"`
	Epoch   *record.Time    `json:"epoch"` // times of rows and of the rate count from it
	Rate    rateRecord      `json:"rate"`
	Blocks  struct {
		Flows    int `json:"flows"`
		Messages int `json:"messages"`
	} `json:"blocks"`
	Kept   int64   `json:"kept"` // flows with a record
	Left   omitted `json:"left"`
	Limits Limits  `json:"limits"`
}

// rule is what a rule says, for those that were broken.
type rule struct {
	ID       string `json:"id"`
	Sentence string `json:"sentence"`
}

// Close writes the rest of the page.
func (p *Writer) Close(sum *record.Summary) error {
	if err := p.flows.flush(&p.blocks, true); err != nil {
		return err
	}
	if err := p.messages.flush(&p.blocks, true); err != nil {
		return err
	}
	a := about{
		Summary: report.SummaryJSON(sum), Remarks: p.Remarks, Rules: broken(sum), Epoch: p.epoch, Rate: p.rate.record(),
		Kept: p.kept, Left: p.left, Limits: p.budget.limits,
	}
	a.Blocks.Flows, a.Blocks.Messages = p.flows.closed, p.messages.closed
	p.w.WriteString(`<script type="application/json" id="about">`)
	p.w.Write(appendInert(nil, marshal(a)))
	p.w.WriteString("</script>\n")
	_, tail := shell()
	p.w.WriteString(tail)
	return p.w.Flush()
}

// broken is the rules that the summary's findings name.
func broken(sum *record.Summary) []rule {
	rules := []rule{}
	for _, r := range record.Rules() {
		if slices.ContainsFunc(sum.Findings, func(c record.RuleCount) bool { return c.Rule == r.ID }) {
			rules = append(rules, rule{r.ID, r.Sentence})
		}
	}
	return rules
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("page: what is no JSON: " + err.Error()) // only numbers and strings are given
	}
	return b
}
