package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// PublisherOptions of NewPublisher. Origin and Spool must be set.
type PublisherOptions struct {
	Origin     Origin
	Spool      string // folder for batches that are not sent yet
	SpoolLimit int64  // bytes in it at most; 0 is 1 GiB
	Stream     string // name of the JetStream stream; "" is WSCOPE
	Replicas   int    // of the stream, where it is made; 0 is 1
	Messages   bool   // send messages too, not flows and findings alone
	MaxPayload int    // bytes of text and base64 of a message at most; 0 is all
	NATS       []nats.Option
	Tell       func(line string) // told of drops and of brokers that come and go; from any goroutine; may be nil
}

// Publisher is a Sink that sends finished flows with their findings, and messages as
// records, to JetStream, and hands everything on to another Sink.
type Publisher struct {
	record.Sink // what everything is handed on to
	opt         PublisherOptions
	spool       *spool
	conn        *connection

	batch []byte
	count map[string]int64 // records of the batch by kind
	since time.Time        // when the batch was begun
	now   record.Time      // capture time
	lost  map[string]int64 // dropped and not told on the stream yet
	total map[string]int64 // dropped in all

	stop chan struct{} // closed: send what there is, and end
	done chan error
	quit context.CancelFunc
}

const (
	batchBytes = 256 << 10
	batchTime  = 500 * time.Millisecond // a batch is not kept back longer
	sendWait   = 5 * time.Second        // for the stream's answer
	// mostLine is the longest record that travels: brokers take messages of 1 MB, and the
	// batch before it may be all but full. A message whose line is longer is cut to cutTo bytes.
	mostLine = 640 << 10
	cutTo    = 100 << 10
	// keepFor is how long the stream keeps batches for a collector that is away.
	keepFor = 7 * 24 * time.Hour
	// idsFor is how long the stream remembers message IDs. A batch that is sent again later is
	// on the stream twice; the collector knows it.
	idsFor = 10 * time.Minute
)

// subject is where a sensor's batches go.
func subject(stream, sensor string) string { return stream + ".batches." + sensor }

// NewPublisher connects to the brokers at url (several with commas, as NATS has it). A
// broker that is not there yet is waited for, while batches gather in the spool. next
// takes everything too.
func NewPublisher(url string, opt PublisherOptions, next record.Sink) (*Publisher, error) {
	if err := opt.Origin.check(); err != nil {
		return nil, err
	}
	if opt.Stream == "" {
		opt.Stream = "WSCOPE"
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
	conn, err := connect(url, "wscope sensor "+opt.Origin.Sensor, opt.NATS, opt.Tell)
	if err != nil {
		return nil, err
	}
	ctx, quit := context.WithCancel(context.Background())
	p := &Publisher{
		Sink: next, opt: opt, spool: sp, conn: conn, count: map[string]int64{}, lost: map[string]int64{}, total: map[string]int64{},
		stop: make(chan struct{}), done: make(chan error, 1), quit: quit,
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
	if len(p.batch) > 0 && time.Since(p.since) > batchTime {
		p.flush()
	}
	return p.Sink.Batch(now)
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
	if len(p.lost) > 0 { // told as soon as there is room, before what follows
		b, _ := json.Marshal(map[string]any{"records": p.lost}) // a map of numbers
		data = append(p.opt.Origin.line(nil, Dropped, p.now, append(b, '\n')), p.batch...)
	}
	ok, err := p.spool.put(data)
	switch {
	case err != nil:
		p.drop(p.count, "spool: "+err.Error())
	case !ok:
		p.drop(p.count, "the spool is full")
	default:
		clear(p.lost)
	}
	p.empty()
}

// drop counts records that are lost, and tells of the first since the last batch that was kept.
func (p *Publisher) drop(records map[string]int64, why string) {
	if len(p.lost) == 0 {
		p.opt.Tell(why + ": records are dropped from here on")
	}
	for kind, n := range records {
		if n > 0 {
			p.lost[kind] += n
			p.total[kind] += n
		}
	}
}

func (p *Publisher) empty() {
	p.batch = p.batch[:0]
	clear(p.count)
}

// Dropped is how many records were dropped, by kind. It is called where the Sink is.
func (p *Publisher) Dropped() map[string]int64 { return p.total }

// State is how a Publisher is doing. Any goroutine may ask.
type State struct {
	Connected bool  // a broker is there
	Failures  int64 // to connect, and to send
	Batches   int   // that wait in the spool
	Bytes     int64 // of them
}

// State returns how the Publisher is doing.
func (p *Publisher) State() State {
	s := State{Connected: p.conn.connected(), Failures: p.conn.report.failures.Load()}
	s.Batches, s.Bytes = p.spool.waiting()
	return s
}

// Close takes the rest to the spool and sends until ctx is done. What is left then stays in
// the spool for the next run; its error says how much.
func (p *Publisher) Close(ctx context.Context) error {
	if len(p.batch) > 0 || len(p.lost) > 0 {
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
	p.conn.close()
	if n, bytes := p.spool.waiting(); n > 0 {
		return fmt.Errorf("%d batches (%d bytes) could not be sent and wait in %s", n, bytes, p.opt.Spool)
	}
	return err
}

// send publishes batch after batch, each until the stream has it.
func (p *Publisher) send(ctx context.Context) error {
	made := false
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
		js, err := p.conn.stream()
		if err == nil {
			wait, cancel := context.WithTimeout(ctx, sendWait)
			if !made {
				err = ensure(wait, js, p.opt.Stream, p.opt.Replicas)
				made = err == nil
			}
			if err == nil {
				err = p.publish(wait, js, b, data)
			}
			cancel()
		}
		if err == nil {
			p.conn.report.mended("")
			if err := p.spool.sent(); err != nil {
				return err
			}
			continue
		}
		if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrNoStreamResponse) {
			made = false // it was removed, or its brokers lost it
		}
		if ctx.Err() == nil && p.conn.connected() {
			p.conn.report.failed("the stream does not take a batch: " + err.Error())
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return nil
		}
	}
}

// Headers of a batch.
const (
	headerRun = "Wscope-Run"
	headerSeq = "Wscope-Seq"
)

func (p *Publisher) publish(ctx context.Context, js jetstream.JetStream, b batchFile, data []byte) error {
	m := nats.NewMsg(subject(p.opt.Stream, p.opt.Origin.Sensor))
	m.Data = data
	m.Header.Set(headerRun, b.run)
	m.Header.Set(headerSeq, strconv.FormatUint(b.seq, 10))
	_, err := js.PublishMsg(ctx, m, jetstream.WithMsgID(p.opt.Origin.Sensor+"."+b.run+"."+strconv.FormatUint(b.seq, 10)))
	return err
}
