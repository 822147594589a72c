package report

import (
	"testing"
	"time"

	"wscope/analyzer/record"
)

func TestTroubleIsWhatWentWrongInAFlow(t *testing.T) {
	second := func(n float64) *record.Seconds {
		s := record.Seconds(n * 1e9)
		return &s
	}
	at := func(n int) record.Time { return record.Time(time.Unix(1_790_000_000+int64(n), 0).UnixNano()) }
	flow := func(change func(f *record.Flow)) *record.Flow {
		f := &record.Flow{Start: at(0), End: at(100), Duration: *second(100)}
		f.ServerToClient.Messages.Text = 100
		change(f)
		return f
	}
	for _, c := range []struct {
		shows  string
		change func(f *record.Flow)
		want   string
	}{
		{"a flow in order", func(f *record.Flow) {
			f.TCP, f.Ping, f.Pace = &record.TCP{}, &record.PingSum{Answered: 3}, &record.Pace{}
		}, ""},
		{"a closed window", func(f *record.Flow) { f.TCP = &record.TCP{ZeroWindow: *second(7)} }, "a sender was held up by a receive window of zero for 7.00 s"},
		{"a ping that the end overtook", func(f *record.Flow) { f.Ping = &record.PingSum{Answered: 9, Unanswered: 1} }, ""},
		{"a ping that was to be answered", func(f *record.Flow) {
			f.Ping = &record.PingSum{Answered: 9, Unanswered: 1}
			f.Findings = []record.Finding{{Rule: record.RulePing.ID}}
		}, "1 ping unanswered"},
		{"a request that the end overtook", func(f *record.Flow) {
			f.App = &record.AppSummary{Unanswered: 1, Waiting: []record.AppCall{{Time: at(100)}}}
		}, ""},
		{"requests that waited", func(f *record.Flow) {
			f.App = &record.AppSummary{Unanswered: 2, Waiting: []record.AppCall{{Time: at(88)}, {Time: at(100)}}}
		}, "2 requests unanswered, the first for 12.0 s"},
		{"a feed that stalled", func(f *record.Flow) { f.Pace = &record.Pace{ServerGap: second(40)} }, "the server was silent for 40.0 s in between"},
		{"a feed that is slow", func(f *record.Flow) { f.Pace = &record.Pace{ServerGap: second(6)} }, ""},
		{"a few messages", func(f *record.Flow) { f.Pace = &record.Pace{ClientGap: second(60)} }, ""},
	} {
		if got := Trouble(flow(c.change)); got != c.want {
			t.Errorf("%s: %q, want %q", c.shows, got, c.want)
		}
	}
}
