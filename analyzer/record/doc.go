// Package record holds the records that wscope makes of a capture: Flow, Message, Frame, Finding, Gap and the Summary, the
// rules that findings name, and the Sink that takes them.
//
// It stands on the standard library alone (and on two leaves that do: analyzer/stat and wsparse/rule), so that a package
// which only shows records links no packet library, no TLS and no codec. Package analyzer makes the records; the packages
// beside it show, compare, choose and carry them.
//
// Start reading at Flow in flow.go. The JSON names are a contract: fields may be added, none renamed or dropped.
package record
