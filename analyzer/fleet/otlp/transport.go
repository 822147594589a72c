package otlp

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"wscope/analyzer/fleet"
)

// Options of Open.
type Options struct {
	Headers   string // as OTEL_EXPORTER_OTLP_HEADERS has them
	TLS       *tls.Config
	Version   string // of wscope
	Interface string // of the sensor
}

// Open opens the way to the receiver that the URL names.
func Open(url string, opt Options) fleet.Opener {
	return func(_ string, report *fleet.Reporter) (fleet.Transport, error) {
		a, err := parse(url, opt.Headers)
		if err != nil {
			return nil, err
		}
		return &transport{opt: opt, address: a, report: report, client: http.Client{
			Transport: &http.Transport{TLSClientConfig: opt.TLS, Proxy: http.ProxyFromEnvironment, MaxIdleConns: 2, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true},
			// A batch is not sent to wherever an answer says.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}}, nil
	}
}

// transport is a fleet.Transport.
type transport struct {
	opt       Options
	address   address
	report    *fleet.Reporter
	client    http.Client
	connected atomic.Bool // the latest request was answered
	later     time.Time   // the receiver asked to be left alone until then

	sent    string         // the batch of which the logs are there
	refused *fleet.Refused // of them
}

// Connected reports whether a receiver answers.
func (t *transport) Connected() bool { return t.connected.Load() }

// Close lets the connections go.
func (t *transport) Close() { t.client.CloseIdleConnections() }

// Send sends a batch: its logs, then its metrics.
func (t *transport) Send(ctx context.Context, b fleet.Batch) error {
	if wait := time.Until(t.later); wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return fmt.Errorf("the receiver asks to wait for %s yet", wait.Round(time.Second))
		}
	}
	var logs, counts []byte
	kinds, unreadable := map[string]int64{}, map[string]int64{}
	b.Each(func(l fleet.Line) bool {
		var ok bool
		switch {
		case l.Kind == fleet.Metrics:
			counts, ok = metrics(counts, l.At, l.Record)
		default:
			logs, ok = log(logs, l)
			kinds[l.Kind]++
		}
		if !ok {
			unreadable[l.Kind]++
			kinds[l.Kind]--
		}
		return true
	})
	id := b.ID()
	if len(logs) > 0 && t.sent != id {
		refused, err := t.post(ctx, "logs", logs, b.Sensor)
		if err != nil {
			return err
		}
		t.sent, t.refused = id, refused.of(kinds)
	}
	if len(counts) > 0 {
		refused, err := t.post(ctx, "metrics", counts, b.Sensor)
		if err != nil {
			return err
		}
		if refused.some && t.refused == nil { // metrics are no records, and the next say the same
			t.report.Failed("metrics are refused: " + refused.why)
		}
	}
	refused := t.refused
	t.refused = nil
	switch {
	case refused != nil:
		return refused
	case len(unreadable) > 0: // the spool's file was damaged
		return &fleet.Refused{Records: unreadable, Why: "no record"}
	}
	return nil
}

// refusal is what a receiver will never take of a request.
type refusal struct {
	some bool
	all  bool
	n    int64 // where not all
	why  string
}

// of says which records were refused. Where some of several kinds were, nobody says of which.
func (r refusal) of(kinds map[string]int64) *fleet.Refused {
	if !r.some {
		return nil
	}
	if r.all {
		return &fleet.Refused{Records: kinds, Why: r.why}
	}
	if len(kinds) == 1 {
		for kind := range kinds {
			return &fleet.Refused{Records: map[string]int64{kind: r.n}, Why: r.why}
		}
	}
	return &fleet.Refused{Records: map[string]int64{"unknown": r.n}, Why: r.why}
}

// mostAnswer is how much of an answer is read.
const mostAnswer = 64 << 10

// post sends one request. An error says that it is to be sent again.
func (t *transport) post(ctx context.Context, signal string, items []byte, sensor string) (r refusal, err error) {
	body := request(sensor, t.opt.Interface, t.opt.Version, items)
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, t.address.to(signal), bytes.NewReader(body))
	if err != nil {
		return r, err
	}
	for name, values := range t.address.header {
		q.Header[name] = values
	}
	q.Header.Set("Content-Type", "application/x-protobuf")
	q.Header.Set("User-Agent", "wscope/"+t.opt.Version)
	if t.address.user != "" {
		q.SetBasicAuth(t.address.user, t.address.password)
	}
	answer, err := t.client.Do(q)
	if err != nil {
		t.connected.Store(false)
		if ctx.Err() == nil || ctx.Err() == context.DeadlineExceeded {
			t.report.Failed("no receiver: " + err.Error())
		}
		return r, err
	}
	defer answer.Body.Close()
	t.connected.Store(true)
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	if err != nil {
		return r, err
	}
	switch answer.StatusCode {
	case http.StatusOK, http.StatusAccepted, http.StatusNoContent:
		n, why := partial(text)
		return refusal{some: n > 0, n: n, why: why}, nil
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return refusal{some: true, all: true, why: answer.Status}, nil // it would be so each time
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if s, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && s > 0 {
			t.later = time.Now().Add(min(time.Duration(s)*time.Second, mostWait))
		}
	}
	return r, fmt.Errorf("the receiver says %s", answer.Status) // access may be restored, a path mended
}

// mostWait is how long a receiver is left alone at most.
const mostWait = 5 * time.Minute

// partial reads an answer's partial success: how many records were rejected, and why.
func partial(answer []byte) (rejected int64, why string) {
	content := fields(answer)[1]
	for field, b := range fields(content) {
		switch field {
		case 1:
			n, _ := protowire.ConsumeVarint(b)
			rejected = int64(n)
		case 2:
			why = string(b)
		}
	}
	return max(rejected, 0), why
}

// fields reads the fields 1 and 2 of a message; what is no message has none.
func fields(b []byte) (list [3][]byte) {
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return list
		}
		size := protowire.ConsumeFieldValue(field, kind, b[n:])
		if size < 0 {
			return list
		}
		if content := b[n : n+size]; field == 1 || field == 2 {
			if kind == protowire.BytesType {
				content, _ = protowire.ConsumeBytes(content)
			}
			list[field] = content
		}
		b = b[n+size:]
	}
	return list
}
