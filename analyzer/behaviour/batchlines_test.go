package behaviour

import (
	"strings"
	"testing"

	"wscope/analyzer/record"
)

func TestAlikeLines(t *testing.T) {
	for text, want := range map[string]string{
		`{"push":{"pub":{"n":1}}}` + "\n" + `{"push":{"pub":{"n":2}}}` + "\n": `{"push":{"pub":{"n":1}}}#|{"push":{"pub":{"n":2}}}#`,
		`{"id":1,"rpc":{}}` + "\n" + `{"id":2,"rpc":{}}`:                      `{"id":1,"rpc":{}}#1|{"id":2,"rpc":{}}#2`,
		`{"id":1,"rpc":{}}` + "\n" + `{"push":{}}`:                            `{"id":1,"rpc":{}}#1`, // what the second is was not said
		`{"id":1}`:         "",
		`{"id":1}` + "\n":  "",
		`{"id":1}` + "\nx": "",
		"a\nb":             "",
	} {
		m := &record.Message{Type: "text", Data: []byte(text), App: &record.App{Protocol: "centrifugo"}}
		if strings.HasPrefix(text, `{"id":1`) {
			m.App.ID = "1"
		}
		var got []string
		for _, one := range alikeLines(m) {
			got = append(got, string(one.Data)+"#"+one.App.ID)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
