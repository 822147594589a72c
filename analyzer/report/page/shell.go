package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"strings"
	"sync"
)

//go:embed page.html page.css js uplot
var assets embed.FS

// modules is the page's script: files of one scope, in this order.
var modules = []string{
	"uplot/uPlot.iife.min.js",
	"js/text.js", "js/dom.js", "js/data.js", "js/rows.js", "js/virtual.js", "js/charts.js",
	"js/overview.js", "js/findings.js", "js/flowtable.js",
	"js/timeline.js", "js/flowcharts.js", "js/payload.js", "js/jsonview.js", "js/talk.js", "js/flow.js",
	"js/start.js",
}

// shell is what stands before and after the data. It is made when the first page is: it
// hashes and copies all that is embedded, which no other command needs.
var shell = sync.OnceValues(func() (head, tail string) {
	var script strings.Builder
	script.WriteString("(() => {\n\"use strict\";\n")
	for _, name := range modules {
		script.WriteString(asset(name))
		script.WriteByte('\n')
	}
	script.WriteString("})();\n")
	style := asset("uplot/uPlot.min.css") + "\n" + asset("page.css")
	policy := "default-src 'none'; script-src " + hash(script.String()) + "; style-src " + hash(style) +
		"; base-uri 'none'; form-action 'none'"
	whole := strings.NewReplacer(
		"{{policy}}", policy, "{{style}}", style, "{{script}}", script.String(),
	).Replace(asset("page.html"))
	head, tail, _ = strings.Cut(whole, "{{data}}\n")
	return head, tail
})

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
