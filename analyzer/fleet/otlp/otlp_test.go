package otlp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collogs "go.opentelemetry.io/proto/slim/otlp/collector/logs/v1"
	colmetrics "go.opentelemetry.io/proto/slim/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	logs "go.opentelemetry.io/proto/slim/otlp/logs/v1"
	metric "go.opentelemetry.io/proto/slim/otlp/metrics/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"wscope/analyzer/fleet"
	"wscope/analyzer/record"
)

// receiver is one that reads with the official package. What it may not find in the protocol is an error.
type receiver struct {
	*httptest.Server
	t *testing.T

	mu      sync.Mutex
	answer  func(w http.ResponseWriter, q *http.Request, n int) bool // before anything is kept; true where it has answered
	n       int                                                      // requests
	logs    []*logs.LogRecord
	metrics []*metric.Metric
	ids     map[string]int
	headers []http.Header
}

func receive(t *testing.T, answer func(w http.ResponseWriter, q *http.Request, n int) bool) *receiver {
	r := &receiver{t: t, ids: map[string]int{}, answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) url() string { return strings.Replace(r.URL, "http", "otlp", 1) }

func (r *receiver) serve(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return
	}
	r.n++
	if r.answer != nil && r.answer(w, q, r.n) {
		return
	}
	r.headers = append(r.headers, q.Header)
	if q.Method != "POST" || q.Header.Get("Content-Type") != "application/x-protobuf" {
		r.t.Errorf("%s of %s", q.Method, q.Header.Get("Content-Type"))
	}
	switch q.URL.Path {
	case "/v1/logs":
		var x collogs.ExportLogsServiceRequest
		if err := (proto.UnmarshalOptions{}).Unmarshal(body, &x); err != nil {
			r.t.Error(err)
		}
		known(r.t, &x)
		for _, resource := range x.ResourceLogs {
			checkResource(r.t, resource.Resource.Attributes)
			for _, scope := range resource.ScopeLogs {
				for _, l := range scope.LogRecords {
					r.logs = append(r.logs, l)
					r.ids[plain(attributeOf(l.Attributes, "log.record.uid")).(string)]++
				}
			}
		}
	case "/v1/metrics":
		var x colmetrics.ExportMetricsServiceRequest
		if err := proto.Unmarshal(body, &x); err != nil {
			r.t.Error(err)
		}
		known(r.t, &x)
		for _, resource := range x.ResourceMetrics {
			checkResource(r.t, resource.Resource.Attributes)
			for _, scope := range resource.ScopeMetrics {
				r.metrics = append(r.metrics, scope.Metrics...)
			}
		}
	default:
		r.t.Errorf("path %s", q.URL.Path)
	}
}

// known fails where a message holds a field that the protocol does not know.
func known(t *testing.T, m proto.Message) {
	whole, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	c := proto.Clone(m)
	c.ProtoReflect().SetUnknown(nil)
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(whole, c); err != nil {
		t.Fatal(err)
	}
	if proto.Size(c) != len(whole) {
		t.Errorf("%d bytes of %d are of unknown fields", len(whole)-proto.Size(c), len(whole))
	}
}

func checkResource(t *testing.T, list []*common.KeyValue) {
	for name, want := range map[string]string{"service.name": "wscope", "service.version": "test", "service.instance.id": "a", "network.interface.name": "eth0"} {
		if got := plain(attributeOf(list, name)); got != want {
			t.Errorf("resource: %s is %v, want %s", name, got, want)
		}
	}
}

func attributeOf(list []*common.KeyValue, name string) *common.AnyValue {
	for _, a := range list {
		if a.Key == name {
			return a.Value
		}
	}
	return nil
}

