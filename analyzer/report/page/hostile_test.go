package page

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// hostile is what a peer would say that wants to get out of its block, or into the page.
var hostile = []string{
	"</script><script>alert(1)</script>", "</SCRIPT\n>", "<!--", "<!--<script>", "-->", "]]>", "<script>", "javascript:alert(1)",
	`<img src=x onerror=alert(1)>`, `"}],"x":[{"`, "\u2028\u2029", "\x00\x1b[31m", "\u202egnp.exe", "</title>", "{{script}}", "&lt;/script&gt;",
	strings.Repeat("</script>", 20000),
}

// hostilePage is a page of one flow with hostile words in every place that a peer fills.
func hostilePage(t testing.TB, limits Limits) string {
	t.Helper()
	var out bytes.Buffer
	p := New(&out, limits)
	f := &record.Flow{
		Flow: 1, Client: record.Endpoint{IP: "192.0.2.1", Port: 1}, Server: record.Endpoint{IP: "192.0.2.2", Port: 80},
		Start: 1e18, End: 1e18 + 1e9, Duration: 1e9, Pickup: "handshake",
		HTTP: &record.HTTP{Version: "1.1", Host: hostile[0], Path: "/" + hostile[8], Status: 101, UserAgent: hostile[3],
			RequestHeaders: [][2]string{{"X-" + hostile[0], hostile[6]}}},
		Handshake: &record.Handshake{Result: "accepted", Subprotocol: hostile[5]},
		Close:     &record.Closing{How: "handshake", Reason: hostile[0], Story: hostile[8]},
		Findings:  []record.Finding{{Rule: "utf8", Severity: "error", From: "client", Time: 1e18, Packet: 3, Detail: hostile[0] + hostile[2], Count: 1}},
	}
	if err := p.FlowBegun(f); err != nil {
		t.Fatal(err)
	}
	for i, text := range hostile {
		m := &record.Message{Flow: 1, Message: int64(i + 1), From: "client", Type: "text", Time: 1e18 + record.Time(i)*1e6,
			End: 1e18 + record.Time(i)*1e6, Frames: 1, Packet: int64(i), Length: int64(len(text)), Complete: true, IsText: true, Data: []byte(text),
			App: &record.App{Protocol: "x", Kind: "y", Name: text[:min(len(text), 200)]}}
		if i%2 == 1 {
			m.From = "server"
		}
		if err := p.Message(m); err != nil {
			t.Fatal(err)
		}
	}
	f.ClientToServer.Messages.Text, f.ServerToClient.Messages.Text = int64(len(hostile)+1)/2, int64(len(hostile))/2
	if err := p.FlowEnded(f); err != nil {
		t.Fatal(err)
	}
	start := record.Time(1e18)
	sum := &record.Summary{Files: []string{hostile[0] + ".pcap"}, Flows: 1, Start: &start, End: &start, Client: f.ClientToServer, Server: f.ServerToClient,
		Hosts: []record.Named{{Name: hostile[0], Count: 1}}, Paths: []record.Named{{Name: hostile[8], Count: 1}},
		Problems: []record.Problem{{File: hostile[3], Reason: hostile[0]}}}
	if err := p.Close(sum); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestNothingOfACaptureReadsAsMarkup(t *testing.T) {
	page := hostilePage(t, Limits{})
	begin, end := strings.Index(page, "</noscript>"), strings.LastIndex(page, "<script>")
	data := page[begin:end]
	tags := regexp.MustCompile(`<[^\n>]{0,200}`).FindAllString(data, -1)
	for _, tag := range tags {
		if !regexp.MustCompile(`^(</noscript|</main|</script|<script type="application/(json|octet-stream)" id="[a-z]+(-\d+)?"( data-length="\d+")?)$`).MatchString(tag) {
			t.Errorf("a tag that the page did not write: %q", tag)
		}
	}
	got := read(t, page)
	for i, text := range hostile {
		row := got.rows[1][i]
		if want := text[:min(len(text), Default.Message)]; row[10] != want {
			t.Errorf("row %d says %.60q, want %.60q", i, row[10], want)
		}
	}
}

func TestInertJSONIsTheSameJSON(t *testing.T) {
	for _, text := range append(hostile, "<", "a<b<", "") {
		want, _ := json.Marshal(text)
		var enc bytes.Buffer
		e := json.NewEncoder(&enc)
		e.SetEscapeHTML(false)
		e.Encode(text)
		got := appendInert(nil, enc.Bytes())
		if bytes.IndexByte(got, '<') >= 0 {
			t.Errorf("%.40q holds a tag", got)
		}
		var a, b string
		if json.Unmarshal(got, &a) != nil || json.Unmarshal(want, &b) != nil || a != b {
			t.Errorf("%.40q became %.40q", b, a)
		}
	}
}

// TestThePolicyAllowsThePagesOwnScriptAlone finds the elements as a parser does and hashes them.
func TestThePolicyAllowsThePagesOwnScriptAlone(t *testing.T) {
	page := hostilePage(t, Limits{})
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]+)"`).FindStringSubmatch(page)[1]
	script := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllStringSubmatch(page, -1)
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(page, -1)
	if len(script) != 1 || len(style) != 1 {
		t.Fatalf("%d scripts, %d styles", len(script), len(style))
	}
	want := "default-src 'none'; script-src " + hash(script[0][1]) + "; style-src " + hash(style[0][1]) + "; base-uri 'none'; form-action 'none'"
	if policy != want {
		t.Errorf("policy %s, want %s", policy, want)
	}
	if strings.Contains(script[0][1], "<!--") {
		t.Error("the script holds the beginning of a comment")
	}
	for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "setTimeout(\""} {
		own := script[0][1][strings.Index(script[0][1], "// text.js"):]
		if strings.Contains(own, bad) {
			t.Errorf("the page's script uses %s", bad)
		}
	}
}

