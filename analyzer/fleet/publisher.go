package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// PublisherOptions of NewPublisher. Origin and Spool must be set.
type PublisherOptions struct {
	Origin     Origin
	Spool      string // folder for batches that are not sent yet
	SpoolLimit int64  // bytes in it at most; 0 is 1 GiB
	Messages   bool   // send messages too, not flows and findings alone

	// Metrics returns what the sensor counted so far, as an object of JSON, to be sent every minute and at the end. It is
	// called where the Sink is; nil for a Transport that has no place for it.
	Metrics func() ([]byte, error)

	MaxPayload int               // bytes of text and base64 of a message at most; 0 is all
	Tell       func(line string) // told of drops, and of where they go as that fails and comes back; from any goroutine; may be nil
}

// Publisher is a Sink that sends finished flows with their findings, and messages as
// records, by a Transport, and hands everything on to another Sink.
type Publisher struct {
	record.Sink // what everything is handed on to
	opt         PublisherOptions
	spool       *spool
	transport   Transport
	report      *Reporter

	batch []byte
	count map[string]int64 // records of the batch by kind
	since time.Time        // when the batch was begun
	now   record.Time      // capture time
	told  time.Time        // when Metrics was sent last

	mu    sync.Mutex       // of what follows: records are dropped here and refused there
	lost  map[string]int64 // dropped and not told on the way yet
	total map[string]int64 // dropped in all, those that were refused among them

	sent, sentBytes atomic.Int64 // batches that the other side took, and their bytes
	refused         atomic.Int64 // records that it will never take

	stop chan struct{} // closed: send what there is, and end
	done chan error
	quit context.CancelFunc
}

const (
	batchBytes = 256 << 10
	batchTime  = 500 * time.Millisecond // a batch is not kept back longer
	countTime  = time.Minute            // between what Metrics says
	sendWait   = 5 * time.Second        // for the answer of the other side
	// mostLine is the longest record that travels: brokers take messages of 1 MB, and the
	// batch before it may be all but full. A message whose line is longer is cut to cutTo bytes.
	mostLine = 640 << 10
	cutTo    = 100 << 10
)

// NewPublisher opens the way on which records go. A side that is not there yet is waited for, while
// batches gather in the spool. next takes everything too.
func NewPublisher(open Opener, opt PublisherOptions, next record.Sink) (*Publisher, error) {
	if err := opt.Origin.check(); err != nil {
		return nil, err
	}
	if opt.SpoolLimit <= 0 {
		opt.SpoolLimit = 1 << 30
	}
	if opt.Tell == nil {
		opt.Tell = func(string) {}
	}
	// Runs sort by when they began, so that a spool with several is sent in order.
	run := fmt.Sprintf("%020d", time.Now().UnixNano())
	sp, err := openSpool(opt.Spool, run, opt.SpoolLimit)
	if err != nil {
		return nil, err
	}
	report := NewReporter(opt.Tell)
	transport, err := open(opt.Origin.Sensor, report)
	if err != nil {
		return nil, err
	}
	ctx, quit := context.WithCancel(context.Background())
	p := &Publisher{
		Sink: next, opt: opt, spool: sp, transport: transport, report: report, count: map[string]int64{},
		lost: map[string]int64{}, total: map[string]int64{}, stop: make(chan struct{}), done: make(chan error, 1), quit: quit,
	}
	go func() { p.done <- p.send(ctx) }()
	return p, nil
}

// FlowEnded takes a finished flow and its findings.
func (p *Publisher) FlowEnded(f *record.Flow) error {
	p.add(Flows, f.End, report.FlowJSON(f))
	for i := range f.Findings {
		b, err := json.Marshal(finding{f.Flow, f.Findings[i]})
		if err != nil {
			return err
		}
		p.add(Findings, f.Findings[i].Time, append(b, '\n'))
	}
	return p.Sink.FlowEnded(f)
}

// Message takes a message.
func (p *Publisher) Message(m *record.Message) error {
	if p.opt.Messages {
		p.addMessage(m, p.opt.MaxPayload)
	}
	return p.Sink.Message(m)
}

// addMessage adds a message with at most so many bytes of payload; with fewer where its
// line is too long to travel.
func (p *Publisher) addMessage(m *record.Message, most int) {
	j := report.JSON{MaxPayload: most}
	line := report.AppendLine(nil, m.Flow, j.Message(nil, m))
	if len(line) > mostLine {
		j.MaxPayload = cutTo
		line = report.AppendLine(line[:0], m.Flow, j.Message(nil, m))
	}
	p.add(Messages, m.Time, line)
}

// Rendered takes a message that Renderer made, and hands on what the renderer behind it made.
func (p *Publisher) Rendered(flow int64, b []byte) error {
	at, travels, rest := splitRendered(b)
	if travels != nil {
		p.add(Messages, at, report.AppendLine(nil, flow, travels))
	}
	return p.Sink.Rendered(flow, rest)
}

// Batch sends what has waited long enough.
func (p *Publisher) Batch(now record.Time) error {
	p.now = now
	if p.opt.Metrics != nil && time.Since(p.told) > countTime {
		p.addMetrics()
	}
	if len(p.batch) > 0 && time.Since(p.since) > batchTime {
		p.flush()
	}
	return p.Sink.Batch(now)
}

// addMetrics adds what the sensor counted so far.
func (p *Publisher) addMetrics() {
	p.told = time.Now()
	counts, err := p.opt.Metrics()
	if err != nil {
		p.opt.Tell("metrics: " + err.Error())
		return
	}
	p.add(Metrics, p.now, append(counts, '\n'))
}

