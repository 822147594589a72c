package web

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
	"wscope/analyzer/report/page"
	"wscope/cmd/wscope/recent"
)

// Bytes of an answer, about.
const (
	maxChanges  = 1 << 20
	maxMessages = 1 << 20
)

// ServeHTTP answers what can be asked for, behind the token.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/":
		html, policy := page.Live()
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte(html))
	case "/now":
		p.answerNow(w, r)
	case "/flow":
		p.answerFlow(w, r)
	default:
		http.NotFound(w, r)
	}
}

// number reads a number of a query; 0 where there is none.
func number(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// nowRecord answers what there is now, and what has changed of the flows.
type nowRecord struct {
	Run      string          `json:"run"` // another one has other numbers for its flows
	Since    recent.Since    `json:"since"`
	Reset    bool            `json:"reset,omitempty"`
	More     bool            `json:"more,omitempty"`
	Epoch    record.Time     `json:"epoch"` // times count from it
	Status   Status          `json:"status"`
	Counts   countsRecord    `json:"counts"`
	Summary  json.RawMessage `json:"summary"`
	Activity json.RawMessage `json:"activity"`
	Gone     []int64         `json:"gone,omitempty"`
	Flows    []flowRecord    `json:"flows,omitempty"`
}

type countsRecord struct {
	Begun   int64          `json:"begun"`
	Ended   int64          `json:"ended"`
	Open    int64          `json:"open"`
	Beyond  int64          `json:"beyond"`  // open flows that are not kept
	Dropped int64          `json:"dropped"` // flows that ended and are no longer kept
	Rate    float64        `json:"rate"`    // messages a second
	Found   [3]int64       `json:"found"`
	Seconds record.Seconds `json:"seconds"` // of the capture
}

type flowRecord struct {
	Record json.RawMessage `json:"record"`
	Page   struct{}        `json:"page"`
}

func (p *Page) answerNow(w http.ResponseWriter, r *http.Request) {
	since := recent.Since{Rows: number(r, "rows"), Gone: number(r, "gone")}
	if r.URL.Query().Get("run") != p.run {
		since = recent.Since{}
	}
	c := p.Changes(since, maxChanges)
	n := p.Counts()
	answer := nowRecord{
		Run: p.run, Since: c.Since, Reset: c.Reset, More: c.More, Status: p.status(), Gone: c.Gone,
		Counts: countsRecord{Begun: n.Begun, Ended: n.Ended, Open: n.Open(), Beyond: n.Beyond, Dropped: n.Dropped, Rate: n.Bars.Rate(n.Now), Found: n.Found},
	}
	for i := range c.Rows {
		answer.Flows = append(answer.Flows, flowRecord{Record: c.Rows[i].Record})
	}
	p.mu.Lock()
	answer.Epoch = p.epoch
	answer.Counts.Seconds = record.Seconds(max(p.now-p.epoch, 0))
	answer.Summary = report.SummaryJSON(p.summarize(time.Now()))
	answer.Activity = p.activity.JSON()
	answer.Status.Over = answer.Status.Over || p.over
	if answer.Status.Over && !answer.More {
		delete(p.asked, r.RemoteAddr)
	} else if p.asked[r.RemoteAddr] = time.Now(); len(p.asked) > maxConnections {
		clear(p.asked)
	}
	p.mu.Unlock()
	give(w, &answer)
}

// summarize adds up the flows that have ended; not anew at every question, since that takes a while where there are many.
func (p *Page) summarize(now time.Time) *record.Summary {
	if p.summary == nil || now.Sub(p.summarized) >= max(time.Second, 20*p.cost) && p.totals.Flows() != p.flowsThen || p.over {
		p.summary = p.totals.Summary(p.now)
		for _, list := range [...]*[]record.Named{&p.summary.Hosts, &p.summary.Paths, &p.summary.Clients, &p.summary.Protocols, &p.summary.Closes} {
			*list = (*list)[:min(len(*list), maxNamed)]
		}
		p.summary.Apps = nil
		p.summarized, p.flowsThen = now, p.totals.Flows()
		p.cost = time.Since(now)
	}
	p.summary.Files = []string{}
	p.summary.MaxOpen = max(p.summary.MaxOpen, p.totals.Open())
	p.summary.Client, p.summary.Server = p.sides[0], p.sides[1]
	return p.summary
}

const maxNamed = 20 // hosts, paths, … that the page is given

// answerFlow answers with messages of a flow.
func (p *Page) answerFlow(w http.ResponseWriter, r *http.Request) {
	c := p.Conversation(number(r, "number"), number(r, "after"), maxMessages)
	p.mu.Lock()
	epoch := p.epoch
	p.mu.Unlock()
	rows := []byte{'['}
	for i, m := range c.Messages {
		if i > 0 {
			rows = append(rows, ',')
		}
		rows = page.AppendMessage(rows, &m.Message, epoch)
	}
	give(w, &struct {
		Rows json.RawMessage `json:"rows"`
		More bool            `json:"more"`
	}{append(rows, ']'), c.More})
}

// give writes an answer.
func give(w http.ResponseWriter, answer any) {
	b, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(b)
}
