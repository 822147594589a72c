package analyzer

import _ "embed"

//go:embed records.go
var recordsSource string

//go:embed records_app.go
var recordsAppSource string

//go:embed totals.go
var totalsSource string

// Sources is the text in which the records are declared: their comments are the
// documentation that wscope gives of them.
func Sources() []string { return []string{recordsSource, recordsAppSource, totalsSource} }
