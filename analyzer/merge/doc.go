// Package merge brings the records of many runs of wscope together as one: flows are numbered anew
// by when they began, messages and findings go with them, and each kind is in the order of time.
//
// A run is what one wscope wrote, or one Beam job: lines of JSON, as CONTRACT.md describes them, of flows, messages and findings that share
// their numbers. In what order runs are named changes nothing: they are ordered by their content. Nothing
// of a record changes but the numbers of flows. What only all packets together would show (that one run's flow
// reconnects another's) is not found.
//
// Files are read twice: for where flows begin, and for what is written. Memory holds some bytes for each flow.
//
// Start reading at merge.go.
package merge
