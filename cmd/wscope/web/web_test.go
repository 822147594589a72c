package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"wscope/analyzer/record"
	"wscope/cmd/wscope/recent"
)

const zero = record.Time(1795361696e9) // 2026-11-22T15:34:56Z

// serve serves a page of some traffic.
func serve(t *testing.T, limits recent.Limits) (*Page, *Server) {
	t.Helper()
	s, err := Listen("")
	if err != nil {
		t.Fatal(err)
	}
	p := New(limits, func() Status { return Status{Source: "veth0", Packets: 12} })
	s.Serve(p)
	t.Cleanup(s.Close)
	p.Batch(zero)
	return p, s
}

// traffic is a run made by hand.
type traffic struct {
	p    *Page
	now  record.Time
	said map[int64]*record.Flow
}

func (m *traffic) begin(flow int64, path string) {
	f := &record.Flow{Flow: flow, Pickup: "handshake", Start: m.now, End: m.now, Packet: flow,
		Client: record.Endpoint{IP: "10.0.0.1", Port: uint16(40000 + flow)}, Server: record.Endpoint{IP: "10.0.0.2", Port: 80},
		HTTP: &record.HTTP{Version: "1.1", Host: "chat.example", Path: path, Status: 101}, Handshake: &record.Handshake{Result: "accepted"}, Findings: []record.Finding{}}
	m.said[flow] = f
	m.p.FlowBegun(f)
}

func (m *traffic) say(flow int64, text string) {
	f := m.said[flow]
	f.ClientToServer.Messages.Text++
	f.ClientToServer.MessageBytes += int64(len(text))
	f.End, f.Duration = m.now, record.Seconds(m.now-f.Start)
	m.p.Message(&record.Message{Flow: flow, Message: f.ClientToServer.Messages.Text, From: "client", Type: "text", Time: m.now, End: m.now, Packet: 1,
		Frames: 1, Length: int64(len(text)), PayloadBytes: int64(len(text)), Complete: true, IsText: true, Data: []byte(text)})
}

func (m *traffic) update() {
	for _, f := range m.said {
		m.p.FlowUpdate(f)
	}
	m.p.Batch(m.now)
}

func (m *traffic) end(flow int64, story string) {
	f := m.said[flow]
	f.End, f.Close = m.now, &record.Closing{How: "rst", By: "server", TCP: "rst by server", Story: story}
	m.p.FlowEnded(f)
	delete(m.said, flow)
}

// TestOnlyThePageItselfIsAnswered holds the server to its rules: token, Host, Origin, method.
func TestOnlyThePageItselfIsAnswered(t *testing.T) {
	_, s := serve(t, Limits(0))
	base, token := s.URL(), s.token
	root := strings.TrimSuffix(base, token+"/")
	_, port, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(root, "http://"), "/"), ":")
	for _, c := range []struct {
		what, method, url, host string
		header                  []string
		want                    int
	}{
		{"the page", "GET", base, "", nil, 200},
		{"its data", "GET", base + "now", "", []string{"Origin", strings.TrimSuffix(root, "/"), "Sec-Fetch-Site", "same-origin"}, 200},
		{"by the name localhost", "GET", base + "now", "localhost:" + port, nil, 200},
		{"without the token", "GET", root, "", nil, 404},
		{"with another token", "GET", root + strings.Repeat("A", len(token)) + "/", "", nil, 404},
		{"with the token's beginning", "GET", root + token[:10] + "/", "", nil, 404},
		{"with the token as a query", "GET", root + "?token=" + token, "", nil, 404},
		{"what is not there", "GET", base + "etc/passwd", "", nil, 404},
		{"a path upwards", "GET", base + "..%2f", "", nil, 404},
		{"by a name that was made to point here", "GET", base + "now", "evil.example:" + port, nil, 403},
		{"by a name that ends like ours", "GET", base + "now", "localhost.evil.example:" + port, nil, 403},
		{"by another port", "GET", base + "now", "127.0.0.1:1", nil, 403},
		{"from another origin", "GET", base + "now", "", []string{"Origin", "http://evil.example"}, 403},
		{"from an origin without a name", "GET", base + "now", "", []string{"Origin", "null"}, 403},
		{"from another port of this machine", "GET", base + "now", "", []string{"Origin", "http://127.0.0.1:1"}, 403},
		{"as another page's picture", "GET", base + "now", "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		{"as another page's frame", "GET", base, "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"by a link elsewhere", "GET", base, "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"data by a link elsewhere", "GET", base + "now", "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 403},
		{"a change", "POST", base + "now", "", nil, 405},
		{"a deletion", "DELETE", base, "", nil, 405},
		{"strange numbers", "GET", base + "now?rows=-1&gone=x&run=" + strings.Repeat("y", 100), "", nil, 200},
		{"a flow that is not there", "GET", base + "flow?number=99999999999999999999&after=-5", "", nil, 200},
	} {
		r, _ := http.NewRequest(c.method, c.url, nil)
		if c.host != "" {
			r.Host = c.host
		}
		for i := 0; i < len(c.header); i += 2 {
			r.Header.Set(c.header[i], c.header[i+1])
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != c.want {
			t.Errorf("%s: status %d, want %d", c.what, answer.StatusCode, c.want)
		}
		if answer.StatusCode != 200 && strings.Contains(string(body), token) {
			t.Errorf("%s: the answer has the token", c.what)
		}
		policy := answer.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") || answer.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: policy %q", c.what, policy)
		}
	}
}

