package report

import (
	"slices"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// TestMessageAndFrameCellsAreTheTable holds the heads that are written by hand, for the sake of speed, to the field table.
func TestMessageAndFrameCellsAreTheTable(t *testing.T) {
	for _, c := range []struct {
		head  string
		table *record.Table
		more  []string // what payloads are given as
		less  []string
	}{
		{MessageHead, record.MessageTable, []string{"text", "base64"}, nil},
		{DecodedMessageHead, record.MessageTable, []string{"offset", "text", "base64"}, []string{"flow", "from", "time", "end", "packet", "file"}},
		{FrameHead, record.FrameTable, []string{"payload_text", "payload_bytes"}, nil},
		{DecodedHead, record.FrameTable, []string{"payload_text", "payload_bytes"}, []string{"flow", "from", "time", "packet", "file"}},
	} {
		want := c.more
		for _, column := range c.table.Columns() {
			if name := strings.Join(column.Path, "."); !slices.Contains(c.less, name) {
				want = append(want, name)
			}
		}
		got := strings.Split(strings.TrimSpace(c.head), ",")
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the columns are\n%v\nand not\n%v", c.table.Name, got, want)
		}
	}
}
