package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer/report/export"
)

// archive is a HAR as far as tests look at it; each entry also as it stands.
type archive struct {
	Log struct {
		Version string
		Entries []json.RawMessage
	}
}

// entry is what an entry says of its session.
type entry struct {
	ResourceType string `json:"_resourceType"`
	Request      struct {
		Method, URL, HTTPVersion string
		Headers, QueryString     []struct{ Name, Value string }
	}
	Response struct {
		Status                  int
		StatusText, HTTPVersion string
		Headers                 []struct{ Name, Value string }
	}
	Messages []harMessage `json:"_webSocketMessages"`
}

type harMessage struct {
	Type   string
	Time   float64
	Opcode int
	Data   string
}

func readArchive(t *testing.T, b []byte) (archive, []entry) {
	t.Helper()
	var a archive
	if err := json.Unmarshal(b, &a); err != nil {
		t.Fatal(err)
	}
	entries := make([]entry, len(a.Log.Entries))
	for i, raw := range a.Log.Entries {
		if err := json.Unmarshal(raw, &entries[i]); err != nil {
			t.Fatal(err)
		}
	}
	return a, entries
}

// exported is the archive of testdata/har's session by Chromium, and that of its packets by us.
func exported(t *testing.T) (theirs, ours []byte) {
	t.Helper()
	theirs, err := os.ReadFile(filepath.Join(testdata, "har", "chromium.har"))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	run(t, filepath.Join(testdata, "har", "chromium.pcap"), export.NewHAR(&b, t.TempDir(), "test"))
	return theirs, b.Bytes()
}

// TestHARHasTheMembersOfChromium compares which members an entry has, and of which types.
func TestHARHasTheMembersOfChromium(t *testing.T) {
	chromium, wscope := exported(t)
	theirs, _ := readArchive(t, chromium)
	ours, _ := readArchive(t, wscope)
	// What only the page's own browser knows, and what only we say.
	without := []string{"_initiator.stack", "pageref", "response.content.compression"}
	with := []string{"_wscope", "connection", "_webSocketMessages[]._encoding"}
	for i := range theirs.Log.Entries {
		want, got := members(t, theirs.Log.Entries[i]), members(t, ours.Log.Entries[i])
		for name, kind := range want {
			if got[name] != kind && !under(name, without) && !strings.HasPrefix(name, "_webSocketMessages[]") {
				t.Errorf("entry %d: %s is %q, Chromium's is %q", i, name, got[name], kind)
			}
		}
		for name := range got {
			if want[name] == "" && !under(name, with) && !strings.Contains(name, "[]") {
				t.Errorf("entry %d: Chromium has no %s", i, name)
			}
		}
	}
	want, got := members(t, theirs.Log.Entries[0]), members(t, ours.Log.Entries[0])
	for _, name := range []string{"type", "time", "opcode", "data"} {
		name = "_webSocketMessages[]." + name
		if want[name] == "" || got[name] != want[name] {
			t.Errorf("%s is %q, Chromium's is %q", name, got[name], want[name])
		}
	}
}

func under(name string, list []string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return name == s || strings.HasPrefix(name, s+".") })
}

// members are the names of all that is in an object, with the types of JSON.
func members(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	var walk func(name string, v any)
	walk = func(name string, v any) {
		if name != "" {
			found[name] = strings.TrimPrefix(fmt.Sprintf("%T", v), "map[string]")
		}
		switch v := v.(type) {
		case map[string]any:
			for key, value := range v {
				walk(strings.TrimPrefix(name+"."+key, "."), value)
			}
		case []any:
			for _, value := range v {
				walk(name+"[]", value)
			}
		}
	}
	walk("", v)
	return found
}

// TestHARSaysWhatChromiumSays compares the values: the handshake, and each message.
func TestHARSaysWhatChromiumSays(t *testing.T) {
	chromium, wscope := exported(t)
	_, theirs := readArchive(t, chromium)
	_, ours := readArchive(t, wscope)
	if len(ours) != len(theirs) {
		t.Fatalf("%d entries, Chromium has %d", len(ours), len(theirs))
	}
	for i := range theirs {
		want, got := &theirs[i], &ours[i]
		if got.ResourceType != want.ResourceType || got.Request.URL != want.Request.URL || got.Request.Method != want.Request.Method {
			t.Errorf("entry %d: %s %s %s, Chromium has %s %s %s", i, got.ResourceType, got.Request.Method, got.Request.URL,
				want.ResourceType, want.Request.Method, want.Request.URL)
		}
		byName := func(a, b struct{ Name, Value string }) int { return strings.Compare(a.Name, b.Name) }
		slices.SortFunc(want.Request.Headers, byName)
		slices.SortFunc(got.Request.Headers, byName)
		if !slices.Equal(got.Request.Headers, want.Request.Headers) || !slices.Equal(got.Request.QueryString, want.Request.QueryString) {
			t.Errorf("entry %d: %v %v, Chromium has %v %v", i, got.Request.Headers, got.Request.QueryString, want.Request.Headers, want.Request.QueryString)
		}
	}
	want, got := &theirs[0], &ours[0]
	if got.Response.Status != want.Response.Status || got.Response.StatusText != want.Response.StatusText || got.Response.HTTPVersion != want.Response.HTTPVersion {
		t.Errorf("%+v, Chromium has %+v", got.Response, want.Response)
	}
	// The browser's list has no pings, pongs and closes.
	data := slices.DeleteFunc(slices.Clone(got.Messages), func(m harMessage) bool { return m.Opcode > 2 })
	if len(data) != len(want.Messages) {
		t.Fatalf("%d messages, Chromium has %d", len(data), len(want.Messages))
	}
	for i, w := range want.Messages {
		g := data[i]
		// The browser looks at its own clock when its page hears of a message.
		if g.Type != w.Type || g.Opcode != w.Opcode || g.Data != w.Data || math.Abs(g.Time-w.Time) > 0.1 {
			t.Errorf("message %d: %+v, Chromium has %+v", i, g, w)
		}
	}
	// Of a refusal the browser keeps no status; we do.
	if theirs[1].Response.Status != 0 || theirs[1].Messages[0].Type != "error" || ours[1].Response.Status != 403 || len(ours[1].Messages) != 0 {
		t.Errorf("the refusal: %+v, Chromium has %+v", ours[1], theirs[1])
	}
}
