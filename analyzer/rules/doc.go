// Package rules judges captures by rules that their user wrote: the verdict of a
// continuous integration.
//
// A rules file is YAML (schema.json says what may be in it). Read it with Load; Set.Checker
// gives what takes the records of a run (a record.Sink) and ends in a Report, which
// the Write functions render: text, JUnit, SARIF, GitHub, GitLab, TAP. In a Go test, Check does all of it.
//
// Start reading at load.go (the file), ready.go (the ready-made rules) and checker.go (how they
// are held against records). Rules are expressions of analyzer/query; aggregate.go
// adds sums over many records to them, in bounded memory. How a program's behaviour
// is compared with a baseline is analyzer/behaviour's matter.
//
// Nothing here reads the clock or waits: the same records and rules give the same report.
package rules
