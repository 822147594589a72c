package report

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"wscope/analyzer/record"
)

// flowColumns are the columns of a table of flows.
var flowColumns = []column{
	{name: "FLOW", right: true},
	{name: "CLIENT", drop: 5},
	{name: "SERVER", min: 12, keep: true},
	{name: "HOST", drop: 8, min: 14},
	{name: "PATH", min: 20, tail: true},
	{name: "PROTOCOL", drop: 7, min: 8},
	{name: "→ MSGS", right: true, drop: 3},
	{name: "← MSGS", right: true, drop: 3},
	{name: "BYTES", right: true, drop: 2},
	{name: "TIME", right: true, drop: 6},
	{name: "CLOSE", min: 11},
	{name: "FINDINGS", min: 8},
	{name: "WHY", drop: 9, min: 30, loose: true},
}

// flowRow is a flow as a row.
func flowRow(f *record.Flow) []cell {
	there, back, bytes := "", "", ""
	if f.Sealed != nil {
		there, back, bytes = sealedCells(f)
	} else if f.Pickup != record.PickupEncrypted {
		there, back = Number(total(&f.ClientToServer.Messages)), Number(total(&f.ServerToClient.Messages))
		bytes = Bytes(f.ClientToServer.WireBytes + f.ServerToClient.WireBytes)
	}
	protocol := ""
	if f.Handshake != nil {
		protocol = Clean(f.Handshake.Subprotocol)
	}
	if f.Sealed != nil {
		protocol = likely(f.Sealed)
	}
	host, path := place(f)
	if host == address(f.Server) {
		host = "" // it is in the column before
	}
	why := ""
	if f.Close != nil {
		why = Clean(f.Close.Story)
	}
	if why == "" {
		why = Trouble(f)
	}
	closed, closedInk := closeGist(f)
	findings, findingsInk := findingsGist(f.Findings)
	return []cell{
		{text: strconv.FormatInt(f.Flow, 10), ink: boldInk},
		{text: address(f.Client), short: f.Client.IP},
		{text: address(f.Server)},
		{text: host},
		{text: path},
		{text: protocol},
		{text: there, ink: clientInk}, {text: back, ink: serverInk},
		{text: bytes},
		{text: Span(f.Duration)},
		{text: closed, ink: closedInk},
		{text: findings, ink: findingsInk},
		{text: why},
	}
}

// closeColumn is where a flow's row says how it ended.
const closeColumn = 10

// abnormal reports whether a row's flow ended otherwise than in good order.
func abnormal(row []cell) bool { return row[closeColumn].ink == warningInk }

// abnormalFirst puts the rows of flows that ended otherwise than in good order before the others.
func abnormalFirst(rows [][]cell) {
	slices.SortStableFunc(rows, func(a, b []cell) int {
		switch x, y := abnormal(a), abnormal(b); {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
}

func total(c *record.Counts) int64 { return c.Text + c.Binary + c.Ping + c.Pong + c.Close }

func address(e record.Endpoint) string {
	ip := e.IP
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	return ip + ":" + strconv.Itoa(int(e.Port))
}

func ends(f *record.Flow) string { return address(f.Client) + " → " + address(f.Server) }

// place is where a flow goes, as far as the capture says.
func place(f *record.Flow) (host, path string) {
	switch {
	case f.HTTP != nil:
		return Clean(f.HTTP.Host), Clean(f.HTTP.Path)
	case f.TLS != nil:
		return Clean(f.TLS.SNI), ""
	}
	return "", ""
}

// closeGist is how a flow ended, in a word or two.
func closeGist(f *record.Flow) (string, ink) {
	switch {
	case f.Pickup == record.PickupEncrypted:
		return sealedLabel(f), dimInk
	case f.Pickup == record.PickupRejected:
		status := ""
		if f.HTTP != nil && f.HTTP.Status != 0 {
			status = strconv.Itoa(f.HTTP.Status) + " "
		}
		return status + "refused", warningInk
	case f.Handshake != nil && f.Handshake.Result == record.Unanswered:
		return "unanswered", warningInk
	case f.Close == nil:
		return "open", dimInk
	}
	c := f.Close
	switch {
	case c.How == record.HowNone && c.Gone != "":
		return string(c.Gone) + " gone", warningInk
	case c.How == record.HowNone && c.Full != "" && c.FullFor != nil && *c.FullFor >= record.Seconds(time.Second):
		return string(c.Full) + " full", warningInk
	case c.How == record.HowNone:
		return "open", dimInk
	case c.How == record.HowFIN || c.How == record.HowRST:
		if c.By != "" {
			return string(c.How) + " " + string(c.By), warningInk
		}
		return string(c.How), warningInk
	}
	gist, good := "empty", goodInk
	if c.Code != nil {
		gist = strconv.Itoa(*c.Code)
		if *c.Code != 1000 && *c.Code != 1001 {
			good = warningInk
		}
	}
	if c.How == record.HowHalf {
		gist, good = "half "+gist, warningInk
	}
	if c.By != "" && c.By != record.Both {
		gist += " " + string(c.By)
	}
	return gist, good
}

// findingsGist counts findings by severity.
func findingsGist(list []record.Finding) (string, ink) {
	var n [3]int64
	for i := range list {
		n[list[i].Severity.Rank()]++
	}
	var parts []string
	first := plainInk
	for i, name := range record.Severities {
		if n[i] > 0 {
			parts = append(parts, Count(n[i], string(name)))
			if first == plainInk {
				first = severityInk(name)
			}
		}
	}
	return strings.Join(parts, ", "), first
}

// FlowTable writes flows as a table while they come. Widths are decided by the first
// flows; it holds no more than those.
type FlowTable struct {
	Screen  *Screen
	W       io.Writer
	rows    [][]cell
	started *rowStream
	short   bool // cells have their short forms
}

// flowSample is how many flows decide the widths of a table.
const flowSample = 500

// Add adds a flow.
func (t *FlowTable) Add(f *record.Flow) error {
	row := flowRow(f)
	if t.started != nil {
		if t.short {
			shortForms(row)
		}
		t.started.add(row)
		return t.started.flush()
	}
	if t.rows = append(t.rows, row); len(t.rows) < flowSample {
		return nil
	}
	return t.begin(false)
}

// begin writes the sample and fixes the widths that it has. Where it is all that there is, empty columns go.
func (t *FlowTable) begin(all bool) error {
	s := *t.Screen
	if s.Width == 0 {
		s.Width = 1 << 12 // later rows shall not be longer than a line
	}
	columns := append([]column(nil), flowColumns...)
	widths := natural(columns, t.rows)
	t.short = s.shorten(columns, widths, t.rows)
	for i := range widths {
		if !all {
			widths[i] = max(widths[i], width(columns[i].name)) // later flows may have what these have not
		}
	}
	s.fit(columns, widths)
	t.started = &rowStream{screen: &s, w: t.W, columns: columns, widths: widths}
	head := make([]cell, len(columns))
	for i := range columns {
		head[i] = cell{text: columns[i].name, ink: dimInk}
	}
	t.started.add(head)
	for _, r := range t.rows {
		t.started.add(r)
	}
	t.rows = nil
	return t.started.flush()
}

// End writes what waits.
func (t *FlowTable) End() error {
	if t.started == nil && len(t.rows) > 0 {
		abnormalFirst(t.rows)
		return t.begin(true)
	}
	return nil
}