func TestLimitsAreKeptAndTold(t *testing.T) {
	for _, c := range []struct {
		shows  string
		limits Limits
		want   omitted
	}{
		{"all of it", Limits{Message: 1 << 20, Payload: 1 << 20, Messages: 100, Flows: 1 << 20}, omitted{}},
		{"a long payload is cut", Limits{Message: 1000, Payload: 1 << 20, Messages: 100, Flows: 1 << 20}, omitted{Short: 1}},
		{"a payload beyond what is left stays out", Limits{Message: 1 << 20, Payload: 50000, Messages: 100, Flows: 1 << 20}, omitted{Payloads: 1}},
		{"messages beyond the number have no row", Limits{Message: 1 << 20, Payload: 1 << 20, Messages: 5, Flows: 1 << 20}, omitted{Messages: int64(len(hostile)) - 5}},
		{"a flow beyond the bytes is not there", Limits{Message: 1 << 20, Payload: 1 << 20, Messages: 100, Flows: 10}, omitted{Flows: 1, Messages: int64(len(hostile))}},
	} {
		t.Run(c.shows, func(t *testing.T) {
			got := read(t, hostilePage(t, c.limits))
			if got.about.Left != c.want {
				t.Errorf("left out %+v, want %+v", got.about.Left, c.want)
			}
		})
	}
}

// TestAFlowThatIsPassedOverLeavesNothing holds that what a filter keeps out is not in the file.
func TestAFlowThatIsPassedOverLeavesNothing(t *testing.T) {
	var out bytes.Buffer
	p := New(&out, Limits{Message: 1 << 20, Payload: 1 << 20, Messages: 10, Flows: 1 << 20})
	p.Choosy = true
	for n := int64(1); n <= 2; n++ {
		f := &record.Flow{Flow: n, Start: 1e18, End: 2e18, Findings: []record.Finding{}}
		p.FlowBegun(f)
		text := []byte(strings.Repeat([]string{"", "secret", "public"}[n], 50000)) // more than waits otherwise
		p.Message(&record.Message{Flow: n, Message: 1, Type: "text", From: "client", Time: 1e18, IsText: true, Complete: true, Data: text, Length: int64(len(text))})
	}
	p.Passed(1)
	p.FlowEnded(&record.Flow{Flow: 2, Start: 1e18, End: 2e18, Findings: []record.Finding{}})
	if err := p.Close(&record.Summary{Files: []string{}}); err != nil {
		t.Fatal(err)
	}
	for id, data := range blocksOf(t, out.String()) {
		if bytes.Contains(data, []byte("secret")) {
			t.Errorf("%s holds what was passed over", id)
		}
	}
	got := read(t, out.String())
	if len(got.rows[2]) != 1 || got.about.Rate.Client[0] != 1 || p.budget.messages != 1 || p.budget.payload != 300002 {
		t.Errorf("rows %d, rate %v, %d messages and %d bytes taken", len(got.rows[2]), got.about.Rate.Client, p.budget.messages, p.budget.payload)
	}
}

func TestOneFlowDoesNotTakeTheBudgetOfAll(t *testing.T) {
	b := budget{limits: Limits{Payload: 1000}}
	var first, second int64
	for b.takes(first, 10) {
		first += 10
	}
	for b.takes(second, 10) {
		second += 10
	}
	if first != 500 || second != 250 {
		t.Errorf("the flows took %d and %d", first, second)
	}
}

func TestTextIsNotCutInsideACharacter(t *testing.T) {
	for limit := range 12 {
		m := &record.Message{IsText: true, Complete: true, Data: []byte("aé漢😀z")}
		data, _ := content(nil, m, limit)
		var s string
		if err := json.Unmarshal(data, &s); err != nil || !strings.HasPrefix("aé漢😀z", s) {
			t.Errorf("%d bytes: %q, %v", limit, s, err)
		}
	}
}
