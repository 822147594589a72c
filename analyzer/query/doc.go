// Package query is the language of filters and rules: expr-lang/expr over the names of
// the contract's records.
//
// An expression is compiled against the names that are there in its place (Flow, Message,
// Finding, Ping), so that a misspelt one is an error with a line and a column before anything
// runs. Start reading at compile.go; names.go says what the names are, values.go gives
// them their values from the records.
//
// An expression cannot run away. It has no loops but those over lists of a record, which do not
// nest; patterns are literals, of RE2, and bounded; there is no clock, and nothing that
// makes a large value out of a small one; text and json are absent for messages over
// MaxText. Its cost is linear in the record, times its own length, which is bounded too.
package query
