package fleet

import (
	"bytes"
	"strings"
	"testing"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// TestRenderedRecordsArriveWhole holds what is split to what the renderer behind makes, for messages that travel as they are,
// cut, and not at all.
func TestRenderedRecordsArriveWhole(t *testing.T) {
	for _, size := range []int{0, 1, 1000, mostLine - aroundLine - 400, mostLine, 3 * mostLine} {
		m := &record.Message{Message: 1, From: "client", Type: "text", Time: 5, Length: int64(size), IsText: true, Data: []byte(strings.Repeat("x", size))}
		want := (&report.JSON{}).Message(nil, m)
		for _, sent := range []bool{true, false} {
			r := &renderer{next: &report.JSON{}, messages: sent}
			b := r.Message([]byte("before"), m)
			at, travels, rest := splitRendered(bytes.TrimPrefix(b, []byte("before")))
			if at != 5 || !bytes.Equal(rest, want) {
				t.Errorf("%d bytes: at %v, %d bytes and not %d", size, at, len(rest), len(want))
			}
			switch {
			case !sent && travels != nil:
				t.Errorf("%d bytes travel", len(travels))
			case sent && size < mostLine/2 && !bytes.Equal(travels, want):
				t.Errorf("%d bytes: what travels is not the record", size)
			case sent && (len(travels) == 0 || len(report.AppendLine(nil, 1<<62, travels)) > mostLine):
				t.Errorf("%d bytes: %d travel", size, len(travels))
			}
		}
	}
	r := &renderer{next: &report.JSON{}, messages: true}
	if _, travels, rest := splitRendered(r.Frame(nil, &record.Frame{Frame: 1})); travels != nil || len(rest) == 0 {
		t.Error("a frame travels")
	}
}
