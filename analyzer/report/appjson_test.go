package report

import (
	"encoding/json"
	"testing"

	"wscope/analyzer/record"
)

// TestAppIsWrittenWhole holds the writer by hand to the record's own names and values.
func TestAppIsWrittenWhole(t *testing.T) {
	answers, after := int64(7), record.Seconds(1500)
	for _, a := range []record.App{
		{Protocol: "p", Kind: "k"},
		{Protocol: "p", Kind: "k", Name: "n", ID: "i", Topic: "t", Error: "e", Gist: "g", Answers: &answers, After: &after, Credential: "c", Decoded: record.JSON(`{"a":1}`), DecodedCut: true},
	} {
		want, err := json.Marshal(&a)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendApp(nil, &a); string(got) != string(want) {
			t.Errorf("written as %s, want %s", got, want)
		}
	}
}
