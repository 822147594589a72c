package record

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// hider hides all that it is asked about.
type hider struct{ asked map[Class]int }

func (h hider) Text(c Class, text string) string { h.asked[c]++; return "hidden" }
func (h hider) Header(name, value string) string { h.asked[Headers]++; return "hidden" }

// TestReplaceLeavesTheRecordAlone changes only the copy, and all of it that is not Open.
func TestReplaceLeavesTheRecordAlone(t *testing.T) {
	f := new(Flow)
	n := 0
	fill(reflect.ValueOf(f).Elem(), &n)
	before, _ := json.Marshal(f)
	h := hider{map[Class]int{}}
	c := f.Replace(h)
	if after, _ := json.Marshal(f); string(after) != string(before) {
		t.Errorf("the record was changed: %s", after)
	}
	for _, text := range []string{
		c.HTTP.Path, c.HTTP.Origin, c.HTTP.Location, c.HTTP.Body, c.HTTP.Auth, c.HTTP.Cookies[1], c.HTTP.RequestHeaders[1][1],
		c.HTTP.ResponseHeaders[0][1], c.Handshake.Subprotocol, c.Handshake.SubprotocolsOffered[0], c.Handshake.Extensions[1],
		c.Close.Reason, c.Via[1].Target, c.App.Session, c.App.Names[0].Name, c.App.Operations[1].Name, c.App.Waiting[0].ID,
		c.App.Failures[0], c.Findings[1].Detail,
	} {
		if text != "hidden" {
			t.Errorf("%q was not replaced", text)
		}
	}
	if c.HTTP.Host == "hidden" || c.Client.IP == "hidden" || c.Findings[0].Rule == "hidden" || c.HTTP.RequestHeaders[0][0] == "hidden" {
		t.Error("what holds no secret was replaced")
	}
	if h.asked[Unclassed]+h.asked[Open]+h.asked[Content] > 0 {
		t.Errorf("asked of %v", h.asked)
	}
}

// TestReplaceOfMessagesAndSummaries leaves out what is to be dropped.
func TestReplaceOfMessagesAndSummaries(t *testing.T) {
	m, s, n := new(Message), new(Summary), 0
	fill(reflect.ValueOf(m).Elem(), &n)
	fill(reflect.ValueOf(s).Elem(), &n)
	app, paths := m.App, s.Paths
	m.Replace(hider{map[Class]int{}})
	s.Replace(hider{map[Class]int{}})
	if m.SHA256 != "" || m.App.Decoded != nil || m.App.DecodedCut || m.Reason != "hidden" || m.App.Name != "hidden" || app.Name == "hidden" {
		t.Errorf("%+v, %+v; before %+v", m, m.App, app)
	}
	if s.Paths[0].Name != "hidden" || s.Hosts[0].Name == "hidden" || paths[0].Name == "hidden" || !strings.HasPrefix(s.Clients[1].Name, "text") || s.Apps[0].Slowest[0].Name != "hidden" {
		t.Errorf("%+v; before %+v", s, paths)
	}
}
