package report

import (
	"io"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// flowColumns are the columns of a table of flows.
var flowColumns = []column{
	{name: "FLOW", right: true},
	{name: "CLIENT → SERVER", drop: 5, min: 24},
	{name: "HOST", drop: 7, min: 14},
	{name: "PATH", min: 20},
	{name: "PROTOCOL", drop: 8, min: 8},
	{name: "→ MSGS", right: true, drop: 3},
	{name: "← MSGS", right: true, drop: 3},
	{name: "BYTES", right: true, drop: 2},
	{name: "TIME", right: true, drop: 6},
	{name: "CLOSE", min: 11},
	{name: "FINDINGS", min: 8},
}

// flowRow is a flow as a row.
func flowRow(f *record.Flow) []cell {
	there, back, bytes := "", "", ""
	if f.Sealed != nil {
		there, back, bytes = sealedCells(f.Sealed)
	} else if f.Pickup != "encrypted" {
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
	closed, closedInk := closeGist(f)
	findings, findingsInk := findingsGist(f.Findings)
	return []cell{
		{strconv.FormatInt(f.Flow, 10), boldInk},
		{ends(f), plainInk},
		{host, plainInk},
		{path, plainInk},
		{protocol, plainInk},
		{there, clientInk}, {back, serverInk},
		{bytes, plainInk},
		{Span(f.Duration), plainInk},
		{closed, closedInk},
		{findings, findingsInk},
	}
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
	case f.Pickup == "encrypted":
		return sealedGist(f), dimInk
	case f.Pickup == "rejected":
		status := ""
		if f.HTTP != nil && f.HTTP.Status != 0 {
			status = strconv.Itoa(f.HTTP.Status) + " "
		}
		return status + "refused", warningInk
	case f.Handshake != nil && f.Handshake.Result == "unanswered":
		return "unanswered", warningInk
	case f.Close == nil:
		return "open", dimInk
	}
	c := f.Close
	switch {
	case c.How == "none":
		return "open", dimInk
	case c.How == "fin" || c.How == "rst":
		if c.By != "" {
			return c.How + " " + c.By, warningInk
		}
		return c.How, warningInk
	}
	gist, good := "empty", goodInk
	if c.Code != nil {
		gist = strconv.Itoa(*c.Code)
		if *c.Code != 1000 && *c.Code != 1001 {
			good = warningInk
		}
	}
	if c.How == "half" {
		gist, good = "half "+gist, warningInk
	}
	if c.By != "" && c.By != "both" {
		gist += " " + c.By
	}
	return gist, good
}

// findingsGist counts findings by severity.
func findingsGist(list []record.Finding) (string, ink) {
	var n [3]int64
	for i := range list {
		n[gravity(list[i].Severity)]++
	}
	var parts []string
	first := plainInk
	for i, name := range [...]string{"error", "warning", "note"} {
		if n[i] > 0 {
			parts = append(parts, Count(n[i], name))
			if first == plainInk {
				first = severityInk(name)
			}
		}
	}
	return strings.Join(parts, ", "), first
}

// gravity orders severities, the gravest first.
func gravity(severity string) int {
	switch severity {
	case "error":
		return 0
	case "warning":
		return 1
	}
	return 2
}

// FlowTable writes flows as a table while they come. Widths are decided by the first
// flows; it holds no more than those.
type FlowTable struct {
	Screen  *Screen
	W       io.Writer
	rows    [][]cell
	started *rowStream
}

// flowSample is how many flows decide the widths of a table.
const flowSample = 500

// Add adds a flow.
func (t *FlowTable) Add(f *record.Flow) error {
	row := flowRow(f)
	if t.started != nil {
		t.started.add(row)
		return t.started.flush()
	}
	if t.rows = append(t.rows, row); len(t.rows) < flowSample {
		return nil
	}
	return t.begin()
}

// begin writes the sample and fixes the widths that it has.
func (t *FlowTable) begin() error {
	s := *t.Screen
	if s.Width == 0 {
		s.Width = 1 << 12 // later rows shall not be longer than a line
	}
	columns := append([]column(nil), flowColumns...)
	widths := natural(columns, t.rows)
	for i := range widths {
		widths[i] = max(widths[i], width(columns[i].name)) // later flows may have what these have not
	}
	s.fit(columns, widths)
	t.started = &rowStream{screen: &s, w: t.W, columns: columns, widths: widths}
	head := make([]cell, len(columns))
	for i := range columns {
		head[i] = cell{columns[i].name, dimInk}
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
		return t.begin()
	}
	return nil
}
