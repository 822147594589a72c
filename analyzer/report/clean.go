package report

import "wscope/analyzer/clean"

// AppendClean appends s as one line that is harmless on a terminal and in the log of a CI runner.
func AppendClean[T string | []byte](dst []byte, s T) []byte { return clean.AppendLine(dst, s) }

// Clean is AppendClean as a string.
func Clean(s string) string { return clean.Line(s) }