// TestOnlyTheLoopbackIsListenedOn holds that no address of another kind is taken.
func TestOnlyTheLoopbackIsListenedOn(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", "192.0.2.1:80", "example.com:80", "8080", "127.0.0.1"} {
		if s, err := Listen(addr); err == nil {
			s.Close()
			t.Errorf("%s is listened on", addr)
		}
	}
	for _, addr := range []string{"", ":0", "127.0.0.1:0", "localhost:0"} {
		s, err := Listen(addr)
		if err != nil {
			t.Errorf("%q: %v", addr, err)
			continue
		}
		s.Close()
	}
}

// get asks as the page does.
func get(t *testing.T, url string, into any) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// TestAnswersAreTheRecords holds what is answered to what came, question by question.
func TestAnswersAreTheRecords(t *testing.T) {
	p, s := serve(t, Limits(0))
	m := &traffic{p, zero, map[int64]*record.Flow{}}
	m.begin(1, "/a")
	m.begin(2, "/b")
	for i := range 50 {
		m.now += 1e8
		m.say(1, fmt.Sprint("message ", i))
	}
	m.update()
	m.end(2, "the server reset it")
	p.Batch(m.now)
	var now struct {
		nowRecord
		Flows []struct {
			Record record.Flow `json:"record"`
		} `json:"flows"`
		Summary struct {
			Endings []record.Ending
			Client  record.Direction `json:"client_to_server"`
		} `json:"summary"`
	}
	get(t, s.URL()+"now", &now)
	if len(now.Flows) != 2 || now.Counts.Open != 1 || now.Counts.Ended != 1 || now.Summary.Client.Messages.Text != 50 || len(now.Summary.Endings) != 1 {
		t.Errorf("%+v, %+v, %d flows", now.Counts, now.Summary, len(now.Flows))
	}
	var again nowRecord
	get(t, fmt.Sprintf("%snow?run=%s&rows=%d&gone=%d", s.URL(), now.Run, now.Since.Rows, now.Since.Gone), &again)
	if len(again.Flows) != 0 || again.Since != now.Since {
		t.Errorf("what has not changed is given again: %+v", again)
	}
	var rows struct {
		Rows [][]any
		More bool
	}
	get(t, s.URL()+"flow?number=1&after=20", &rows)
	if len(rows.Rows) != 30 || rows.Rows[0][0] != float64(21) || rows.Rows[29][10] != "message 49" {
		t.Errorf("%d rows: %v", len(rows.Rows), rows.Rows)
	}
}
