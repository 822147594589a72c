// Package page writes one self-contained HTML page about a capture: totals, charts, the
// table of flows, and each flow's timeline, findings and conversation.
//
// The page asks nobody for anything: its Content-Security-Policy allows its own style and
// script, by their hashes, and nothing else. It holds the analyzer's own records (Summary
// and Flow as report renders them, messages as rows, see row.go) in blocks of JSON that the
// browser does not run; a block of some size is deflated and written in base64. Start
// reading at writer.go, then block.go; in the browser at js/start.js.
//
// Payloads are hostile. In the file no byte of them can end a block (block.go); in the
// browser they are only ever written as text.
//
// What it does not do: it computes nothing about WebSocket, and it does not hold payloads
// without end. limits.go says how much; the page says what was left out.
package page
