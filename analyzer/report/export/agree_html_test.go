package export_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
	"wscope/analyzer/report/page"
)

// pageExport is the report page as an Exporter.
type pageExport struct{ *page.Writer }

func (pageExport) Wants() record.Wants {
	return record.Wants{Messages: true, Payload: true, Events: true}
}

// block is an element of the page that holds data.
var block = regexp.MustCompile(`(?s)<script type="application/([^"]+)" id="([a-z]+)[^"]*"(?: data-length="\d+")?>(.*?)</script>`)

// html counts in the page's blocks of JSON; its summary must be the JSON that the command summary gives.
func html(t *testing.T, path string) (*record.Summary, counts) {
	var b bytes.Buffer
	sum := run(t, path, pageExport{page.New(&b, page.Limits{})})
	var c counts
	for _, m := range block.FindAllStringSubmatch(b.String(), -1) {
		data := []byte(m[3])
		if m[1] == "octet-stream" {
			packed := base64.NewDecoder(base64.StdEncoding, strings.NewReader(m[3]))
			var err error
			if data, err = io.ReadAll(flate.NewReader(packed)); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		switch m[2] {
		case "about":
			err = c.about(t, data, sum)
		case "flows":
			err = c.flowBlock(data)
		case "messages":
			err = c.messageBlock(data)
		}
		if err != nil {
			t.Fatalf("%s: %v", m[2], err)
		}
	}
	return sum, c
}

func (c *counts) about(t *testing.T, data []byte, sum *record.Summary) error {
	var about struct{ Summary any }
	if err := json.Unmarshal(data, &about); err != nil {
		return err
	}
	got, _ := json.Marshal(about.Summary)
	var v any
	if err := json.Unmarshal(report.SummaryJSON(sum), &v); err != nil {
		return err
	}
	if want, _ := json.Marshal(v); !bytes.Equal(got, want) {
		t.Errorf("the page's summary\n%s, want\n%s", got, want)
	}
	return nil
}

func (c *counts) flowBlock(data []byte) error {
	var list []struct{ Record record.Flow }
	err := json.Unmarshal(data, &list)
	for i := range list {
		f := &list[i].Record
		c.flows++
		c.findings += int64(len(f.Findings))
		f.ClientToServer.Messages, f.ServerToClient.Messages = record.Counts{}, record.Counts{}
		c.sides[0].add(&f.ClientToServer)
		c.sides[1].add(&f.ServerToClient)
	}
	return err
}

func (c *counts) messageBlock(data []byte) error {
	var list []struct{ Rows [][]any }
	err := json.Unmarshal(data, &list)
	for _, part := range list {
		for _, row := range part.Rows { // message, kind, from, …
			kind, from := int(row[1].(float64)), int(row[2].(float64))
			if kind >= 0 {
				c.sides[from].count([]string{"text", "binary", "ping", "pong", "close"}[kind], 1)
			}
		}
	}
	return err
}