// plain is a value as package json would make it.
func plain(v *common.AnyValue) any {
	switch x := v.GetValue().(type) {
	case *common.AnyValue_StringValue:
		return x.StringValue
	case *common.AnyValue_BoolValue:
		return x.BoolValue
	case *common.AnyValue_IntValue:
		return float64(x.IntValue)
	case *common.AnyValue_DoubleValue:
		return x.DoubleValue
	case *common.AnyValue_ArrayValue:
		list := []any{}
		for _, y := range x.ArrayValue.Values {
			list = append(list, plain(y))
		}
		return list
	case *common.AnyValue_KvlistValue:
		m := map[string]any{}
		for _, y := range x.KvlistValue.Values {
			m[y.Key] = plain(y.Value)
		}
		return m
	}
	return nil
}

func publisher(t *testing.T, url, spool string, tell func(string), counts func() ([]byte, error)) *fleet.Publisher {
	t.Helper()
	p, err := fleet.NewPublisher(Open(url, Options{Version: "test", Interface: "eth0", Headers: "x-key=a%20b, other = c"}), fleet.PublisherOptions{
		Origin: fleet.Origin{Sensor: "a", Interface: "eth0"}, Spool: spool, Messages: true, Tell: tell, Metrics: counts,
	}, record.NopSink{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func say(p *fleet.Publisher, n int64) {
	p.Message(&record.Message{Flow: n, Message: 1, Time: record.Time(n * 1e9), From: "client", Type: "text", IsText: true, Data: []byte("hello \"you\"\x00"), Complete: true})
	p.FlowEnded(&record.Flow{
		Flow: n, End: record.Time(n * 2e9), Client: record.Endpoint{IP: "10.0.0.1", Port: 1}, Server: record.Endpoint{IP: "10.0.0.2", Port: 443},
		HTTP:     &record.HTTP{Version: "1.1", Method: "GET", Path: "/chat?a=b", Status: 101, UserAgent: "x"},
		TLS:      &record.TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", ALPN: "http/1.1"},
		Findings: []record.Finding{{Rule: "r", Severity: "warning", Time: record.Time(n * 1e9)}},
	})
}

func finish(t *testing.T, p *fleet.Publisher) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Error(err)
	}
}

const someMetrics = `{"start":"1970-01-01T00:00:01Z","metrics":[
	{"name":"c_total","help":"Counts.","kind":"counter","points":[{"labels":{"b":"2","a":"1"},"value":7},{"value":0}]},
	{"name":"g","help":"Is.","kind":"gauge","points":[{"value":-1.5}]},
	{"name":"h","help":"Spreads.","kind":"histogram","points":[{"value":0,"count":6,"sum":2.5,"bounds":[0.1,1],"buckets":[1,2,3]}]}]}`

// TestReceiverReadsWhatTheRecordsSay: bodies are the records of the contract, attributes have the names of the semantic conventions.
func TestReceiverReadsWhatTheRecordsSay(t *testing.T) {
	r := receive(t, nil)
	p := publisher(t, r.url()+"/", t.TempDir(), nil, func() ([]byte, error) { return []byte(strings.ReplaceAll(someMetrics, "\n", "")), nil })
	say(p, 1)
	p.Batch(5e9)
	finish(t, p)
	byEvent := map[string]*logs.LogRecord{}
	for _, l := range r.logs {
		byEvent[l.EventName] = l
	}
	flow := byEvent["wscope.flows"]
	if len(r.logs) != 3 || flow == nil || byEvent["wscope.messages"] == nil || byEvent["wscope.findings"] == nil {
		t.Fatalf("%d logs: %v", len(r.logs), byEvent)
	}
	body := plain(flow.Body).(map[string]any)
	if body["flow"] != 1.0 || body["http"].(map[string]any)["path"] != "/chat?a=b" || body["duration"] == nil {
		t.Errorf("body: %v", body)
	}
	got := map[string]any{}
	for _, a := range flow.Attributes {
		got[a.Key] = plain(a.Value)
	}
	delete(got, "log.record.uid")
	want := map[string]any{
		"client.address": "10.0.0.1", "client.port": 1.0, "server.address": "10.0.0.2", "server.port": 443.0, "network.type": "ipv4", "network.transport": "tcp",
		"network.protocol.name": "websocket", "http.request.method": "GET", "http.response.status_code": 101.0, "url.path": "/chat", "url.query": "a=b",
		"user_agent.original": "x", "tls.protocol.version": "1.3", "tls.cipher": "TLS_AES_128_GCM_SHA256", "tls.next_protocol": "http/1.1",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("attributes %v, want %v", got, want)
	}
	if flow.TimeUnixNano != 2e9 || flow.SeverityNumber != logs.SeverityNumber_SEVERITY_NUMBER_INFO {
		t.Errorf("flow: %v", flow)
	}
	if f := byEvent["wscope.findings"]; f.SeverityNumber != logs.SeverityNumber_SEVERITY_NUMBER_WARN || f.SeverityText != "warning" || f.TimeUnixNano != 1e9 {
		t.Errorf("finding: %v", f)
	}
	if m := plain(byEvent["wscope.messages"].Body).(map[string]any); m["text"] != "hello \"you\"\x00" || m["complete"] != true {
		t.Errorf("message: %v", m)
	}
	if h := r.headers[0]; h.Get("X-Key") != "a b" || h.Get("Other") != "c" {
		t.Errorf("headers %v", h)
	}
	if len(r.metrics) != 6 { // when it began, and at the end
		t.Fatalf("metrics: %v", r.metrics)
	}
	sum, gauge, spread := r.metrics[0].GetSum(), r.metrics[1].GetGauge(), r.metrics[2].GetHistogram()
	if !sum.IsMonotonic || sum.AggregationTemporality != metric.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE || sum.DataPoints[0].GetAsDouble() != 7 ||
		plain(attributeOf(sum.DataPoints[0].Attributes, "a")) != "1" || sum.DataPoints[0].StartTimeUnixNano != 1e9 || sum.DataPoints[0].TimeUnixNano != 5e9 {
		t.Errorf("counter: %v", sum)
	}
	if gauge.DataPoints[0].GetAsDouble() != -1.5 {
		t.Errorf("gauge: %v", gauge)
	}
	if d := spread.DataPoints[0]; d.Count != 6 || d.GetSum() != 2.5 || !slices.Equal(d.BucketCounts, []uint64{1, 2, 3}) || !slices.Equal(d.ExplicitBounds, []float64{.1, 1}) ||
		spread.AggregationTemporality != metric.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE {
		t.Errorf("histogram: %v", spread)
	}
}

// TestAnyJSONArrives: what JSON says the receiver reads.
func TestAnyJSONArrives(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"a":null}`, `{"a":[],"b":{}}`, `{"n":[0,-1,9223372036854775807,9223372036854775808,1e300,1.5,-0.25,1E2]}`, `{"t":[true,false,"","\u0000","\ud83d\ude00","\ud83d"]}`,
		`{"":{"":[[[{}]]]}}`,
	} {
		items, ok := log(nil, fleet.Line{Kind: fleet.Flows, Record: []byte(text)})
		if !ok {
			t.Errorf("%s: no record", text)
			continue
		}
		var scope logs.ScopeLogs
		if err := proto.Unmarshal(items, &scope); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var want any
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if got := plain(scope.LogRecords[0].Body); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	if _, ok := log(nil, fleet.Line{Record: []byte(`{"a":`)}); ok {
		t.Error("half a record was taken")
	}
}

// TestNothingIsLost while a receiver is away, refuses, asks for patience or answers nonsense; what it takes it takes once.
func TestNothingIsLost(t *testing.T) {
	var said []string
	var mu sync.Mutex
	tell := func(line string) { mu.Lock(); said = append(said, line); mu.Unlock() }
	r := receive(t, func(w http.ResponseWriter, _ *http.Request, n int) bool {
		switch n {
		case 1, 2:
			http.Error(w, "", http.StatusUnauthorized)
		case 3:
			w.Header().Set("Retry-After", "1")
			http.Error(w, "", http.StatusServiceUnavailable)
		case 4:
			http.Redirect(w, &http.Request{}, "http://127.0.0.1:1/elsewhere", http.StatusTemporaryRedirect)
		case 5:
			panic(http.ErrAbortHandler) // the connection breaks
		case 6:
			http.Error(w, "", http.StatusBadGateway)
		default:
			return false
		}
		return true
	})
	p := publisher(t, r.url(), t.TempDir(), tell, nil)
	for n := range int64(50) {
		say(p, n+1)
	}
	finish(t, p)
	if len(r.logs) != 150 || len(r.ids) != 150 {
		t.Errorf("%d logs, %d names of 150", len(r.logs), len(r.ids))
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{"401", "503", "502", "no receiver"} {
		if !strings.Contains(all, want) {
			t.Errorf("nobody was told of %s: %s", want, all)
		}
	}
	if s := p.State(); s.Refused != 0 || s.Sent == 0 {
		t.Errorf("%+v", s)
	}
}

// TestRejectedRecordsAreDroppedAndTold: a bad request is not sent for ever; of a partial success the others count.
func TestRejectedRecordsAreDroppedAndTold(t *testing.T) {
	var said []string
	r := receive(t, func(w http.ResponseWriter, q *http.Request, n int) bool {
		switch n {
		case 1:
			http.Error(w, "", http.StatusBadRequest)
			return true
		case 2:
			b, err := proto.Marshal(&collogs.ExportLogsServiceResponse{PartialSuccess: &collogs.ExportLogsPartialSuccess{RejectedLogRecords: 2, ErrorMessage: "too old"}})
			if err != nil {
				t.Error(err)
			}
			w.Write(b)
		}
		return false
	})
	spool := t.TempDir()
	p := publisher(t, r.url(), spool, func(line string) { said = append(said, line) }, nil)
	say(p, 1)
	time.Sleep(600 * time.Millisecond)
	p.Batch(1)
	for i := 0; p.State().Refused == 0 && i < 500; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	say(p, 2)
	finish(t, p)
	if s := p.State(); s.Refused != 5 || s.Dropped[fleet.Flows] != 1 || s.Dropped["unknown"] != 2 {
		t.Errorf("%+v", s)
	}
	if !strings.Contains(strings.Join(said, "\n"), "400 Bad Request") {
		t.Errorf("said %q", said)
	}
	if !slices.ContainsFunc(r.logs, func(l *logs.LogRecord) bool { return l.EventName == "wscope.dropped" }) {
		t.Error("the receiver is not told")
	}
}

func TestAddress(t *testing.T) {
	for _, c := range []struct{ url, headers, want string }{
		{"otlp://a", "", "http://a:4318/v1/logs"},
		{"otlps://u:p@a:1/x/", "A=b", "https://a:1/x/v1/logs u p map[A:[b]]"},
		{"otlp://[::1]", "", "http://[::1]:4318/v1/logs"},
		{"http://a", "", `an OTLP URL begins with otlp:// or otlps://, not "http"`},
		{"otlp://", "", "the OTLP URL must be otlp://HOST[:PORT][/PATH]"},
		{"otlp://a?b=c", "", "the OTLP URL must be otlp://HOST[:PORT][/PATH]"},
		{"otlp://a", "x", "OTEL_EXPORTER_OTLP_HEADERS must be NAME=VALUE, several with commas"},
		{"otlp://a", "x=%0d%0ay", "OTEL_EXPORTER_OTLP_HEADERS must be NAME=VALUE, several with commas"},
	} {
		a, err := parse(c.url, c.headers)
		got := fmt.Sprint(err)
		if err == nil {
			got = a.to("logs")
			if a.user != "" {
				got += " " + a.user + " " + a.password + " " + fmt.Sprint(map[string][]string(a.header))
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.url, got, c.want)
		}
	}
}

// FuzzAnswer: a receiver may say anything.
func FuzzAnswer(f *testing.F) {
	b, _ := proto.Marshal(&collogs.ExportLogsServiceResponse{PartialSuccess: &collogs.ExportLogsPartialSuccess{RejectedLogRecords: 2, ErrorMessage: "x"}})
	for i := range len(b) + 1 {
		f.Add(b[:i])
	}
	f.Add(protowire.AppendVarint(nil, math.MaxUint64))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, _ := partial(b); n < 0 {
			t.Errorf("%d", n)
		}
	})
}
