package record

import "embed"

//go:embed flow.go connection.go direction.go closing.go ping.go tcp.go finding.go message.go frame.go app.go summary.go
var sources embed.FS

// Sources is the text in which the records are declared: their comments are the
// documentation that wscope gives of them.
func Sources() (all []string) {
	files, err := sources.ReadDir(".")
	if err != nil {
		panic("record: " + err.Error())
	}
	for _, f := range files {
		text, err := sources.ReadFile(f.Name())
		if err != nil {
			panic("record: " + err.Error())
		}
		all = append(all, string(text))
	}
	return all
}