func (p *Publisher) add(kind string, at record.Time, record []byte) {
	if len(record) > mostLine {
		p.drop(map[string]int64{kind: 1}, fmt.Sprintf("a record of %d bytes is too long to travel", len(record)))
		return
	}
	if len(p.batch) == 0 {
		p.since = time.Now()
	}
	p.batch = p.opt.Origin.line(p.batch, kind, at, record)
	p.count[kind]++
	if len(p.batch) >= batchBytes {
		p.flush()
	}
}

// flush takes the batch to the spool, or drops it where that is full.
func (p *Publisher) flush() {
	data := p.batch
	lost := p.takeLost()
	if len(lost) > 0 { // told as soon as there is room, before what follows
		b, _ := json.Marshal(map[string]any{"records": lost}) // a map of numbers
		data = append(p.opt.Origin.line(nil, Dropped, p.now, append(b, '\n')), p.batch...)
	}
	ok, err := p.spool.put(data)
	switch {
	case err != nil:
		p.dropMore(lost, p.count, "spool: "+err.Error())
	case !ok:
		p.dropMore(lost, p.count, "the spool is full")
	}
	p.empty()
}

// takeLost takes what is to be told of records that were dropped.
func (p *Publisher) takeLost() map[string]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	lost := p.lost
	p.lost = map[string]int64{}
	return lost
}

// anyLost reports whether there is something to be told of records that were dropped.
func (p *Publisher) anyLost() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lost) > 0
}

// drop counts records that are lost, and tells of the first since the last batch that was kept.
func (p *Publisher) drop(records map[string]int64, why string) { p.dropMore(nil, records, why) }

// dropMore is drop where so many were lost before, which could not be told.
func (p *Publisher) dropMore(before, records map[string]int64, why string) {
	p.mu.Lock()
	first := len(p.lost) == 0 && len(before) == 0
	for kind, n := range before {
		p.lost[kind] += n
	}
	for kind, n := range records {
		if n > 0 {
			p.lost[kind] += n
			p.total[kind] += n
		}
	}
	p.mu.Unlock()
	if first {
		p.opt.Tell(why + ": records are dropped from here on")
	}
}

func (p *Publisher) empty() {
	p.batch = p.batch[:0]
	clear(p.count)
}

// Dropped returns how many records were dropped, by kind.
func (p *Publisher) Dropped() map[string]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.total)
}

// State is how a Publisher is doing. Any goroutine may ask.
type State struct {
	Connected bool             // the other side is there
	Failures  int64            // to connect, and to send
	Sent      int64            // batches that the other side took
	SentBytes int64            // of them
	Batches   int              // that wait in the spool
	Bytes     int64            // of them
	Limit     int64            // of the bytes in the spool
	Dropped   map[string]int64 // records, by kind, those that were refused among them
	Refused   int64            // records
}

// State returns how the Publisher is doing.
func (p *Publisher) State() State {
	s := State{
		Connected: p.transport.Connected(), Failures: p.report.Failures(), Sent: p.sent.Load(), SentBytes: p.sentBytes.Load(),
		Limit: p.opt.SpoolLimit, Dropped: p.Dropped(), Refused: p.refused.Load(),
	}
	s.Batches, s.Bytes = p.spool.waiting()
	return s
}

// Close takes the rest to the spool and sends until ctx is done. What is left then stays in
// the spool for the next run; its error says how much.
func (p *Publisher) Close(ctx context.Context) error {
	if p.opt.Metrics != nil {
		p.addMetrics()
	}
	if len(p.batch) > 0 || p.anyLost() {
		p.flush()
	}
	close(p.stop)
	p.spool.wake()
	var err error
	select {
	case err = <-p.done:
	case <-ctx.Done():
		p.quit()
		err = <-p.done
	}
	p.quit()
	p.transport.Close()
	if n, bytes := p.spool.waiting(); n > 0 {
		return fmt.Errorf("%d batches (%d bytes) could not be sent and wait in %s", n, bytes, p.opt.Spool)
	}
	return err
}

// send publishes batch after batch, each until the stream has it.
func (p *Publisher) send(ctx context.Context) error {
	for {
		b, data, any, err := p.spool.first()
		if err != nil { // someone took it away, or the disk fails: what follows goes on
			p.opt.Tell("spool: a batch cannot be read: " + err.Error())
			if err := p.spool.sent(); err != nil {
				return err
			}
			continue
		}
		if !any {
			select {
			case <-p.stop:
				return nil
			default:
			}
			select {
			case <-p.spool.more:
			case <-ctx.Done():
				return nil
			}
			continue
		}
		if p.sentOrRefused(ctx, Batch{p.opt.Origin.Sensor, b.run, b.seq, data}) {
			if err := p.spool.sent(); err != nil {
				return err
			}
			continue
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return nil
		}
	}
}

// sentOrRefused sends a batch, and reports whether it need not be sent again.
func (p *Publisher) sentOrRefused(ctx context.Context, b Batch) bool {
	wait, cancel := context.WithTimeout(ctx, sendWait)
	defer cancel()
	err := p.transport.Send(wait, b)
	if refused := (*Refused)(nil); errors.As(err, &refused) {
		for _, n := range refused.Records {
			p.refused.Add(n)
		}
		p.drop(refused.Records, "refused: "+refused.Why)
		err = nil
	}
	if err == nil {
		p.sent.Add(1)
		p.sentBytes.Add(int64(len(b.Lines)))
		p.report.Mended("batches are taken again")
		return true
	}
	if ctx.Err() == nil && p.transport.Connected() {
		p.report.Failed("a batch is not taken: " + err.Error())
	}
	return false
}
