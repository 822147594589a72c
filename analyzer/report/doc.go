// Package report renders the analyzer's records: as lines of JSON and CSV for programs,
// as tables for people, and as the files of other tools.
//
// It computes nothing about WebSocket: what a record does not say, no report says. Start
// reading at json.go for the contract's records. Text from a capture is hostile: every
// renderer here escapes control characters, so that no capture drives a terminal.
package report
