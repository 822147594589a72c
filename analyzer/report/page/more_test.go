package page

import (
	"encoding/json"
	"testing"

	"wscope/analyzer/record"
)

// TestMore holds the hand-written JSON to encoding/json's.
func TestMore(t *testing.T) {
	texts := []string{"", "plain", `{"a":"b\\c"}`, "<b>&amp;</b>", "tab\tline\n", "größer 🎉", "\u2028", "\xff broken", "\x7f"}
	code, answers, after := 1000, int64(7), record.Seconds(1500000)
	for _, a := range texts {
		for _, b := range texts {
			for _, m := range []more{
				{Type: a, File: b}, {Type: a, File: b, Error: 15},
				{Code: &code, Reason: a},
				{Reason: b, App: &record.App{Protocol: a, Kind: b, Name: a, ID: b, Topic: a, Error: b, Gist: a, Credential: b}},
				{App: &record.App{Protocol: a, Gist: b, Answers: &answers, After: &after, DecodedCut: true}},
			} {
				want, err := json.Marshal(m)
				if err != nil {
					t.Fatal(err)
				}
				if got := m.append(nil); string(got) != string(want) {
					t.Errorf("%s, want %s", got, want)
				}
			}
		}
	}
}
