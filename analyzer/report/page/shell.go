package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

//go:embed page.html page.css js uplot
var assets embed.FS

// shared are the files of the script that both pages have. Files are of one scope, in this order.
var shared = []string{
	"uplot/uPlot.iife.min.js",
	"js/text.js", "js/dom.js", "js/data.js", "js/rows.js", "js/virtual.js", "js/charts.js",
	"js/overview.js", "js/findings.js", "js/endings.js", "js/address.js", "js/flowtable.js",
	"js/timeline.js", "js/flowcharts.js", "js/payload.js", "js/jsonview.js", "js/talk.js", "js/flow.js", "js/browse.js",
}

// Each page has its own source of data, and its own beginning.
var (
	reportModules = append(slices.Clone(shared), "js/blocks.js", "js/everywhere.js", "js/report.js")
	liveModules   = append(slices.Clone(shared), "js/live.js")
)

// shellParts is what stands around a page's data.
type shellParts struct{ head, data, tail, policy string }

// shell is that of a report. It is made when the first page is: it hashes and copies all that is embedded, which no other
// command needs.
var shell = sync.OnceValues(func() (head, tail string) {
	s := makeShell(reportModules, "")
	return s.head, s.tail
})

// makeShell makes a page of modules. allow is what its policy allows besides its own style and script.
func makeShell(modules []string, allow string) (s shellParts) {
	var script strings.Builder
	script.WriteString("(() => {\n\"use strict\";\n")
	for _, name := range modules {
		script.WriteString(asset(name))
		script.WriteByte('\n')
	}
	script.WriteString("})();\n")
	style := asset("uplot/uPlot.min.css") + "\n" + asset("page.css")
	s.policy = "default-src 'none'; script-src " + hash(script.String()) + "; style-src " + hash(style) + allow +
		"; base-uri 'none'; form-action 'none'"
	whole := strings.NewReplacer(
		"{{policy}}", s.policy, "{{style}}", style, "{{script}}", script.String(),
	).Replace(asset("page.html"))
	s.head, s.tail, _ = strings.Cut(whole, "{{data}}\n")
	return s
}

// hash is a source of the Content-Security-Policy for an element with this text.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func asset(name string) string {
	b, err := fs.ReadFile(assets, name)
	if err != nil {
		panic("page: " + err.Error()) // it is embedded
	}
	return string(b)
}
