package record

// Rule is what a Finding can say.
type Rule struct {
	ID       string
	Severity Severity // error, warning, note
	RFC      string   // the section that says so; empty where none does
	Sentence string
	When     string // what must hold for a Finding, where the sentence does not say it
}
